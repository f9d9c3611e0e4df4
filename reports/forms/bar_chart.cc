#include "reports/forms/bar_chart.h"

#include <algorithm>

#include "reports/forms/html_text.h"

namespace alpr::forms {
namespace {

// Narrow, so that a phone can show it.
constexpr std::int64_t kWidth = 360;
constexpr std::int64_t kBarHeight = 12;
constexpr std::int64_t kGap = 4;  // between a bar and its number

constexpr std::int64_t kLetter = 7;        // as wide as a digit of our widest font is
constexpr std::int64_t kNumberWidth = 80;  // of "500,000,000" and a little more

// Where everything of a row stands, from the row's top.
struct Layout {
  std::int64_t row_height, label_x, label_baseline, bar_x, bar_y;
  Anchor anchor;
  std::int64_t bar_max() const { return kWidth - bar_x - kGap - kNumberWidth; }
};
constexpr std::size_t kBesideMax = 16;  // characters of a label that stands beside its bar
constexpr std::size_t kAboveMax = 48;

Layout layout_of(std::size_t longest) {
  if (longest > kBesideMax) return {32, 0, 11, 0, 15, Anchor::kBegins};
  const std::int64_t label_x = static_cast<std::int64_t>(longest) * kLetter;
  return {18, label_x, 12, label_x + kGap + 2, 2, Anchor::kEnds};
}

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string shortened(const std::string& text) {
  if (characters(text) <= kAboveMax) return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if (begins_character(text[end]) && ++seen == kAboveMax) break;
  return text.substr(0, end) + "\xE2\x80\xA6";
}

}  // namespace

Drawing bar_chart(std::string title, const std::vector<BarRow>& rows) {
  std::int64_t most = 0;
  std::size_t longest = 0;
  for (const BarRow& row : rows) {
    most = std::max(most, row.value);
    longest = std::max(longest, characters(row.label));
  }
  if (most == 0 || rows.size() > kBarRowsMax) return {};
  const Layout at = layout_of(longest);
  Drawing drawing{std::move(title), kWidth, 0, {}, {}};
  for (const BarRow& row : rows) {
    const std::int64_t top = drawing.height;
    const std::int64_t value = std::max<std::int64_t>(row.value, 0);
    // Not value * bar_max: that could be more than a number holds.
    const auto wide = static_cast<std::int64_t>(static_cast<__int128>(value) * at.bar_max() / most);
    drawing.labels.push_back(
        {at.label_x, top + at.label_baseline, at.anchor, shortened(row.label)});
    drawing.bars.push_back({at.bar_x, top + at.bar_y, wide, kBarHeight});
    drawing.labels.push_back({at.bar_x + wide + kGap, top + at.bar_y + kBarHeight - 2,
                              Anchor::kBegins, value == 0 ? "none" : grouped(value)});
    drawing.height += at.row_height;
  }
  return drawing;
}

Drawing bar_chart(const figures::Figure& figure) {
  std::vector<BarRow> rows;
  for (const figures::FigureRow& row : figure.rows)
    rows.push_back({row.key.empty() ? "not named" : row.key, row.value.value_or(0)});
  return bar_chart(figure.label, rows);
}

}  // namespace alpr::forms
