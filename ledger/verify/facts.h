// What the ledger's own events say about erasure: tombstones, destroyed keys, holds. Gathered in
// the first walk over the log, judged against the payloads in the second. One thread.
//
// Only payloads whose open members match their commitment come in here, so a fact is as good as the
// chain.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/error.h"
#include "ledger/chain/header.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

// When the key of a tombstone died, if it did.
struct Destruction {
  std::uint64_t seq = 0;
  TimeUs time;
};

// reads.purged
struct Tombstone {
  std::uint64_t seq = 0;
  TimeUs time;
  Bucket bucket;
  std::uint64_t first = 0, last = 0, count = 0;
  Digest root{};
  std::vector<std::uint64_t> held;  // ascending
  std::optional<Destruction> destroyed;
  bool lists_as_held(std::uint64_t event) const;
};

// list.purged
struct ListPurge {
  std::uint64_t seq = 0;
  TimeUs time;
  std::uint64_t blob = 0;
  std::optional<Destruction> destroyed;
};

struct Hold {
  std::uint64_t seq = 0;
  TimeUs time;
  TimeUs review_by;
  std::optional<std::uint64_t> released;  // seq of hold.released
  TimeUs released_at;
};

class Facts {
 public:
  // Takes note of an event of kinds 3 to 7; others are passed over. kMalformed: the payload is not
  // what the kind says, or it speaks of an event that is not there to be spoken of (the detail says
  // which).
  Result<void> note(const chain::Header& header, const chain::Json& payload);

  using Tombstones = std::map<std::uint64_t, std::vector<Tombstone>>;  // by bucket, in order of seq
  const Tombstones& tombstones() const { return tombstones_; }
  const std::vector<Tombstone>& of(Bucket bucket) const;
  const std::vector<ListPurge>& list_purges() const { return list_purges_; }
  const std::vector<Hold>& holds() const { return holds_; }

  // The holds that name this event, in order of seq.
  const std::vector<std::size_t>& holds_of(std::uint64_t event) const;
  const std::unordered_map<std::uint64_t, std::vector<std::size_t>>& held_events() const {
    return holds_of_;
  }
  // Whether a hold on the event is in force just before the event with seq `at`.
  bool on_hold(std::uint64_t event, std::uint64_t at) const;
  // When its last hold ended; nullopt when none did, or one is still in force.
  std::optional<TimeUs> released_at(std::uint64_t event) const;

 private:
  Result<void> note_tombstone(const chain::Header& header, const chain::Json& payload);
  Result<void> note_list_purge(const chain::Header& header, const chain::Json& payload);
  Result<void> note_destroyed(const chain::Header& header, const chain::Json& payload);
  Result<void> note_hold(const chain::Header& header, const chain::Json& payload);
  Result<void> note_release(const chain::Header& header, const chain::Json& payload);

  struct Target {
    bool list = false;
    std::uint64_t bucket = 0;
    std::size_t index = 0;
  };
  Tombstones tombstones_;
  std::vector<ListPurge> list_purges_;
  std::map<std::uint64_t, Target> targets_;  // by seq of the tombstone or list.purged
  std::vector<Hold> holds_;
  std::unordered_map<std::uint64_t, std::size_t> hold_by_seq_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> holds_of_;
};

}  // namespace alpr::verify
