// What a tombstone of a bucket would say, worked out on a snapshot, so that no writer waits for the
// walk over the bucket. What can still change after that is small: a due event can be neither
// uploaded nor put on hold, only what is held can be released. still_holds() looks at
// that inside the transaction that appends the tombstone. Pure functions over a transaction.
#pragma once

#include <vector>

#include "ledger/chain/event.h"
#include "ledger/store/projection.h"

namespace alpr::store {

struct PurgePlan {
  BucketRow row;
  TimeUs due;                      // of the bucket's last event: no tombstone may be earlier
  std::vector<HeldRow> held;       // every row of `held` in the bucket as the plan saw it
  std::vector<Sequence> spared;    // on hold
  std::vector<Sequence> own_keys;  // covered, and under keys of their own: their holds have ended
  std::uint64_t count = 0;         // what it covers
  Digest root{};
};

// kConflict when there is nothing to do: not due at `now`, or all that is left is on hold.
Result<PurgePlan> plan_purge(const Txn& txn, Bucket bucket, TimeUs now);

// Whether the plan is still right; few rows are read.
Result<bool> still_holds(const Txn& txn, Bucket bucket, const PurgePlan& plan);

chain::Draft tombstone_draft(Bucket bucket, const PurgePlan& plan);

}  // namespace alpr::store
