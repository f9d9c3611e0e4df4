// One group commit in the making: events, their seals and folds, tiles, the signed checkpoint, in
// one LMDB transaction. Owned by the sequencer and used on its thread alone; ledger/store only.
// What was made outside LMDB for a batch that does not commit (held copies, blobs and their keys)
// is removed again; a crash leaves it to recovery.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "ledger/store/draft_check.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/projection.h"
#include "ledger/store/registers.h"
#include "ledger/store/sequencer.h"
#include "ledger/store/store_core.h"

namespace alpr::store {

class Batch {
 public:
  // Header time is the clock's, or the last event's where the clock runs behind it.
  static Result<std::unique_ptr<Batch>> begin(StoreCore& core, const chain::Fold& fold,
                                              const ClockPoint& clock);
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch();

  const Txn& txn() const { return txn_; }
  bool has_blob(std::uint64_t id) const;  // live: no tombstone yet
  TimeUs time() const { return time_; }
  Sequence next() const { return {tree_.size()}; }
  const RegisterRows& rows() const { return rows_; }
  Result<chain::EventView> event(Sequence seq) const;
  std::vector<Sequence> holds_on(Sequence event) const;

  enum class By { kDomain, kLedger };
  Result<Sequence> append(chain::Draft draft, By by);
  Result<std::vector<EvidencePlace>> store_images(std::span<const Image> images,
                                                  const StagedImages* staged);
  Result<std::uint64_t> store_blob(BytesView blob, StagedBlob* staged);
  Result<void> hold(std::span<const Sequence> events, std::span<const Transaction::ImageOf> images);
  Result<Sequence> rotate_log_key(std::int64_t overlap_us);
  Result<void> purge(const Sequencer::Purged& purged);  // forgets the blob, appends keys.destroyed

  void end_batch() { ended_ = true; }
  bool ended() const;
  // Whether anything was changed that only an abort takes back.
  std::uint64_t changes() const { return changes_; }
  // The failure of a change that was begun: the transaction must not commit.
  const std::optional<Error>& broken() const { return broken_; }
  const std::vector<chain::EventView>& events() const { return events_; }

  // Only with events. On success the core's log end is the batch's.
  tl::expected<void, CommitFailure> commit();

 private:
  Batch(StoreCore& core, const chain::Fold& fold, Txn txn, const ClockPoint& clock);
  Result<void> check_allowed(const CheckedDraft& draft, By by) const;
  Result<void> check_hold(const CheckedDraft& draft) const;
  Result<Sequence> append_checked(CheckedDraft draft);
  void mark_blob(const chain::EventView& list_purged);
  Result<Seal> choose_seal(const chain::Kind& kind, const chain::PlainPayload& plain) const;
  Result<const SecretKey*> key_of(Seal seal);
  bool low_disk();
  Result<void> write_rows(const chain::HeaderBytes& header, Sequence seq, Seal seal,
                          const SecretKey* key, const chain::PlainPayload& plain);
  Result<chain::Header> holdable(Sequence event) const;
  Result<void> reseal(const chain::Header& header);
  Result<void> copy_image(const Transaction::ImageOf& image);
  Result<void> write_end();
  Result<std::optional<std::uint64_t>> write_checkpoint();
  void undo();
  // Remembers a failed change.
  template <typename T>
  Result<T> broke(Result<T> result) {
    if (!result) broken_ = result.error();
    return result;
  }

  StoreCore& core_;
  const chain::Fold& fold_;
  Txn txn_;
  RegisterRows rows_;
  OwnFold own_;
  ClockPoint clock_;
  TimeUs time_;
  GrowingTree tree_;
  Digest last_leaf_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> blobs_;
  std::vector<chain::EventView> events_;
  // Asked for once: a batch has one time, so one bucket and one month.
  std::optional<SecretKey> bucket_key_;
  std::optional<SecretKey> month_key_;
  std::optional<bool> low_disk_;
  std::uint64_t changes_ = 0;
  std::optional<Error> broken_;
  bool ended_ = false;
  bool committed_ = false;
  bool files_touched_ = false;
  struct Rotation {
    LogSeed next;
    TimeUs former_until;
  };
  std::optional<Rotation> rotation_;
  std::vector<Sequence> new_held_;  // keys and copies that an abort removes
  std::vector<std::uint64_t> new_blobs_;
};

}  // namespace alpr::store
