// The reads register's start: a month of a large city is there in seconds, because what was made of
// each bucket that is over is kept beside the store, sealed with the bucket's key (store.h,
// derived()).
//
// What is kept is a convenience: where it is missing, damaged, or of other events, the bucket's
// reads are opened one by one instead.
#pragma once

#include "ledger/store/store.h"
#include "policy/registers/reads_index.h"

namespace alpr::api {

// Fills an empty register with every read that the store has, and the holds in force. Uses all
// cores. Answers the first bucket that keep_reads() should look at.
Result<Bucket> load_reads(const store::Store& store, policy::ReadsIndex& reads);

// Keeps what the register made of the buckets from `from` on that are over; answers where to go on.
// For one thread at a time, the one that purges. kNoSpace, kIo.
Result<Bucket> keep_reads(store::Store& store, const policy::ReadsIndex& reads, Bucket from);

}  // namespace alpr::api
