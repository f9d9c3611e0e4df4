// Texts within the shapes of a map, where they have room. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "reports/forms/drawing.h"

namespace alpr::forms {

struct AreaText {
  std::vector<std::string> lines;  // one or two, all of them or none
  std::string instead;             // where they have no room
};

// Of each shape its text: the lines where a place in it holds them, else `instead`, else
// nothing; no label lies over another. As many texts as shapes (ALPR_CHECKed).
std::vector<Label> area_labels(const std::vector<Shape>& shapes,
                               const std::vector<AreaText>& texts);

}  // namespace alpr::forms
