// The store's own projections of the ledger's own kinds: what each bucket holds and where its purge
// stands, and which events are held by what. One fold, used live and by a rebuild. Layout: store.h.
#pragma once

#include <optional>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/store/environment.h"

namespace alpr::store {

enum class BucketState : std::uint8_t { kLive = 0, kTombstoned = 1, kKeysDestroyed = 2 };

struct BucketRow {
  Sequence first;
  Sequence last;
  std::uint64_t events = 0;  // thirty-day ones
  BucketState state = BucketState::kLive;
  Sequence tombstone;             // the newest; 0 when there is none
  std::vector<Sequence> earlier;  // the tombstones before it, oldest first
  bool operator==(const BucketRow&) const = default;
};
Result<BucketRow> parse_bucket(BytesView row);
Result<std::optional<BucketRow>> read_bucket(const Txn& txn, Bucket bucket);

// What a row of `held` says: the holds in force on an event, or when its last one was released. The
// row stays from the first hold until a tombstone covers the event; while it is there, the event
// lives under a key of its own.
struct HeldRow {
  Sequence event;
  std::vector<Sequence> holds;
  std::optional<TimeUs> released;  // set when there are no holds
  bool operator==(const HeldRow&) const = default;
};
Result<std::vector<Sequence>> read_holds(const Txn& txn, Sequence event);
Result<bool> has_held_row(const Txn& txn, Sequence event);
// Those of the events first..last, in order.
Result<std::vector<HeldRow>> held_rows(const Txn& txn, Sequence first, Sequence last);
// Whether a tombstone covers this thirty-day event, whose ciphertext may still lie there.
Result<bool> is_purged(const Txn& txn, const chain::Header& header);
// The tombstone that does; nullopt when none does.
Result<std::optional<Sequence>> tombstone_of(const Txn& txn, const chain::Header& header);

// Folds events in their order. Thirty-day events into their bucket; reads.purged, keys.destroyed,
// hold.placed and hold.released into buckets and held; the log's keys and the recovery key into
// `meta`. Other kinds do nothing here. What a tombstone covers is gone for every reader from its
// fold on; its rows and payloads are deleted after its keys (erasure.h).
//
// The row of the bucket that events are being counted in is written once for all of them: when
// another bucket comes, when an event of the ledger's own kinds may look at it, and by flush(),
// before the transaction commits. Until then the row in the database is behind. Whoever decides in
// between asks only whether a bucket is live or due, which the newest one's row cannot change.
class OwnFold {
 public:
  explicit OwnFold(Txn& txn) : txn_(txn) {}
  Result<void> fold(const chain::EventView& event);
  Result<void> flush();

 private:
  Result<void> count(const chain::Header& thirty_day);

  Txn& txn_;
  std::optional<Bucket> open_;
  BucketRow row_;  // of `open_`
};

}  // namespace alpr::store
