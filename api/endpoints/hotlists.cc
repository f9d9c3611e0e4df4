// General hot lists.
#include "policy/registers/hotlists.h"

#include "api/api.h"
#include "api/feed_config.h"
#include "api/hotlist_load.h"
#include "ledger/chain/encoding.h"
#include "policy/registers/hotlist_delta.h"

namespace alpr::api {

namespace {

// The active version of a source as everybody logged in may see it: not its root, which a plate
// could be found from.
struct ShownList {
  Sequence loaded;
  policy::HotlistSource source{};
  TimeUs loaded_at;
  TimeUs source_time;
  std::int64_t rows = 0;
  std::int64_t blob = 0;
  std::optional<Sequence> stale;
  std::optional<Sequence> confirmed;
  std::optional<TimeUs> confirmed_at;
  std::optional<Sequence> previous;
  std::optional<policy::HotlistDelta> delta;
  template <typename M>
  void members(M& m) {
    m("loaded", loaded);
    m("source", source);
    m("loaded_at", loaded_at);
    m("source_time", source_time);
    m("rows", rows);
    m("blob", blob);
    m("stale", stale);
    m("confirmed", confirmed);
    m("confirmed_at", confirmed_at);
    m("previous", previous);
    m("delta", delta);
  }
};

struct ShownAlarm {
  policy::HotlistSource source{};
  std::string feed;
  Sequence event;
  TimeUs since;
  std::string why;
  template <typename M>
  void members(M& m) {
    m("source", source);
    m("feed", feed);
    m("event", event);
    m("since", since);
    m("why", why);
  }
};

struct HotlistList {
  std::vector<ShownList> lists;
  std::vector<ShownAlarm> failing;  // feeds that gave no list, or one that was refused
  template <typename M>
  void members(M& m) {
    m("lists", lists);
    m("failing", failing);
  }
};

Response show(Context& context) {
  const auto rows = context.service.store().registers();
  const auto lists = policy::active_lists(*rows);
  if (!lists) return problem(lists.error());
  const auto alarms = policy::list_alarms(*rows);
  if (!alarms) return problem(alarms.error());
  HotlistList shown;
  for (const policy::HotlistRow& row : *lists)
    shown.lists.push_back({row.loaded, row.source, row.loaded_at, row.source_time, row.rows,
                           row.blob, row.stale, row.confirmed, row.confirmed_at, row.previous,
                           row.delta});
  for (const policy::HotlistAlarmRow& row : *alarms)
    shown.failing.push_back({row.source, row.feed, row.event, row.since, row.why});
  return json_answer(shown);
}

// Rows as docs/hotlist-format.md has them in the canonical text.
struct ShownChange {
  policy::RowChange change{};
  std::optional<std::string> before;
  std::optional<std::string> after;
  template <typename M>
  void members(M& m) {
    m("change", change);
    m("before", before);
    m("after", after);
  }
};

struct DeltaAnswer {
  Sequence disclosure;
  Digest leaf{};  // of hotlist.delta-disclosed, as is the receipt
  std::string receipt;
  std::vector<ShownChange> changes;
  bool more = false;  // ask again with `after` raised by as many as these
  template <typename M>
  void members(M& m) {
    m("disclosure", disclosure);
    m("leaf", leaf);
    m("receipt", receipt);
    m("changes", changes);
    m("more", more);
  }
};

// The changes of `version` against the one before it, from both versions' rows. kGone where one of
// them is destroyed.
Result<DeltaAnswer> changes_of(const Context& context, Sequence version, std::int64_t after,
                               std::int64_t limit) {
  const auto rows = context.service.store().registers();
  const auto is = policy::find_list(*rows, version);
  if (!is) return tl::unexpected(is.error());
  ALPR_CHECK(*is && (*is)->previous);  // decide() saw to it, and neither ever changes
  const auto was = policy::find_list(*rows, *(*is)->previous);
  if (!was) return tl::unexpected(was.error());
  const auto text_of = [&](const policy::HotlistRow& row) {
    return context.service.store().blob(static_cast<std::uint64_t>(row.blob));
  };
  const auto old_text = text_of(**was);
  if (!old_text) return tl::unexpected(old_text.error());
  const auto new_text = text_of(**is);
  if (!new_text) return tl::unexpected(new_text.error());
  DeltaAnswer answer;
  std::int64_t seen = 0;
  const auto given = [](std::string_view row) -> std::optional<std::string> {
    if (row.empty()) return std::nullopt;
    return std::string(row);
  };
  auto visited = policy::visit_delta(
      as_text(*old_text), as_text(*new_text),
      [&](policy::RowChange change, std::string_view before_row, std::string_view after_row) {
        if (seen++ < after) return true;
        answer.more = answer.changes.size() == static_cast<std::size_t>(limit);
        if (!answer.more) answer.changes.push_back({change, given(before_row), given(after_row)});
        return !answer.more;
      });
  if (!visited) return tl::unexpected(visited.error());
  return answer;
}

Response show_delta(Context& context, const Call& call) {
  const auto version = call.seq("version");
  if (!version) return problem(version.error());
  const auto limit = call.number("limit", 1, policy::kChangesShownMax, 100);
  if (!limit) return problem(limit.error());
  const auto after = call.number("after", 0, 2 * std::int64_t{policy::kHotlistRowsMax}, 0);
  if (!after) return problem(after.error());
  const policy::ShowDelta command{*version, *after};
  const auto record = [&](std::int64_t shown) {
    return context.service.perform(
        [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
          return policy::decide(state, *call.actor, command, shown, moment);
        });
  };
  // Whoever may not see it does not have it computed either.
  const auto snapshot = context.service.snapshot();
  const policy::Decision may =
      policy::decide(snapshot.state, *call.actor, command, 0, snapshot.moment);
  if (may.refusal || may.error) return not_done(record(0));
  auto shown = changes_of(context, *version, *after, *limit);
  if (!shown) return problem(shown.error());
  const Outcome outcome = record(static_cast<std::int64_t>(shown->changes.size()));
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  shown->disclosure = event.seq;
  shown->leaf = event.leaf;
  shown->receipt = event.receipt;
  return json_answer(*shown);
}

Response load(Context& context, const Call& call) {
  const auto given = call.query.find("source_time");
  if (given == call.query.end())
    return problem(Error{ErrorCode::kMalformed,
                         "source_time: say when the source made the file, e.g. "
                         "2026-11-23T04:00:00Z"});
  const auto source_time = chain::parse_time(given->second);
  if (!source_time)
    return problem(Error{ErrorCode::kMalformed, "source_time: " + source_time.error().detail});
  policy::LoadHotlist command{call.path.find("source")->second, *source_time, std::nullopt};
  if (const auto named = call.query.find("profile"); named != call.query.end()) {
    const auto* profile = find_profile(context.settings.hotlist_profiles, named->second);
    if (!profile)
      return problem(Error{ErrorCode::kMalformed,
                           "profile: this server's configuration has none of this name"});
    command.profile = *profile;
  }
  return answer(context, load_hotlist(context.service, *call.actor, command, call.request.body));
}

}  // namespace

void add_hotlist_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body({.method = "POST",
                              .path = "/v1/hot-lists/{source}",
                              .summary = "Load a general list from CSV; it replaces the one before",
                              .who = "ADMINISTRATOR, COORDINATOR or IT_UNIT, trained",
                              .rules = {"I12-C2A1-1", "I12-C2A1-3", "I12-C2A1-4", "I12-C2B1-2"},
                              .query = {"profile", "source_time"},
                              .body_type = "text/csv",
                              .body_max = context.settings.hotlist_bytes_max,
                              .answer_status = 201,
                              .answer = members_of<Written>()},
                             [&context](const Call& call) { return load(context, call); }));
  endpoints.add(without_body(
      {.method = "GET",
       .path = "/v1/hot-lists/versions/{version}/delta",
       .summary = "Rows that a version added, removed or changed; the look is recorded first",
       .who = "ADMINISTRATOR or COORDINATOR, trained",
       .rules = {"I12-C2B1-2"},
       .query = {"after", "limit"},
       .answer = members_of<DeltaAnswer>()},
      [&context](const Call& call) { return show_delta(context, call); }));
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/hot-lists",
                    .summary = "The active version of each general list and its age; no plates",
                    .who = "anybody logged in",
                    .rules = {"I12-C2A-8", "I12-C2A1-4"},
                    .answer = members_of<HotlistList>()},
                   [&context](const Call&) { return show(context); }));
}

}  // namespace alpr::api
