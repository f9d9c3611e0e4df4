// A sheet as a workbook that spreadsheet programs open (ECMA-376, "Office Open XML"). Pure; any
// thread.
//
// Six parts in a stored zip. Every cell is an inline string, so none is a formula, a number or
// a date; the first row stays in view. What XML cannot hold, and a carriage return, which it would
// turn into a line feed, is written _xHHHH_ (ECMA-376 part 1, 22.4.2.4), and so is the underscore
// of a text that looks like that already.
#pragma once

#include <string>

#include "reports/forms/sheet.h"

namespace alpr::forms {

std::string to_xlsx(const Sheet& sheet);

}  // namespace alpr::forms
