// What a dishonest operator with the whole machine might do to a copy of the store, so that the
// verifier can be watched catching it. Works on the bytes of the LMDB file, past every check of
// ours.
#pragma once

#include <cstdint>
#include <filesystem>

#include "ledger/chain/error.h"

namespace alpr::api {

// One bit of the commitment in the header of event `seq`.
Result<void> flip_header_bit(const std::filesystem::path& store, std::uint64_t seq);
// Takes event `seq` out and moves every later one down by one.
Result<void> drop_event(const std::filesystem::path& store, std::uint64_t seq);
// Rewrites the count in a tombstone's payload, the digits kept, as if one read fewer had been
// purged.
Result<void> rewrite_tombstone(const std::filesystem::path& store, std::uint64_t seq);

}  // namespace alpr::api
