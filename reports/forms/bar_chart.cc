#include "reports/forms/bar_chart.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/forms/html_text.h"

namespace alpr::forms {
namespace {

// In units of the drawing, which is scaled to the page: narrow, so that a phone can show it.
constexpr std::int64_t kWidth = 360;
constexpr std::int64_t kLabelWidth = 136;
constexpr std::int64_t kBarMax = 150;
constexpr std::int64_t kRowHeight = 18;
constexpr std::int64_t kBarHeight = 12;

}  // namespace

std::string bar_chart(const figures::Figure& figure) {
  std::int64_t most = 0;
  for (const figures::FigureRow& row : figure.rows) most = std::max(most, row.value.value_or(0));
  if (most == 0) return "";
  const std::int64_t height = kRowHeight * static_cast<std::int64_t>(figure.rows.size());
  std::string svg = fmt::format(
      "<svg class=\"bars\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}, as bars; the "
      "numbers are in the table below\">\n",
      kWidth, height, escaped(figure.label));
  std::int64_t top = 0;
  for (const figures::FigureRow& row : figure.rows) {
    const std::int64_t value = row.value.value_or(0);
    // Not value * kBarMax: that could be more than a number holds.
    const auto wide = static_cast<std::int64_t>(static_cast<__int128>(value) * kBarMax / most);
    const std::int64_t base = top + kBarHeight;
    svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", kLabelWidth - 6,
                       base, escaped(row.key));
    svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", kLabelWidth, top + 2,
                       wide, kBarHeight);
    svg += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", kLabelWidth + wide + 4, base,
                       value == 0 ? "none" : grouped(value));
    top += kRowHeight;
  }
  return svg + "</svg>\n";
}

}  // namespace alpr::forms
