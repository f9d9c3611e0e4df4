// A figure's rows as bars: an SVG that stands within a page and takes nothing from elsewhere. Pure;
// any thread.
#pragma once

#include <string>

#include "reports/figures/figure.h"

namespace alpr::forms {

// The rows' numbers also stand in the figure's table, so the picture is named and not read out.
// Empty where there is nothing to draw.
std::string bar_chart(const figures::Figure& figure);

}  // namespace alpr::forms
