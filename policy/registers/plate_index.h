// What reads are compared with: the active general lists and the active custom entries, in memory
// (I12-B-3, D-2).
//
// Rebuilt at start from the registers and the lists' blobs, then kept up to date after every
// commit. One writer (the sequencer's thread), any number of readers; locked inside. A job that
// appends hotlist.loaded, hotlist.entry-approved or hotlist.entry-removed must end its batch,
// because the next job matches against this index.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "policy/records/hits.h"
#include "policy/records/hotlists.h"
#include "policy/registers/hotlists.h"
#include "recognition/upload/shift_list.h"

namespace alpr::policy {

struct PlateMatch {
  MatchedEntry entry;
  MatchKind match{};
};

class PlateIndex {
 public:
  using BlobReader = std::function<Result<std::string>(std::uint64_t blob)>;
  explicit PlateIndex(BlobReader blobs);
  ~PlateIndex();
  PlateIndex(const PlateIndex&) = delete;
  PlateIndex& operator=(const PlateIndex&) = delete;

  // Drops everything and reads the registers' active versions and entries.
  Result<void> load(const chain::RegisterReader& rows);
  // The rows of a list that is about to be loaded, made beforehand: takes as long as the list is,
  // so not on the sequencer's thread. kCorrupt where it is no canonical text. Any thread.
  struct Rows;
  static Result<std::shared_ptr<const Rows>> prepare(std::string_view canonical);
  // The next hotlist.loaded with this root takes these rows, instead of reading its blob. One list
  // is expected at a time; nullptr: none. Any thread.
  void expect(const Digest& root, std::shared_ptr<const Rows> rows);

  // kCorrupt or kIo when a list that was just committed does not read back: the caller must stop,
  // for matching with the version before would be wrong.
  Result<void> committed(std::span<const chain::EventView> events);

  // One match per active list entry (I12-B-3), exact ones first, sources in the order of the
  // enumeration. Entries expired at `now` are left out. `plate` is normalised.
  Result<std::vector<PlateMatch>> matches(std::string_view plate, TimeUs now) const;

  // The same with one version of a general list, which need not be the active one. kGone,
  // kNotFound: its rows are destroyed. Reads the blob of one that is not active: not for the
  // sequencer's thread.
  Result<std::vector<PlateMatch>> matches_in(const HotlistRow& version, std::string_view plate,
                                             TimeUs at) const;

  // What a vehicle's copy is made of (I12-A-3): all that would match at `now`. Origin, device and
  // times are the caller's to fill in. Takes as long as the lists are; any thread.
  struct Copy {
    recognition::ShiftList list;
    std::uint64_t changes = 0;
  };
  Result<Copy> copy(TimeUs now) const;
  std::uint64_t changes() const;  // grows whenever what is matched with changes

  std::size_t rows(HotlistSource source)
      const;                 // general: rows of the active version; custom BOLO: active entries
  std::string dump() const;  // canonical text, for comparing a rebuilt index with a live one

 private:
  struct List {
    Sequence loaded;
    TimeUs source_time;  // of the last good import
    std::shared_ptr<const Rows> rows;
  };
  struct Custom {
    EntryRequested asked;
    std::optional<Sequence> approved;
    TimeUs approved_at;
  };

  Result<List> read_list(std::uint64_t blob, Sequence loaded, TimeUs source_time) const;
  Result<void> apply(const chain::EventView& event);
  void approve(Sequence request, Sequence approved, TimeUs at);
  void index(Sequence request, const Custom& custom);
  void drop(Sequence request);
  // `fold`: of the plate, packed.
  Result<void> match_list(const List& list, HotlistSource source, std::string_view plate,
                          std::uint64_t fold, TimeUs now, std::vector<PlateMatch>& found) const;
  static Result<void> copy_list(const List& list, HotlistSource source, TimeUs now,
                                recognition::ShiftList& into);
  void match_custom(std::string_view plate, std::uint64_t fold, TimeUs now,
                    std::vector<PlateMatch>& found) const;

  BlobReader blobs_;
  mutable std::shared_mutex mutex_;
  std::map<HotlistSource, List> lists_;
  std::map<std::uint64_t, Custom> custom_;  // by request; pending ones without `approved`
  std::set<std::pair<std::uint64_t, std::uint64_t>>
      by_fold_;  // packed folded plate, active request
  std::uint64_t changes_ = 0;
  std::pair<Digest, std::shared_ptr<const Rows>> expected_;
};

}  // namespace alpr::policy
