// Purging: what must go, when, and in which order, so that a crash anywhere is finished by the next
// start.
//
//   1. reads.purged is committed; its fold already removes the register rows of what it purges.
//   2. the vault is written without the keys (bucket's; those of formerly held events), under a new
//   epoch secret.
//   3. evidence files are unlinked; ciphertexts deleted and keys.destroyed appended in one
//   transaction.
// A bucket is due when its last thirty-day event is (header time + 30 days); it goes within the
// next run. Events on hold are excepted and listed; when their last hold ends and they are due, a
// further tombstone of the bucket covers them. A hot-list version is destroyed 30 days after it was
// superseded. Source: I12-G-1..4.
//
// keys.destroyed names the SHA-256 of the erasable keyring, also where formerly held events' keys
// of the permanent one went with it, or were all that was left to destroy. On a full disk the
// ballast is given up and the step tried once more. Functions run one at a time (internally
// locked), on any thread but the sequencer's.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "ledger/store/sequencer.h"
#include "ledger/store/store.h"

namespace alpr::store {

struct PurgeReport {
  std::vector<Sequence> tombstones;
  std::uint64_t events = 0;    // purged now
  std::uint64_t held = 0;      // excepted
  std::uint64_t finished = 0;  // tombstones of an earlier run whose keys were still to be destroyed
};

// Tests make it end the process at a step: "tombstone-committed", "keys-destroyed",
// "files-unlinked", "purge-finished". Called between the steps above; nothing by default.
using RetentionHook = void (*)(const char* step);
RetentionHook& retention_hook();

class Retention {
 public:
  // `before_bucket` runs before a bucket's first tombstone (the domain appends bucket.summarised if
  // it has not yet).
  Retention(Store& store, Sequencer& sequencer,
            std::function<Result<void>(Bucket)> before_bucket = {});

  // Everything due now; also finishes what an earlier run left. kClock while the clock is stopped,
  // kNoSpace, kIo: what is then undone is done by the next call.
  Result<PurgeReport> run();
  // Only the latter; called at start before anything is served.
  Result<PurgeReport> finish_pending();
  // Tombstone, key, file and keys.destroyed of one superseded hot-list version. kRefused before it
  // is due: 30 days after the event `superseded`; kNotFound when there is no such blob.
  Result<void> purge_blob(std::uint64_t blob, Sequence loaded, Sequence superseded,
                          std::uint64_t count);

  // Buckets with something that should be gone: their last due time, or that of an event whose last
  // hold has ended, lies more than `grace_us` in the past and the keys still stand (I12-G-4: must
  // be 0).
  Result<std::uint64_t> overdue(std::int64_t grace_us) const;
  // Buckets that are over (their 15 minutes have passed) and hold live events, from `from` on.
  Result<std::vector<Bucket>> closed_buckets(Bucket from) const;
  struct BucketRange {
    Sequence first;
    Sequence last;
    std::uint64_t events = 0;
    int state = 0;  // 0 live, 1 tombstoned, 2 keys destroyed
  };
  Result<std::optional<BucketRange>> range(Bucket bucket) const;

 private:
  Result<void> finish_pending_locked(PurgeReport& report);
  Result<void> purge_bucket(Bucket bucket, PurgeReport& report);
  Result<void> destroy_and_finish(Sequence tombstone, std::optional<Bucket> bucket,
                                  std::optional<std::uint64_t> blob, std::vector<Sequence> events);
  Result<std::vector<Bucket>> due_buckets() const;

  Store& store_;
  Sequencer& sequencer_;
  std::function<Result<void>(Bucket)> before_bucket_;
  std::mutex mutex_;
};

}  // namespace alpr::store
