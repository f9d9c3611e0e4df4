// Purging: what must go, when, and in which order, so that a crash anywhere is finished by the next
// start and no writer waits for it.
//
//   1. A plan is made on a snapshot (purge_plan.h); reads.purged is committed when it still holds.
//      From then on nothing of what it covers is returned by any call.
//   2. The vault is written without the keys (the bucket's; those of formerly held events), under a
//      new epoch secret.
//   3. Evidence files are unlinked.
//   4. Payloads and register rows are deleted, so many a transaction, with batches between.
//   5. keys.destroyed is committed.
// A bucket is due when its last thirty-day event is (header time + 30 days); it goes within the
// next run. Events on hold are excepted and listed; when their last hold ends and they are due, a
// further tombstone of the bucket covers them. A hot-list version is destroyed 30 days after it was
// superseded. What is still there an hour after it was due is put on the record by purge.overdue,
// once a bucket and hour. Source: I12-G-1..4.
//
// keys.destroyed names the SHA-256 of the erasable keyring, also where formerly held events' keys
// of the permanent one went with it, or were all that was left to destroy. On a full disk the
// ballast is given up and the step tried once more. Functions run one at a time (internally
// locked), on any thread but the sequencer's.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "ledger/store/erasure.h"
#include "ledger/store/sequencer.h"
#include "ledger/store/store.h"

namespace alpr::store {

struct PurgeReport {
  std::vector<Sequence> tombstones;
  std::uint64_t events = 0;    // purged now
  std::uint64_t held = 0;      // excepted
  std::uint64_t finished = 0;  // tombstones of an earlier run whose keys were still to be destroyed
  std::uint64_t alarms = 0;    // purge.overdue events
};

// What is due must be gone within the hour (docs/architecture.md, invariant 5); an alarm is raised
// once an hour for each bucket while it is not.
inline constexpr std::int64_t kOverdueUs = 3'600 * kSecondUs;

// Tests make it end the process at a step: "planned", "tombstone-committed", "keys-destroyed",
// "files-unlinked", "some-erased" (after each transaction of step 4), "purge-finished". Called
// between the steps above; nothing by default.
using RetentionHook = void (*)(const char* step);
RetentionHook& retention_hook();

class Retention {
 public:
  // `before_bucket` runs before a bucket's first tombstone (the domain appends bucket.summarised if
  // it has not yet).
  Retention(Store& store, Sequencer& sequencer,
            std::function<Result<void>(Bucket)> before_bucket = {}, const EraseLimits& limits = {});

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
  // What a committed tombstone stands for.
  struct Doomed {
    Sequence tombstone;
    std::optional<Bucket> bucket;
    Covered covered;                 // of a bucket
    std::vector<Sequence> own_keys;  // of a bucket
    std::optional<std::uint64_t> blob;
  };
  Result<void> finish_pending_locked(PurgeReport& report);
  Result<std::vector<Doomed>> pending() const;
  Result<void> raise_alarms(PurgeReport& report);
  Result<void> load_raised();
  Result<void> purge_bucket(Bucket bucket, PurgeReport& report);
  Result<void> destroy_and_finish(const Doomed& doomed);
  Result<void> unlink_files(const Doomed& doomed);
  Result<void> erase_rows(const Covered& covered);
  Result<std::map<Bucket, TimeUs>> due(std::int64_t ago_us) const;

  Store& store_;
  Sequencer& sequencer_;
  std::function<Result<void>(Bucket)> before_bucket_;
  EraseLimits limits_;
  std::mutex mutex_;
  std::optional<std::map<Bucket, TimeUs>> raised_;  // when each alarm was last raised
};

}  // namespace alpr::store
