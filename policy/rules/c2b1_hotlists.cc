#include "policy/rules/c2b1_hotlists.h"

#include <fmt/core.h>

#include <array>

#include "ledger/chain/hash.h"
#include "policy/registers/hotlists.h"
#include "policy/rules/access.h"
#include "policy/rules/c3_sources.h"
#include "policy/rules/parameters.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::string_view kAction = "hotlist.load";
constexpr std::array kLoaders{Role::kAdministrator, Role::kCoordinator, Role::kItUnit};
constexpr std::array kReviewers{Role::kAdministrator, Role::kCoordinator};
constexpr std::int64_t kSourceAheadMaxUs = 300 * kSecondUs;  // its clock may be ahead of ours

// An alert that ended leaves such a list empty, and must stop matching (I12-C2B1-2).
bool may_be_empty(HotlistSource source) {
  return source == HotlistSource::kAmber || source == HotlistSource::kSilver;
}

// The comparison set is closed: no other list is loaded, so no read is compared with one (I12-D-2).
std::optional<Refusal> source_refusal(std::optional<HotlistSource> source,
                                      const Parameters& parameters) {
  if (!source || !allowed(parameters.hotlist_sources, *source)) {
    return Refusal{{"I12-C2A1-1", "I12-DEF-2"},
                   "source-not-allowed",
                   "Lists of these sources only: " + texts_of(parameters.hotlist_sources) + "."};
  }
  if (*source == HotlistSource::kCustomBolo) {
    return Refusal{
        {"I12-C2B2-2", "I12-A-4"},
        "entry-not-approved",
        "Custom entries are requested and approved one by one, and never loaded from a file."};
  }
  return std::nullopt;
}

std::optional<Refusal> file_refusal(HotlistSource source, const PreparedHotlist& prepared) {
  if (!prepared.list) {
    return Refusal{{"I12-C2B1-2"},
                   "hotlist-malformed",
                   prepared.list.error().detail + ". The list before stays active."};
  }
  if (prepared.list->rows == 0 && !may_be_empty(source)) {
    return Refusal{{"I12-C2B1-2"},
                   "hotlist-empty",
                   "No row of the file is active. The list before stays active."};
  }
  return std::nullopt;
}

std::optional<Refusal> successor_refusal(HotlistSource source, TimeUs source_time, std::size_t rows,
                                         const HotlistRow& before) {
  if (source_time < before.source_time) {
    return Refusal{
        {"I12-C2B1-2"},
        "hotlist-older",
        fmt::format(
            "The active list was made at {}, which is later: the newest data overwrites the old.",
            chain::format_time(before.source_time))};
  }
  const bool halved = rows * 2 < static_cast<std::size_t>(before.rows);
  if (halved && !may_be_empty(source)) {
    return Refusal{
        {"I12-C2B1-2"},
        "hotlist-shrunk",
        fmt::format(
            "The file has {} active rows and the list before had {}: under half, so probably cut "
            "off. The list before stays active.",
            rows, before.rows)};
  }
  return std::nullopt;
}

bool same_rows(const HotlistRow& before, const ParsedHotlist& list) {
  return before.root == list.root && before.rows == static_cast<std::int64_t>(list.rows);
}

std::optional<ProfileName> profile_name(const std::optional<HotlistProfile>& profile) {
  if (!profile) return std::nullopt;
  return name_of(*profile);
}

// Tried again every quarter of an hour, the same bytes would fill the record with one refusal.
bool refused_before(const State& state, const HotlistImportRefused& record) {
  const auto source = enum_from_text<HotlistSource>(record.source);
  if (!record.feed || !source) return false;
  const auto alarm = find_alarm(state.rows, *source);
  return alarm && *alarm && (*alarm)->feed == *record.feed && (*alarm)->why == record.slug &&
         (*alarm)->file_sha256 == record.file_sha256;
}

