// A drawing as shapes, before it is SVG in a page or lines in a PDF: both draw the same. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace alpr::forms {

// In units of the drawing, from its upper left corner; a form scales them to its page.
struct Bar {
  std::int64_t x = 0, y = 0, width = 0, height = 0;
};
enum class Anchor { kBegins, kMiddle, kEnds };  // what of a text is at its x
struct Label {
  std::int64_t x = 0, baseline = 0;
  Anchor anchor = Anchor::kBegins;
  std::string text;
};
struct Spot {
  std::int64_t x = 0, y = 0;
};
inline constexpr int kShades = 5;
struct Shape {
  std::vector<Spot> corners;
  int shade = 0;  // below kShades: 0 is white, the others are so that a label can be read on them
};

inline constexpr std::int64_t kLabelSize = 11;  // of its letters, in the same units

struct Drawing {
  std::string title;
  std::int64_t width = 0, height = 0;
  std::vector<Bar> bars;
  std::vector<Label> labels;
  std::vector<Shape> shapes = {};  // of a map, under everything else
  bool is_map() const { return !shapes.empty(); }
  bool empty() const { return bars.empty() && shapes.empty(); }
};

// Stands within a page and takes nothing from elsewhere; its numbers stand in a table beside it, so
// it is named and not read out. Empty for an empty drawing.
std::string svg_of(const Drawing& drawing);

}  // namespace alpr::forms
