// What should be gone, and since when (I12-G-1, G-3). Pure functions over a transaction.
#pragma once

#include <map>

#include "ledger/store/projection.h"

namespace alpr::store {

// Buckets with something that is due at `now`, is not on hold, and has keys that stand; with the
// moment since when. A bucket counts from its last event's due time, an event whose last hold ended
// after that from its release.
Result<std::map<Bucket, TimeUs>> buckets_due(const Txn& txn, TimeUs now);

Result<std::vector<std::pair<Bucket, BucketRow>>> all_buckets(const Txn& txn, Bucket from);

}  // namespace alpr::store
