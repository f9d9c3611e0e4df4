#include "reports/forms/drawing.h"

#include <fmt/format.h>

#include "reports/forms/html_text.h"

namespace alpr::forms {
namespace {

std::string_view anchored(Anchor anchor) {
  if (anchor == Anchor::kBegins) return "";
  return anchor == Anchor::kEnds ? " text-anchor=\"end\"" : " text-anchor=\"middle\"";
}

}  // namespace

std::string svg_of(const Drawing& drawing) {
  if (drawing.empty()) return "";
  std::string svg = fmt::format(
      "<figure>\n<figcaption>{2}</figcaption>\n<svg class=\"{3}\" viewBox=\"0 0 {0} {1}\" "
      "role=\"img\" aria-label=\"{2}, as {4}; the "
      "numbers are in the table below\">\n",
      drawing.width, drawing.height, escaped(drawing.title), drawing.is_map() ? "map" : "bars",
      drawing.is_map() ? "a map" : "bars");
  for (const Shape& shape : drawing.shapes) {
    std::string points;
    for (const Spot& spot : shape.corners) points += fmt::format(" {},{}", spot.x, spot.y);
    svg +=
        fmt::format("<polygon class=\"shade{}\" points=\"{}\"/>\n", shape.shade, points.substr(1));
  }
  for (const Bar& bar : drawing.bars)
    svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", bar.x, bar.y,
                       bar.width, bar.height);
  for (const Label& label : drawing.labels)
    svg += fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>\n", label.x, label.baseline,
                       anchored(label.anchor), escaped(label.text));
  return svg + "</svg>\n</figure>\n";
}

}  // namespace alpr::forms
