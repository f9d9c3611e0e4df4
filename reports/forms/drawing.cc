#include "reports/forms/drawing.h"

#include <fmt/format.h>

#include "reports/forms/html_text.h"

namespace alpr::forms {

std::string svg_of(const Drawing& drawing) {
  if (drawing.empty()) return "";
  std::string svg = fmt::format(
      "<figure>\n<figcaption>{2}</figcaption>\n<svg class=\"bars\" viewBox=\"0 0 {0} {1}\" "
      "role=\"img\" aria-label=\"{2}, as bars; the "
      "numbers are in the table below\">\n",
      drawing.width, drawing.height, escaped(drawing.title));
  for (const Bar& bar : drawing.bars)
    svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", bar.x, bar.y,
                       bar.width, bar.height);
  for (const Label& label : drawing.labels)
    svg += fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>\n", label.x, label.baseline,
                       label.ends_there ? " text-anchor=\"end\"" : "", escaped(label.text));
  return svg + "</svg>\n</figure>\n";
}

}  // namespace alpr::forms
