// JSON that people or other programs wrote: the same values as ledger/chain/canonical_json.h, with
// free spacing. For small files and answers only. Pure; any thread.
#pragma once

#include <string_view>

#include "ledger/chain/canonical_json.h"

namespace alpr::recognition {

// Drops the white space between tokens, then parses strictly: still no doubles, no null, no
// duplicate members.
Result<chain::Json> parse_loose_json(std::string_view text);

}  // namespace alpr::recognition
