// The reads register: what the readers saw in the last 30 days, in memory only, so that no plate is
// ever on disk in clear.
//
// Columns per 15-minute upload bucket (read_columns.h): those of a bucket that is over are sorted
// by plate and never change, so a search looks through them without a lock. A plate or a pattern is
// first held against the plates that there are, and then each of them looked for where a filter
// lets it pass. A purge drops a bucket's columns but for what is held, and settle() then the plates
// that were in no other. One writer (the sequencer's thread), any number of readers; locked inside.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "policy/records/queries.h"
#include "policy/registers/known_plates.h"
#include "policy/registers/plate_filter.h"
#include "policy/registers/read_columns.h"

namespace alpr::policy {

struct ReadMatch {
  ReadRow row;
  MatchKind match = MatchKind::kExact;
};

struct SearchResult {
  std::vector<ReadMatch> matches;  // newest upload first
  bool more = false;               // there are further matches beyond `limit`
};

// Who asks, when, and for which part of what matches.
struct SearchPage {
  std::string case_number;
  TimeUs now;
  std::size_t limit = 0;
  std::optional<Sequence> before;  // only reads below it: the page after one that ended there
  // Only reads of these devices: those of a police area.
  std::optional<std::vector<std::string>> devices;
};

class ReadsIndex {
 public:
  // Takes read.recorded, reads.purged, hold.placed, hold.released; ignores the rest and events
  // without payload.
  void committed(std::span<const chain::EventView> events);

  // At start, instead of all events: sorted columns of buckets that are over, made with intern(),
  // and the holds in force.
  void load(std::vector<ReadColumns> buckets);
  // Sorts what is over, and forgets the plates that no column has any more: a tenth of a second for
  // a large city, which the writer need not wait for. Until then such a bucket is searched row by
  // row. Any thread; soon after a bucket is over or was purged.
  void settle();
  void load_hold(Sequence hold, const std::string& case_number, std::vector<Sequence> events);
  // The number of a text, for columns that are read on another thread.
  std::uint32_t intern(std::string_view text);

  // Never returns a read past due (I12-G-1, to the microsecond), unless it is on a hold whose case
  // number is the page's. `elements` must have passed check_elements.
  SearchResult search(const QueryElements& elements, const SearchPage& page) const;

  // nullopt: unknown or purged. Says nothing of due times: may_show() does.
  std::optional<ReadRow> find(Sequence read) const;
  // Not past due, or on a hold of this case.
  bool may_show(const ReadRow& row, std::string_view case_number, TimeUs now) const;

  std::size_t size() const;
  std::size_t known_plates() const;  // different ones in the buckets that are sorted
  // The buckets whose columns are sorted, from `from` on; and one's columns as bytes for
  // ReadColumns::read(), nullopt where they are not sorted (yet) or gone.
  std::vector<Bucket> sorted_buckets(Bucket from) const;
  std::optional<std::string> write(Bucket bucket) const;
  std::string dump() const;  // canonical text, for comparing a rebuilt index with a live one

 private:
  using Columns = std::shared_ptr<const ReadColumns>;
  struct HoldOn {
    std::string case_number;
    std::vector<Sequence> events;
  };
  using SharedFilter = std::shared_ptr<const PlateFilter>;
  // What a search looks through without the lock: it is replaced, never changed.
  struct Sorted {
    std::vector<std::pair<std::uint64_t, Columns>> buckets;  // ascending
    std::map<std::uint64_t, SharedFilter> filters;           // by bucket / PlateFilter::kSlots
    // Of all buckets, and of those that went since the last settle().
    std::shared_ptr<const KnownPlates> plates = std::make_shared<KnownPlates>();
    std::size_t place(std::uint64_t bucket) const;    // of it, or where it would be
    const Columns* find(std::uint64_t bucket) const;  // nullptr: not there
    void put(std::uint64_t bucket, Columns columns);
    void take(std::uint64_t bucket);
    void filter_anew(std::uint64_t group);
    void replace(std::uint64_t bucket, Columns columns);  // and its filter; nullptr: takes it out
  };
  // Of the plates, by a purge: columns that went, and what stayed of them, if anything.
  struct Change {
    Columns gone, left;
  };
  struct Unsettled {
    std::vector<Columns> ended;
    std::vector<Change> owed;
    std::shared_ptr<const Sorted> sorted;
  };

  void add(const chain::EventView& event);
  void close_open();
  Unsettled unsettled() const;
  void settle(const Unsettled& work, const std::vector<Columns>& come,
              std::shared_ptr<const KnownPlates> plates);
  void purge(const chain::EventView& tombstone);
  void place_hold(Sequence hold, const std::string& case_number, std::vector<Sequence> events);
  void release_hold(Sequence hold);
  std::uint32_t intern_locked(std::string_view text);
  const std::string& text_locked(std::uint32_t id) const { return texts_[id]; }
  ReadRow row_locked(const ReadColumns& columns, std::size_t i) const;
  bool held_for_locked(Sequence seq, const std::string& case_number) const;

  mutable std::shared_mutex mutex_;
  std::shared_ptr<const Sorted> sorted_ = std::make_shared<Sorted>();
  std::vector<Columns> ended_;             // buckets that are over and not sorted yet, in order
  std::vector<Change> owed_;               // to sorted_->plates, in order
  std::mutex settling_;                    // one thread at a time
  std::optional<ReadColumns> open_;        // of the newest bucket
  std::map<std::uint64_t, HoldOn> holds_;  // by hold.placed
  std::map<std::uint64_t, std::multiset<std::string>>
      held_cases_;  // read -> case numbers of its holds
  std::vector<std::string> texts_;
  std::map<std::string, std::uint32_t, std::less<>> text_ids_;
};

}  // namespace alpr::policy
