// Whether what was asked can be searched for at all, and is narrow enough to be an investigative
// query and not a trawl. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "ledger/chain/error.h"
#include "policy/records/queries.h"

namespace alpr::policy {

// kMalformed with the member and what is wrong.
Result<void> check_elements(const QueryElements& elements, TimeUs now);
// The reason of a refusal (I12-C3-c2).
std::optional<std::string> too_broad(const QueryElements& elements);

}  // namespace alpr::policy
