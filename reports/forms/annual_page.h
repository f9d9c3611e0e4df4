// The annual report as one page of HTML: no scripts, nothing fetched, to be read on a phone and to
// be printed (I12-L-5). Pure; the same report gives the same bytes; any thread.
#pragma once

#include <string>

#include "reports/figures/annual.h"

namespace alpr::forms {

std::string annual_page(const figures::AnnualReport& report);

}  // namespace alpr::forms
