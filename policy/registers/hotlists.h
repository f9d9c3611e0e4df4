// The registers of hot lists: the active version of each source, all versions that still have their
// rows, and custom entries. All rows are permanent, written by fold_hotlists alone; the rest reads
// any snapshot on any thread and fails with kCorrupt when a row does not read back.
#pragma once

#include <optional>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "policy/records/hotlists.h"

namespace alpr::policy {

// A version of a general list.
struct HotlistRow {
  Sequence loaded;  // seq of hotlist.loaded: the version (I12-A-3)
  HotlistSource source{};
  TimeUs loaded_at;
  TimeUs source_time;
  std::int64_t rows = 0;
  std::int64_t blob = 0;
  std::optional<Sequence> stale;       // hotlist.stale of this version
  std::optional<Sequence> superseded;  // the version that took its place
  std::optional<TimeUs> superseded_at;
  std::optional<Sequence> purged;  // list.purged: its rows are gone
  template <typename M>
  void members(M& m) {
    m("loaded", loaded);
    m("source", source);
    m("loaded_at", loaded_at);
    m("source_time", source_time);
    m("rows", rows);
    m("blob", blob);
    m("stale", stale);
    m("superseded", superseded);
    m("superseded_at", superseded_at);
    m("purged", purged);
  }
};

struct EntryRow {
  Sequence request;
  TimeUs requested_at;
  EntryState state =
      EntryState::kRequested;  // as decided; expiry is a matter of time, see state_at()
  EntryRequested asked;
  std::optional<Sequence> approved;
  std::optional<TimeUs> approved_at;
  std::optional<Sequence> ended;  // the denial, the removal, or the approval that superseded it
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("requested_at", requested_at);
    m("state", state);
    m("asked", asked);
    m("approved", approved);
    m("approved_at", approved_at);
    m("ended", ended);
  }
};
EntryState state_at(const EntryRow& entry, TimeUs now);

// nullopt: no list of this source was ever loaded.
Result<std::optional<HotlistRow>> active_list(const chain::RegisterReader& rows,
                                              HotlistSource source);
Result<std::vector<HotlistRow>> active_lists(
    const chain::RegisterReader& rows);  // in the enumeration's order
Result<std::optional<HotlistRow>> find_list(const chain::RegisterReader& rows, Sequence loaded);
// Versions superseded at or before `until` whose rows are not yet destroyed: what
// Retention::purge_blob is due for.
Result<std::vector<HotlistRow>> lists_to_purge(const chain::RegisterReader& rows, TimeUs until);

Result<std::optional<EntryRow>> find_entry(const chain::RegisterReader& rows, Sequence request);
Result<std::vector<EntryRow>> list_entries(const chain::RegisterReader& rows);  // oldest first

// Folds kinds 68, 70 to 73, 80, and the ledger's list.purged.
Result<void> fold_hotlists(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
