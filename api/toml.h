// TOML, read into the small value that bodies and records use, and written from it.
//
// The only file pair that includes toml++. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/error.h"

namespace alpr::api {

// Tables become objects in the order of the text; a date-time with an offset becomes microseconds
// since 1970. kMalformed says what and in which line: a syntax error, or a value that has no place
// in a record (a floating number, a local time).
Result<chain::Json> parse_toml(std::string_view text);

// `value` must be an object.
std::string write_toml(const chain::Json& value);

}  // namespace alpr::api
