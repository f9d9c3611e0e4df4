// A sheet as comma-separated values. Pure; any thread.
//
// RFC 4180 in UTF-8 without a byte order mark: lines end in CR LF, the first has the columns'
// names, and a cell with a comma, a quotation mark, a tab or a line's end stands in quotation
// marks.
#pragma once

#include <string>

#include "reports/forms/sheet.h"

namespace alpr::forms {

std::string to_csv(const Sheet& sheet);
std::string csv_row(const std::vector<std::string>& cells);  // with its line's end

}  // namespace alpr::forms
