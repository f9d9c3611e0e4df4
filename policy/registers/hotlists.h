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
  TimeUs source_time;  // of the last good import
  std::int64_t rows = 0;
  std::int64_t blob = 0;
  std::optional<Sequence> stale;       // hotlist.stale since the last good import
  std::optional<Sequence> superseded;  // the version that took its place
  std::optional<TimeUs> superseded_at;
  std::optional<Sequence> purged;     // list.purged: its rows are gone
  std::optional<Sequence> confirmed;  // the newest hotlist.confirmed
  std::optional<TimeUs> confirmed_at;
  std::optional<Digest> root;  // not given out: a plate could be found from it
  std::optional<Sequence> previous;
  std::optional<HotlistDelta> delta;
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
    m("confirmed", confirmed);
    m("confirmed_at", confirmed_at);
    m("root", root);
    m("previous", previous);
    m("delta", delta);
  }
};
// When the source was last asked with success: what freshness counts from (I12-C2B1-1).
TimeUs last_good_import(const HotlistRow& row);

// What keeps a feed from its list: the newest failure, as long as no good import of the source
// followed.
struct HotlistAlarmRow {
  HotlistSource source{};
  std::string feed;
  Sequence event;                     // hotlist.fetch-failed or hotlist.import-refused
  TimeUs since;                       // its time
  std::string why;                    // the fault, or the refusal's slug
  std::optional<Digest> file_sha256;  // of the refused file
  template <typename M>
  void members(M& m) {
    m("source", source);
    m("feed", feed);
    m("event", event);
    m("since", since);
    m("why", why);
    m("file_sha256", file_sha256);
  }
};
Result<std::optional<HotlistAlarmRow>> find_alarm(const chain::RegisterReader& rows,
                                                  HotlistSource source);
Result<std::vector<HotlistAlarmRow>> list_alarms(const chain::RegisterReader& rows);

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

// Folds kinds 68 to 73, 80, 82, 83, and the ledger's list.purged.
Result<void> fold_hotlists(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
