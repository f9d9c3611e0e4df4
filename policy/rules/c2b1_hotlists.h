// Section C.2(B) 1 and C.2(A)(1): general hot lists, loaded whole, newest over oldest.
//
// I12-C2A1-1, C2A1-3, C2A1-4, C2B1-1, C2B1-2, E-3, L-1. Pure.
//
// A file is prepared once, outside the sequencer (it is the slow part); a job judges, stores the
// blob, then decides and ends its batch (see registers/plate_index.h):
//   const PreparedHotlist prepared = prepare_hotlist(command);
//   if (auto decision = judge_hotlist(state, actor, command, prepared, moment)) append its events
//   else { blob = store_blob(prepared.list->canonical); append decide(state, actor, command,
//   prepared, blob, moment) }
#pragma once

#include <optional>
#include <string>

#include "policy/registers/hotlist_csv.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

struct LoadHotlist {
  std::string
      source;  // judged here, so that a seventh source is a refusal on the record (I12-C2A1-1)
  TimeUs source_time;  // when the source made the file
  std::string file;    // CSV, docs/hotlist-format.md
  template <typename M>
  void members(M& m) {
    m("source", source);
    m("source_time", source_time);
    m("file", file);
  }
};

struct PreparedHotlist {
  Digest file_sha256{};
  Result<ParsedHotlist> list;
};
PreparedHotlist prepare_hotlist(const LoadHotlist& command);

// nullopt: it may be loaded. Otherwise hotlist.import-refused (source not allowed, custom list,
// file malformed or cut off, empty or under half of the version before, older than it, from the
// future), and the version before stays active; or command.refused for somebody who may not
// (ADMINISTRATOR, COORDINATOR or IT_UNIT, trained). AMBER and SILVER lists may be empty and may
// shrink: an alert that ended must stop matching (I12-C2B1-2).
std::optional<Decision> judge_hotlist(const State& state, const Actor& actor,
                                      const LoadHotlist& command, const PreparedHotlist& prepared,
                                      const Moment& moment);

// hotlist.loaded; judges again, so that nothing slips between. `blob` holds
// prepared.list->canonical.
Decision decide(const State& state, const Actor& actor, const LoadHotlist& command,
                const PreparedHotlist& prepared, std::uint64_t blob, const Moment& moment);

// hotlist.stale for each general list whose last good import is more than 24 hours old, once per
// version. No events when there is nothing to say.
Decision check_freshness(const State& state, const Moment& moment);

}  // namespace alpr::policy
