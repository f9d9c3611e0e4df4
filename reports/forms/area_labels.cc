#include "reports/forms/area_labels.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "ledger/chain/error.h"

namespace alpr::forms {
namespace {

constexpr std::int64_t kLineHeight = kLabelSize + 3;
constexpr std::int64_t kBaseline = 10;    // from a line's top
constexpr std::int64_t kBeside = 3;       // free on both sides of a text
constexpr std::size_t kPlacesTried = 40;  // from a shape's top to its bottom

// No narrower than our fonts draw it: digits and most small letters are 7, capitals up to 11.
std::int64_t width_of(const std::string& text) {
  std::int64_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // the rest of a character
    const bool wide = byte >= 0x80 || (c >= 'A' && c <= 'Z') || c == 'm' || c == 'w' || c == '@';
    width += wide ? 11 : 7;
  }
  return width;
}

struct Span {
  std::int64_t from = 0, to = 0;
  std::int64_t width() const { return to - from; }
};

// What of the line at this height is in the shape (even and odd), from left to right.
std::vector<Span> inside(const Shape& shape, std::int64_t y) {
  std::vector<std::int64_t> at;
  for (std::size_t i = 0; i < shape.corners.size(); ++i) {
    const Spot& a = shape.corners[i];
    const Spot& b = shape.corners[(i + 1) % shape.corners.size()];
    if ((a.y > y) == (b.y > y)) continue;
    at.push_back(a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y));
  }
  std::sort(at.begin(), at.end());
  std::vector<Span> spans;
  for (std::size_t i = 0; i + 1 < at.size(); i += 2) spans.push_back({at[i], at[i + 1]});
  return spans;
}

std::vector<Span> both(const std::vector<Span>& one, const std::vector<Span>& other) {
  std::vector<Span> spans;
  for (const Span& a : one)
    for (const Span& b : other)
      if (std::max(a.from, b.from) < std::min(a.to, b.to))
        spans.push_back({std::max(a.from, b.from), std::min(a.to, b.to)});
  return spans;
}

struct Place {
  std::int64_t middle = 0, top = 0;
};

// That is so wide and high, the nearest to half the shape's height; nullopt: there is none.
std::optional<Place> place_for(const Shape& shape, std::int64_t width, std::int64_t height) {
  std::int64_t top = shape.corners[0].y;
  std::int64_t bottom = top;
  for (const Spot& corner : shape.corners) {
    top = std::min(top, corner.y);
    bottom = std::max(bottom, corner.y);
  }
  std::optional<Place> best;
  const std::int64_t room = bottom - top - height;
  if (room < 0) return best;
  const auto off = [&](std::int64_t y) { return std::abs(2 * (y - top) - room); };
  constexpr auto kSteps = static_cast<std::int64_t>(kPlacesTried);
  for (std::int64_t step = 0; step <= kSteps; ++step) {
    const std::int64_t y = top + room * step / kSteps;
    std::vector<Span> spans = inside(shape, y);
    for (std::int64_t below = height; below > 0; below -= std::min<std::int64_t>(below, 4))
      spans = both(spans, inside(shape, y + below));
    for (const Span& span : spans)
      if (span.width() >= width && (!best || off(y) < off(best->top)))
        best = Place{(span.from + span.to) / 2, y};
  }
  return best;
}

class Labels {
 public:
  bool add(const Shape& shape, const std::vector<std::string>& lines) {
    std::int64_t width = 0;
    for (const std::string& line : lines) width = std::max(width, width_of(line));
    const std::int64_t height = static_cast<std::int64_t>(lines.size()) * kLineHeight;
    const auto place = place_for(shape, width + 2 * kBeside, height);
    if (!place) return false;
    const Taken taken{place->middle - width / 2, place->top, width, height};
    if (std::any_of(taken_.begin(), taken_.end(), [&](const Taken& t) { return t.meets(taken); }))
      return false;
    taken_.push_back(taken);
    for (std::size_t i = 0; i < lines.size(); ++i)
      labels_.push_back({place->middle,
                         place->top + static_cast<std::int64_t>(i) * kLineHeight + kBaseline,
                         Anchor::kMiddle, lines[i]});
    return true;
  }
  std::vector<Label> take() { return std::move(labels_); }

 private:
  struct Taken {
    std::int64_t x = 0, y = 0, width = 0, height = 0;
    bool meets(const Taken& o) const {
      return x < o.x + o.width && o.x < x + width && y < o.y + o.height && o.y < y + height;
    }
  };
  std::vector<Taken> taken_;
  std::vector<Label> labels_;
};

}  // namespace

std::vector<Label> area_labels(const std::vector<Shape>& shapes,
                               const std::vector<AreaText>& texts) {
  ALPR_CHECK(shapes.size() == texts.size());
  Labels labels;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    if (!labels.add(shapes[i], texts[i].lines)) labels.add(shapes[i], {texts[i].instead});
  return labels.take();
}

}  // namespace alpr::forms
