// The sequencer: the one writer. Takes jobs from a bounded inbox, lets each decide on the state as
// it then stands (committed plus what is ahead of it in the same batch), commits a batch in one
// LMDB transaction with its tiles, registers and signed checkpoint, and only then answers.
//
// Clock guard: a step of more than 300 s of the wall clock against the boot clock (or an
// unexplained jump over a restart) stops appends with kClock until confirm_clock(). A clock that
// runs backwards by less uses the previous time. After an uncertain commit (a failed sync or meta
// write) the process exits with code 3; start-up recovery decides. ENOSPC and a full map abort the
// batch: its jobs get kNoSpace, nothing is lost, later ones may succeed.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "ledger/store/store.h"

namespace alpr::store {

class Batch;  // ledger/store only
class Txn;    // ledger/store only

// What a job sees and does, on the sequencer's thread, inside the batch's transaction. Decide
// first, append after: a job that fails before its first change costs the batch nothing; one that
// fails later makes the batch start over. A failed change cannot be ignored: the job then fails
// with it, whatever its work returns.
class Transaction {
 public:
  explicit Transaction(Batch& batch) : batch_(batch) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  TimeUs now() const;                                  // the header time of this batch
  Sequence next() const;                               // the seq that the next append gets
  const chain::RegisterReader& registers() const;      // with everything ahead in the batch
  Result<chain::EventView> event(Sequence seq) const;  // as Store::event
  std::vector<Sequence> holds_on(Sequence event) const;

  // kMalformed (kind, form, members, canonical values), kTooLarge, kNoSpace; kRefused for what only
  // the ledger itself appends (tombstones, keys.destroyed, clock.stepped, key.rotated), a first
  // event that is not log.started, and a hold.placed whose events were not given to hold() before.
  Result<Sequence> append(chain::Draft draft);
  // Seals images under the current bucket's key, in one write; synced before the commit. `staged`:
  // what Store::stage_images() made of these very images, or null; where the bucket has changed
  // since, they are stored again. A place for each image, in order. kNoSpace under the low-disk
  // limit, kTooLarge.
  Result<std::vector<EvidencePlace>> store_images(std::span<const Image> images,
                                                  const StagedImages* staged = nullptr);
  // Seals a blob under a key of its own; synced before the commit. The id is random, below 2^53.
  // `staged`: what Store::stage_blob() made of these very bytes, or null; where an earlier run of
  // the job took it, the blob is sealed again. As StagedBlob::make.
  Result<std::uint64_t> store_blob(BytesView blob, StagedBlob* staged = nullptr);
  // For a hold.placed that is appended next in the same job: makes and syncs a key per event,
  // copies and syncs the images (images says where an event has one), re-seals payloads and
  // register rows. Events that are past due, purged, not thirty-day or unknown: kRefused.
  struct ImageOf {
    Sequence event;
    EvidencePlace place;
    Digest sha256;
  };
  Result<void> hold(std::span<const Sequence> events, std::span<const ImageOf> images);
  // Introduces a new key of the log: makes and syncs it, and appends key.rotated under the old one.
  // From the next commit on the new key signs, and the old one beside it for `overlap_us` more of
  // header time (0: not at all; at most kLogKeyOverlapMaxUs). The batch ends. kMalformed: the
  // overlap; kConflict: a rotation is in this batch already, or as many old keys still sign as may.
  Result<Sequence> rotate_log_key(std::int64_t overlap_us);
  // The next job goes into a batch of its own: for events whose effect on what lives in memory must
  // be seen by it.
  void end_batch();

 private:
  friend class Retention;
  // Also what append() refuses.
  Result<Sequence> append_own(chain::Draft draft);
  Batch& batch_;
};

inline constexpr std::int64_t kLogKeyOverlapMaxUs = 400LL * 86'400 * kSecondUs;

struct Commit {
  TimeUs time;
  Sequence first;           // of this job's events; meaningless when count is 0
  std::uint64_t count = 0;  // of this job's events
  std::uint64_t size =
      0;  // of the signed tree of this batch; with no event in the batch, of the one before
};

struct SequencerSettings {
  std::size_t inbox_max = 4096;  // a full inbox answers kBusy
  std::size_t batch_max = 1024;  // jobs per commit
  std::int64_t clock_step_us = 300 * kSecondUs;
};

// What ends the process after an uncertain commit: by default std::_Exit(3), with the reason on
// stderr. Tests replace it; where it returns, every job from then on is answered kIo.
using FatalExit = void (*)(const std::string& reason);
FatalExit& fatal_exit();

class Sequencer {
 public:
  using Work = std::function<Result<void>(Transaction&)>;  // may run more than once; must not throw
  // On the sequencer's thread (kBusy: on the submitter's); must not block.
  using Done = std::function<void(Result<Commit>)>;
  // After the sync, before any Done, on the sequencer's thread.
  using Committed = std::function<void(std::span<const chain::EventView>)>;

  // `fold` runs inside the transaction for every appended event; `committed` keeps what lives in
  // memory up to date. Both may be empty. One Sequencer per Store at a time.
  static std::unique_ptr<Sequencer> start(Store& store, chain::Fold fold, Committed committed,
                                          const SequencerSettings& settings = {});
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;
  ~Sequencer();  // finishes what is in the inbox, then stops

  void submit(Work work, Done done);  // any thread but its own callbacks'; never blocks
  Result<Commit> run(Work work);      // any thread but the sequencer's; waits for the commit

  // Puts a witness's cosignature, which the caller has verified, on the kept checkpoint of this
  // size, in a write of its own: it is evidence about the log and no event of it. Waits until it is
  // durable. kNotFound where no such checkpoint is kept, kTooLarge, kNoSpace.
  Result<void> add_cosignature(std::uint64_t size, const chain::NoteSignature& signature);

  bool clock_stopped() const;
  // After two people confirmed a step: appends clock.stepped (with `draft`) and goes on. kConflict
  // when not stopped.
  Result<Commit> confirm_clock(const chain::Draft& draft);

  // Erasure, used by Retention (ledger/store/retention.h). A transaction of its own between two
  // batches, without events: committed and judged as a batch is.
  Result<void> between_batches(const std::function<Result<void>(Txn&)>& change);
  // The end of a purge: forgets the blob and appends keys.destroyed.
  struct Purged {
    std::optional<std::uint64_t> blob;
    chain::Draft keys_destroyed;
  };
  Result<Commit> finish_purge(const Purged& purged);
  // Destroys keys that no committed event was sealed with (recovery does the same at open). Returns
  // how many.
  Result<std::uint64_t> destroy_unused_keys();

 private:
  struct Impl;
  explicit Sequencer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alpr::store
