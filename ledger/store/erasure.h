// The last part of a purge: deleting what a committed tombstone covers, when its keys are gone.
// What is deleted here is dead already, so it may take its time: a bounded number of rows a
// transaction, with writers in between. Functions over a transaction, on the thread that has it.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "ledger/store/projection.h"

namespace alpr::store {

struct EraseLimits {
  std::size_t events = 1024;  // deleted in one transaction
  std::size_t rows = 16384;   // looked at in one transaction
};

struct Covered {
  Sequence first;
  Sequence last;
  std::set<Sequence> spared;
};
// By the bucket's newest tombstone.
Result<Covered> covered_by_newest(const Txn& txn, const BucketRow& row);
// Those of the covered events whose payloads are still there, under keys of their own. Walks over
// the whole bucket.
Result<std::vector<Sequence>> own_keys_of(const Txn& txn, const Covered& covered);

// Deletes payloads and register rows from `from` on; returns where to go on, nullopt at the end.
Result<std::optional<Sequence>> erase_covered(Txn& txn, const Covered& covered, Sequence from,
                                              const EraseLimits& limits);

}  // namespace alpr::store
