#include "policy/rules/c2b1_hotlists.h"

#include <fmt/core.h>

#include <array>

#include "ledger/chain/hash.h"
#include "policy/registers/hotlists.h"
#include "policy/rules/access.h"
#include "policy/rules/parameters.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::string_view kAction = "hotlist.load";
constexpr std::array kLoaders{Role::kAdministrator, Role::kCoordinator, Role::kItUnit};
constexpr std::int64_t kSourceAheadMaxUs = 300 * kSecondUs;  // its clock may be ahead of ours

Decision not_judged(const Error& error) { return Decision::not_judged(error.code, error.detail); }

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

Decision refuse_import(const Moment& moment, const Actor& by, const LoadHotlist& command,
                       const PreparedHotlist& prepared, Refusal refusal) {
  HotlistImportRefused record;
  record.policy = moment.policy->version;
  record.rules = refusal.rules;
  record.slug = refusal.slug;
  record.source = command.source;
  record.reason = refusal.reason;
  record.file_sha256 = prepared.file_sha256;
  record.by = by;
  Decision decision;
  decision.then(record);
  decision.refusal = std::move(refusal);
  return decision;
}

struct Judged {
  std::optional<Decision> refused;
  Actor by;
  HotlistSource source{};
  std::optional<Sequence> previous;
};

Judged judge(const State& state, const Actor& actor, const LoadHotlist& command,
             const PreparedHotlist& prepared, const Moment& moment) {
  Judged judged;
  const auto refused = [&](Decision decision) {
    judged.refused = std::move(decision);
    return judged;
  };
  if (auto fault = text_fault("source", command.source, kShortTextMax))
    return refused(not_judged(*fault));
  if (auto fault = time_fault("source_time", command.source_time))
    return refused(not_judged(*fault));
  const Gate trained = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = trained.stop(kAction)) return refused(std::move(*stop));
  const Gate role = gate_role(state, actor, moment, kLoaders, {"I12-L-1", "I12-C2B1-1"});
  if (auto stop = role.stop(kAction)) return refused(std::move(*stop));
  judged.by = trained.actor;
  const auto refuse = [&](Refusal refusal) {
    return refused(refuse_import(moment, trained.actor, command, prepared, std::move(refusal)));
  };
  const auto source = enum_from_text<HotlistSource>(command.source);
  if (auto refusal = source_refusal(source, moment.policy->parameters)) return refuse(*refusal);
  if (auto refusal = file_refusal(*source, prepared)) return refuse(*refusal);
  if (command.source_time.value > moment.now.value + kSourceAheadMaxUs) {
    return refuse(
        {{"I12-C2A1-4"}, "hotlist-from-the-future", "The source's time lies in the future."});
  }
  const auto before = active_list(state.rows, *source);
  if (!before) return refused(not_judged(before.error()));
  judged.source = *source;
  if (*before) {
    auto refusal = successor_refusal(*source, command.source_time, prepared.list->rows, **before);
    if (refusal) return refuse(*refusal);
    judged.previous = (*before)->loaded;
  }
  return judged;
}

}  // namespace

PreparedHotlist prepare_hotlist(const LoadHotlist& command) {
  return {chain::sha256(as_bytes(command.file)), parse_hotlist(command.file)};
}

std::optional<Decision> judge_hotlist(const State& state, const Actor& actor,
                                      const LoadHotlist& command, const PreparedHotlist& prepared,
                                      const Moment& moment) {
  return judge(state, actor, command, prepared, moment).refused;
}

Decision decide(const State& state, const Actor& actor, const LoadHotlist& command,
                const PreparedHotlist& prepared, std::uint64_t blob, const Moment& moment) {
  ALPR_CHECK(blob <=
             static_cast<std::uint64_t>(chain::kIntegerMax));  // it stands in canonical JSON
  Judged judged = judge(state, actor, command, prepared, moment);
  if (judged.refused) return std::move(*judged.refused);
  HotlistLoaded record;
  record.policy = moment.policy->version;
  record.source = judged.source;
  record.source_time = command.source_time;
  record.rows = static_cast<std::int64_t>(prepared.list->rows);
  record.excluded = prepared.list->excluded;
  record.blob = static_cast<std::int64_t>(blob);
  record.previous = judged.previous;
  record.file_sha256 = prepared.file_sha256;
  record.root = prepared.list->root;
  record.by = judged.by;
  return Decision{}.then(record);
}

Decision check_freshness(const State& state, const Moment& moment) {
  const auto lists = active_lists(state.rows);
  if (!lists) return not_judged(lists.error());
  Decision decision;
  for (const HotlistRow& list : *lists) {
    const bool old = moment.now.value - list.loaded_at.value >
                     moment.policy->parameters.hotlist_refresh_seconds * kSecondUs;
    if (!old || list.stale) continue;
    decision.then(HotlistStale{moment.policy->version, list.source, list.loaded, list.loaded_at});
  }
  return decision;
}

}  // namespace alpr::policy
