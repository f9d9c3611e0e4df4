// Section C.2(B) 1 and C.2(A)(1): general hot lists, loaded whole, newest over oldest.
//
// I12-C2A1-1, C2A1-3, C2A1-4, C2B1-1, C2B1-2, E-3, L-1. Pure.
//
// A file is prepared once, outside the sequencer (it is the slow part); a job judges, stores the
// blob, then decides and ends its batch (see registers/plate_index.h):
//   const PreparedHotlist prepared = prepare_hotlist(file, command.profile);
//   if (auto decision = judge_hotlist(state, actor, command, prepared, moment)) append its events
//   else { blob = store_blob(prepared.list->canonical); append decide(state, actor, command,
//   prepared, blob, moment) }
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "policy/registers/hotlist_csv.h"
#include "policy/registers/hotlist_profile.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

struct LoadHotlist {
  std::string
      source;  // judged here, so that a seventh source is a refusal on the record (I12-C2A1-1)
  TimeUs source_time;                     // when the source made the file
  std::optional<HotlistProfile> profile;  // absent: our own layout
};

// Who brings a file: a person, or the server itself by one of its configured feeds.
struct FeedName {
  std::string name;
};
using Loader = std::variant<Actor, FeedName>;

struct PreparedHotlist {
  Digest file_sha256{};
  Result<ParsedHotlist> list;
  // What it changes against the version that was active when it was prepared.
  std::optional<Sequence> compared_with;
  std::optional<HotlistDelta> delta;
};
// `file`: docs/hotlist-format.md, or as the profile says.
PreparedHotlist prepare_hotlist(std::string_view file,
                                const std::optional<HotlistProfile>& profile);

// nullopt: it may be loaded. Otherwise hotlist.import-refused (source not allowed, custom list,
// file malformed or cut off, empty or under half of the version before, older than it, from the
// future), and the version before stays active; or command.refused for a person who may not
// (ADMINISTRATOR, COORDINATOR or IT_UNIT, trained). AMBER and SILVER lists may be empty and may
// shrink: an alert that ended must stop matching (I12-C2B1-2). A feed's refusal of the same bytes
// for the same reason is on the record once: from then on it has no event.
std::optional<Decision> judge_hotlist(const State& state, const Loader& by,
                                      const LoadHotlist& command, const PreparedHotlist& prepared,
                                      const Moment& moment);

// Whether a feed brought the rows that are active already: hotlist.confirmed then, and no blob is
// needed. A person's load is always a version of its own.
bool brings_the_same(const State& state, const Loader& by, const LoadHotlist& command,
                     const PreparedHotlist& prepared);

// hotlist.loaded, or hotlist.confirmed; judges again, so that nothing slips between. `blob` holds
// prepared.list->canonical.
Decision decide(const State& state, const Loader& by, const LoadHotlist& command,
                const PreparedHotlist& prepared, std::uint64_t blob, const Moment& moment);

// The source says that its list was not modified since `loaded` was fetched from it. kConflict
// where that is not the active version any more: the whole list must be fetched.
struct ConfirmHotlist {
  HotlistSource source{};
  std::string feed;
  Sequence loaded;
  std::optional<HotlistProfile> profile;
};
Decision decide(const State& state, const ConfirmHotlist& command, const Moment& moment);

// hotlist.fetch-failed; no event while the same fault of the same feed is the newest on the record.
struct NoteFetchFailure {
  HotlistSource source{};
  std::string feed;
  FetchFault why{};
  std::optional<std::int64_t> status;
};
Decision decide(const State& state, const NoteFetchFailure& command, const Moment& moment);

inline constexpr std::int64_t kChangesShownMax = 1'000;

// hotlist.delta-disclosed, for ADMINISTRATOR and COORDINATOR, trained. kNotFound: no version, or
// one with none before it; kGone: the rows of the one before are destroyed. `shown` changes are
// about to be.
struct ShowDelta {
  Sequence version;
  std::int64_t after = 0;
};
Decision decide(const State& state, const Actor& actor, const ShowDelta& command,
                std::int64_t shown, const Moment& moment);

// hotlist.stale for each general list whose last good import is more than 24 hours old, once until
// the next good import. No events when there is nothing to say.
Decision check_freshness(const State& state, const Moment& moment);

}  // namespace alpr::policy
