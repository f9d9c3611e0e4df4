// The annual report as one page of HTML: no scripts, nothing fetched, to be read on a phone and to
// be printed (I12-L-5). Pure; the same report gives the same bytes; any thread.
#pragma once

#include <string>
#include <vector>

#include "reports/figures/annual.h"

namespace alpr::forms {

// `found`: what a verifier found wrong with the log or the report; it stands before all else.
std::string annual_page(const figures::AnnualReport& report,
                        const std::vector<std::string>& found = {});

}  // namespace alpr::forms
