// The key.rotated events of a log, each with the proof that the key before it signed for it. What a
// receipt carries so that it can be checked with the log's first key alone. Pure functions over a
// transaction. Source: docs/event-format.md, sections 4 and 4.1.
#pragma once

#include <string>
#include <vector>

#include "ledger/chain/header.h"
#include "ledger/chain/note.h"
#include "ledger/store/environment.h"

namespace alpr::store {

struct KeyRotation {
  chain::HeaderBytes header{};
  Bytes clear;             // its member list; all of it is open
  std::string tlog_proof;  // against the first kept checkpoint that covers it: its own commit's
};

// In order of seq. While `now`, the key that signs, is still the one that genesis names, nothing
// was rotated and nothing else is read; otherwise every header is. kCorrupt, kIo.
Result<std::vector<KeyRotation>> read_key_history(const Txn& txn, const chain::VerifierKey& now);

// The seqs of all key.rotated events below `end`. Reads every header up to it.
Result<std::vector<Sequence>> find_rotations(const Txn& txn, std::uint64_t end);

}  // namespace alpr::store
