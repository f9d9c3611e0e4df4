// Numbers as bars. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "reports/figures/figure.h"
#include "reports/forms/drawing.h"

namespace alpr::forms {

struct BarRow {
  std::string label;
  std::int64_t value = 0;
};

inline constexpr std::size_t kBarRowsMax = 60;

// A bar a row, with its number; long labels stand above their bars, and one that no line holds is
// cut with an ellipsis. Empty where there is nothing to draw, or more than kBarRowsMax rows.
Drawing bar_chart(std::string title, const std::vector<BarRow>& rows);
Drawing bar_chart(const figures::Figure& figure);

}  // namespace alpr::forms
