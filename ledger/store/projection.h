// The store's own projections of the ledger's own kinds: what each bucket holds and where its purge
// stands, and which events are held by what. One fold, used live and by a rebuild. Layout: store.h.
#pragma once

#include <optional>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/store/environment.h"
#include "ledger/store/registers.h"

namespace alpr::store {

enum class BucketState : std::uint8_t { kLive = 0, kTombstoned = 1, kKeysDestroyed = 2 };

struct BucketRow {
  Sequence first;
  Sequence last;
  std::uint64_t events = 0;  // thirty-day ones
  BucketState state = BucketState::kLive;
  Sequence tombstone;  // the newest; 0 when there is none
};
Result<BucketRow> parse_bucket(BytesView row);
Result<std::optional<BucketRow>> read_bucket(const Txn& txn, Bucket bucket);

// Holds in force on an event, and whether it has a row at all: one stays, empty, from an event's
// last release until a tombstone covers it, and says that the event lives under a key of its own.
Result<std::vector<Sequence>> read_holds(const Txn& txn, Sequence event);
Result<bool> has_held_row(const Txn& txn, Sequence event);
// Events with a row, in order: all of them, or those whose last hold has ended.
enum class HeldRows { kAll, kReleased };
Result<std::vector<Sequence>> held_events(const Txn& txn, HeldRows which);

// Folds one event. Thirty-day events into their bucket; reads.purged, keys.destroyed, hold.placed
// and hold.released into buckets, held and the rows of what is purged. Other kinds do nothing here.
Result<void> fold_own_kinds(const chain::EventView& event, Txn& txn, RegisterRows& rows);

}  // namespace alpr::store
