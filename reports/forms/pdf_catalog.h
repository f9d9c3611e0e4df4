// What cairo 1.16 leaves out of a PDF's catalog, added as an incremental update (ISO 32000-1,
// 7.5.6): that the text is tagged, its language, and that a viewer shows the title. Without these a
// screen reader does not use the tags. Pure; any thread.
#pragma once

#include <string>

#include "ledger/chain/error.h"

namespace alpr::forms {

// `pdf` as cairo wrote it: one section, a cross-reference table, the trailer last. kCorrupt: it is
// not.
Result<std::string> with_catalog(std::string pdf);

}  // namespace alpr::forms
