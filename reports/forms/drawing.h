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
struct Label {
  std::int64_t x = 0, baseline = 0;
  bool ends_there = false;  // else it begins at x
  std::string text;
};

inline constexpr std::int64_t kLabelSize = 11;  // of its letters, in the same units

struct Drawing {
  std::string title;
  std::int64_t width = 0, height = 0;
  std::vector<Bar> bars;
  std::vector<Label> labels;
  bool empty() const { return bars.empty(); }
};

// Stands within a page and takes nothing from elsewhere; its numbers stand in a table beside it, so
// it is named and not read out. Empty for an empty drawing.
std::string svg_of(const Drawing& drawing);

}  // namespace alpr::forms
