// The time of a search as vendors write it. Pure; any thread.
//
//   2026-03-04T17:05:09Z       RFC 3339
//   03/04/2026, 05:05:09 PM UTC     as Flock writes it
//   3/4/2026 17:05             without seconds
//
// A day, then T, a space, or a comma and a space, then the time of day, perhaps AM or PM, perhaps a
// zone: Z, UTC, GMT, PST, PDT, +hh:mm or +hhmm. Up to 6 digits of a second.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "reports/figures/export_profile.h"

namespace alpr::figures {

// Seconds that a zone of the list above is ahead of UTC; nullopt: it is none.
std::optional<std::int64_t> zone_offset_s(std::string_view zone);

// kMalformed: it is no time, or names no zone and the profile has none either.
Result<TimeUs> parse_export_time(std::string_view text, const ExportProfile& profile);

}  // namespace alpr::figures