Decision refuse_import(const State& state, const Moment& moment, const Loader& by,
                       const LoadHotlist& command, const PreparedHotlist& prepared,
                       Refusal refusal) {
  HotlistImportRefused record;
  record.policy = moment.policy->version;
  record.rules = refusal.rules;
  record.slug = refusal.slug;
  record.source = command.source;
  record.reason = refusal.reason;
  record.file_sha256 = prepared.file_sha256;
  if (const Actor* person = std::get_if<Actor>(&by)) record.by = *person;
  if (const FeedName* feed = std::get_if<FeedName>(&by)) record.feed = feed->name;
  record.profile = profile_name(command.profile);
  Decision decision;
  if (!refused_before(state, record)) decision.then(record);
  decision.refusal = std::move(refusal);
  return decision;
}

struct Judged {
  std::optional<Decision> refused;
  Loader by;  // a person with the training that the gate relied on
  HotlistSource source{};
  std::optional<HotlistRow> before;
};

// Who may: the server's own feeds were set up by whoever may configure it.
std::optional<Decision> loader_refusal(const State& state, Loader& by, const Moment& moment) {
  const Actor* person = std::get_if<Actor>(&by);
  if (!person) return std::nullopt;
  const Gate trained = gate(state, *person, moment, Need::kAlpr);
  if (auto stop = trained.stop(kAction)) return stop;
  const Gate role = gate_role(state, *person, moment, kLoaders, {"I12-L-1", "I12-C2B1-1"});
  if (auto stop = role.stop(kAction)) return stop;
  by = trained.actor;
  return std::nullopt;
}

Judged judge(const State& state, const Loader& by, const LoadHotlist& command,
             const PreparedHotlist& prepared, const Moment& moment) {
  Judged judged;
  judged.by = by;
  const auto refused = [&](Decision decision) {
    judged.refused = std::move(decision);
    return judged;
  };
  if (auto fault = text_fault("source", command.source, kShortTextMax))
    return refused(not_judged(*fault));
  if (auto fault = time_fault("source_time", command.source_time))
    return refused(not_judged(*fault));
  if (auto stop = loader_refusal(state, judged.by, moment)) return refused(std::move(*stop));
  const auto refuse = [&](Refusal refusal) {
    return refused(refuse_import(state, moment, judged.by, command, prepared, std::move(refusal)));
  };
  const auto source = enum_from_text<HotlistSource>(command.source);
  if (auto refusal = source_refusal(source, moment.policy->parameters)) return refuse(*refusal);
  if (auto refusal = file_refusal(*source, prepared)) return refuse(*refusal);
  if (command.source_time.value > moment.now.value + kSourceAheadMaxUs) {
    return refuse(
        {{"I12-C2A1-4"}, "hotlist-from-the-future", "The source's time lies in the future."});
  }
  auto before = active_list(state.rows, *source);
  if (!before) return refused(not_judged(before.error()));
  judged.source = *source;
  if (*before) {
    auto refusal = successor_refusal(*source, command.source_time, prepared.list->rows, **before);
    if (refusal) return refuse(*refusal);
  }
  judged.before = *before;
  return judged;
}

}  // namespace

PreparedHotlist prepare_hotlist(std::string_view file,
                                const std::optional<HotlistProfile>& profile) {
  return {chain::sha256(as_bytes(file)),
          profile ? parse_hotlist(file, *profile) : parse_hotlist(file), std::nullopt,
          std::nullopt};
}

std::optional<Decision> judge_hotlist(const State& state, const Loader& by,
                                      const LoadHotlist& command, const PreparedHotlist& prepared,
                                      const Moment& moment) {
  return judge(state, by, command, prepared, moment).refused;
}

bool brings_the_same(const State& state, const Loader& by, const LoadHotlist& command,
                     const PreparedHotlist& prepared) {
  const auto source = enum_from_text<HotlistSource>(command.source);
  if (!std::holds_alternative<FeedName>(by) || !source || !prepared.list) return false;
  const auto before = active_list(state.rows, *source);
  return before && *before && same_rows(**before, *prepared.list);
}

