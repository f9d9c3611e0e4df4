// Plates as text: one normal form, one folding of what cameras confuse, wildcards.
//
// A match through folding is never an exact one and is labelled OCR_EQUIVALENT (I12-C2A-8). Pure;
// any thread.
#pragma once

#include <string>
#include <string_view>

#include "ledger/chain/error.h"
#include "recognition/upload/plate_fold.h"

namespace alpr::policy {

inline constexpr std::size_t kPlateMax = 10;  // characters, NCIC's LIC field

// Upper-cases a-z and drops spaces, hyphens and dots. kMalformed unless 1 to 10 of A-Z0-9 remain;
// the detail never holds the plate.
Result<std::string> normalise_plate(std::string_view text);
bool valid_plate(std::string_view plate);  // already normalised

// Shared with the readers, whose own copies of the lists match in the same way. Wildcards stay as
// they are, so a pattern can be folded too; no plate is packed as 0.
using recognition::fold_plate;
using recognition::pack_plate;

// As normalise_plate(), with ? (any one character) and * (any run of characters, or none) kept. At
// most 20 characters; runs of * become one.
Result<std::string> normalise_pattern(std::string_view text);
bool has_wildcard(std::string_view pattern);
// Both already normalised (and folded, or both not).
bool matches_pattern(std::string_view pattern, std::string_view plate);
std::size_t literal_count(std::string_view pattern);  // characters that are not wildcards

}  // namespace alpr::policy
