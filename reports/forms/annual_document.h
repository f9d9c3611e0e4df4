// The annual report as a document, to be made a PDF (pdf.h): the same texts and figures as its
// page. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "reports/figures/annual.h"
#include "reports/forms/document.h"

namespace alpr::forms {

// `found` as for annual_page.
Document annual_document(const figures::AnnualReport& report,
                         const std::vector<std::string>& found = {});

}  // namespace alpr::forms
