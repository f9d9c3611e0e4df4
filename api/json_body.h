// Request bodies: strict JSON into the same small value that records use.
//
// Boost.JSON takes the last of duplicate members silently, rounds large integers into doubles and
// can parse a number into infinity. So its SAX parser feeds our own handler, which refuses
// duplicate members, doubles, null, integers beyond +-(2^53-1) and depth over 16. The only file
// pair that includes Boost.JSON's parser. Pure; any thread.
#pragma once

#include <string_view>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/error.h"

namespace alpr::api {

// kMalformed says what and where (byte offset). An empty body is refused.
Result<chain::Json> parse_body(std::string_view body);

}  // namespace alpr::api
