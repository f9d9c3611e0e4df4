// The annual report as a sheet: a row for each row of each figure, and at the end rows `about` that
// say of which log, checkpoint and period it is. Earlier years have two columns each at the end,
// months of theirs in the row of the same month. Pure; any thread.
#pragma once

#include "reports/figures/annual.h"
#include "reports/forms/sheet.h"

namespace alpr::forms {

// kTooLarge: more rows than a sheet takes.
Result<Sheet> annual_sheet(const figures::AnnualReport& report);

}  // namespace alpr::forms
