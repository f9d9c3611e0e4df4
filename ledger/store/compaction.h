// Compaction of a stopped store: LMDB keeps what was deleted in free pages until it needs them, and
// a file that has grown never shrinks. What is purged is ciphertext without a key; compaction takes
// that away too.
//
//   1. The living pages are copied to ledger/compacting/data.mdb, synced, and read back: the same
//      newest checkpoint, the same last row of each database.
//   2. The copy becomes ledger/data.mdb.new, and the two exchange names.
//   3. The old file, now data.mdb.new, is overwritten with zeros and removed.
// A crash leaves the old file or the new one under the name, both whole; clear_compaction(), which
// every opening does, zeroes what else is there. Source: docs/operations/purge-alarms.md.
#pragma once

#include <cstdint>
#include <filesystem>

#include "ledger/chain/error.h"

namespace alpr::store {

struct Compacted {
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
};

// Of the store in `folder`; needs as much room as its living rows take. kLocked while a server has
// it; kBusy while something else reads it (a verifier); kNotFound; kNoSpace; kIo; kCorrupt when the
// copy does not read like what was copied (the store is as before).
Result<Compacted> compact(const std::filesystem::path& folder);

// `ledger` is the folder of data.mdb; the store's lock must be held.
Result<void> clear_compaction(const std::filesystem::path& ledger);

}  // namespace alpr::store