Decision decide(const State& state, const Loader& by, const LoadHotlist& command,
                const PreparedHotlist& prepared, std::uint64_t blob, const Moment& moment) {
  ALPR_CHECK(blob <=
             static_cast<std::uint64_t>(chain::kIntegerMax));  // it stands in canonical JSON
  Judged judged = judge(state, by, command, prepared, moment);
  if (judged.refused) return std::move(*judged.refused);
  const FeedName* feed = std::get_if<FeedName>(&judged.by);
  if (feed && judged.before && same_rows(*judged.before, *prepared.list)) {
    HotlistConfirmed record;
    record.policy = moment.policy->version;
    record.source = judged.source;
    record.loaded = judged.before->loaded;
    record.source_time = command.source_time;
    record.feed = feed->name;
    record.profile = profile_name(command.profile);
    record.excluded = prepared.list->excluded;
    record.file_sha256 = prepared.file_sha256;
    return Decision{}.then(record);
  }
  HotlistLoaded record;
  record.policy = moment.policy->version;
  record.source = judged.source;
  record.source_time = command.source_time;
  record.rows = static_cast<std::int64_t>(prepared.list->rows);
  record.excluded = prepared.list->excluded;
  record.blob = static_cast<std::int64_t>(blob);
  if (judged.before) record.previous = judged.before->loaded;
  record.file_sha256 = prepared.file_sha256;
  record.root = prepared.list->root;
  if (const Actor* person = std::get_if<Actor>(&judged.by)) record.by = *person;
  if (feed) record.feed = feed->name;
  record.profile = profile_name(command.profile);
  if (record.previous && prepared.compared_with == record.previous) record.delta = prepared.delta;
  return Decision{}.then(record);
}

Decision decide(const State& state, const ConfirmHotlist& command, const Moment& moment) {
  const auto before = active_list(state.rows, command.source);
  if (!before) return not_judged(before.error());
  if (!*before || (*before)->loaded != command.loaded)
    return Decision::not_judged(ErrorCode::kConflict,
                                "another version became active since it was fetched");
  HotlistConfirmed record;
  record.policy = moment.policy->version;
  record.source = command.source;
  record.loaded = command.loaded;
  record.source_time = (*before)->source_time;
  record.feed = command.feed;
  record.profile = profile_name(command.profile);
  return Decision{}.then(record);
}

Decision decide(const State& state, const NoteFetchFailure& command, const Moment& moment) {
  const auto alarm = find_alarm(state.rows, command.source);
  if (!alarm) return not_judged(alarm.error());
  if (*alarm && (*alarm)->feed == command.feed && (*alarm)->why == to_text(command.why)) return {};
  return Decision{}.then(HotlistFetchFailed{moment.policy->version, command.source, command.feed,
                                            command.why, command.status});
}

Decision decide(const State& state, const Actor& actor, const ShowDelta& command,
                std::int64_t shown, const Moment& moment) {
  constexpr std::string_view kLook = "hotlist.delta";
  const Gate trained = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = trained.stop(kLook)) return *stop;
  const Gate role = gate_role(state, actor, moment, kReviewers, {"I12-L-1", "I12-C2B1-2"});
  if (auto stop = role.stop(kLook)) return *stop;
  const auto version = find_list(state.rows, command.version);
  if (!version) return not_judged(version.error());
  if (!*version || !(*version)->previous)
    return Decision::not_judged(ErrorCode::kNotFound,
                                "no such version, or there was none before it");
  const auto granted = source_open(state, actor.username, (*version)->source, moment);
  if (!granted) return not_judged(granted.error());
  if (!*granted) return refuse(moment, role.actor, kLook, source_refusal((*version)->source));
  const auto before = find_list(state.rows, *(*version)->previous);
  if (!before) return not_judged(before.error());
  if ((*version)->purged || !*before || (*before)->purged)
    return Decision::not_judged(ErrorCode::kGone, "rows of these versions are destroyed");
  HotlistDeltaDisclosed record;
  record.policy = moment.policy->version;
  record.version = command.version;
  record.after = command.after;
  record.shown = shown;
  record.by = trained.actor;
  return Decision{}.then(record);
}

Decision check_freshness(const State& state, const Moment& moment) {
  const auto lists = active_lists(state.rows);
  if (!lists) return not_judged(lists.error());
  Decision decision;
  for (const HotlistRow& list : *lists) {
    const bool old = moment.now.value - last_good_import(list).value >
                     moment.policy->parameters.hotlist_refresh_seconds * kSecondUs;
    if (!old || list.stale) continue;
    decision.then(HotlistStale{moment.policy->version, list.source, list.loaded, list.loaded_at,
                               list.confirmed_at});
  }
  return decision;
}

}  // namespace alpr::policy
