#include "policy/rules/c2a_hits.h"

#include <algorithm>
#include <map>
#include <set>

#include "policy/registers/plate_text.h"
#include "policy/rules/access.h"
#include "policy/rules/c3_sources.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::string_view kAction = "hit.step";

std::optional<Error> malformed(std::string detail) {
  return Error{ErrorCode::kMalformed, std::move(detail)};
}

// A step has its own members and no others, so that no outcome is stated that is not judged.
std::optional<Error> form_fault(const RecordStep& command) {
  const auto only = [&](std::string_view member, bool given, HitStep step) -> std::optional<Error> {
    if (given == (command.step == step)) return std::nullopt;
    return malformed(std::string(member) + (given ? ": not for this step" : ": missing"));
  };
  if (auto fault =
          only("observed_plate", command.observed_plate.has_value(), HitStep::kPlateConfirmed))
    return fault;
  if (auto fault =
          only("observed_state", command.observed_state.has_value(), HitStep::kPlateConfirmed))
    return fault;
  if (auto fault = only("visual_plate_match", command.visual_plate_match.has_value(),
                        HitStep::kVisualMatch)) {
    return fault;
  }
  if (auto fault = only("clets", command.clets.has_value(), HitStep::kCletsVerified)) return fault;
  if (auto fault =
          only("clets_reference", command.clets_reference.has_value(), HitStep::kCletsVerified))
    return fault;
  if (auto fault = only("checks", command.checks.has_value(), HitStep::kAttributesChecked))
    return fault;
  if (auto fault = only("additional", command.additional.has_value(), HitStep::kAdditional))
    return fault;
  if (auto fault = only("confirmed", command.confirmed.has_value(), HitStep::kAdditional))
    return fault;
  if (command.observed_state) {
    if (auto fault = text_fault("observed_state", *command.observed_state, kShortTextMax))
      return fault;
  }
  if (command.clets_reference) {
    if (auto fault = text_fault("clets_reference", *command.clets_reference, kShortTextMax))
      return fault;
  }
  if (command.checks) {
    std::set<Attribute> seen;
    for (const AttributeCheck& check : *command.checks) {
      if (!seen.insert(check.attribute).second) {
        return malformed("checks: " + std::string(to_text(check.attribute)) + " is given twice");
      }
    }
  }
  return std::nullopt;
}

// What a step comes to. `state` is the hit's after it, `done` whether the step has what the order
// asks of it.
struct Outcome {
  bool done = false;
  HitState state{};
};

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

// I12-C2A-2: the operator's plate against the read's and the entry's.
Outcome plate_outcome(const PlateComparison& seen, HitState before) {
  if (!seen.equals_read) return {false, HitState::kMisread};
  // The camera read it right, and it is not the vehicle of the entry.
  if (!seen.equals_listed || seen.state_matches == false) return {false, HitState::kNotConfirmed};
  return {true, before};
}

// I12-C2A-1.
Outcome clets_outcome(CletsResult result, HitState before) {
  if (result == CletsResult::kNotConfirmed) return {false, HitState::kNotConfirmed};
  return {result == CletsResult::kConfirmed, before};
}

// I12-C2A-5: a mismatch ends it, whether the entry names the attribute or not; one not observed
// leaves it open.
Outcome checks_outcome(const std::vector<AttributeCheck>& checks,
                       const std::vector<Attribute>& known, HitState before) {
  bool all_seen = true;
  for (const AttributeCheck& check : checks) {
    const bool named = std::find(known.begin(), known.end(), check.attribute) != known.end();
    if (check.result == CheckResult::kMismatch) return {false, HitState::kNotConfirmed};
    if (named && check.result == CheckResult::kNotObservable) all_seen = false;
  }
  return {all_seen, before};
}

std::optional<Refusal> unchecked_attributes(const std::vector<AttributeCheck>& checks,
                                            const std::vector<Attribute>& known) {
  std::string missing;
  for (const Attribute attribute : known) {
    const bool checked =
        std::any_of(checks.begin(), checks.end(),
                    [&](const AttributeCheck& check) { return check.attribute == attribute; });
    if (!checked) missing += (missing.empty() ? "" : ", ") + std::string(to_text(attribute));
  }
  if (missing.empty()) return std::nullopt;
  return Refusal{
      {"I12-C2A-5"},
      "attributes-not-checked",
      "Every characteristic that the entry names must be checked. Left out: " + missing + "."};
}

std::optional<Refusal> state_refusal(HitStep step, HitState before) {
  if (step == HitStep::kFollowing) return std::nullopt;  // I12-C2A-6
  if (before == HitState::kUnvalidated || before == HitState::kFullyValidated) return std::nullopt;
  return Refusal{{"I12-C2A-3"},
                 "hit-not-open",
                 "This hit is " + std::string(to_text(before)) +
                     ": it can be followed, and no step validates it."};
}

// A reference is how CLETS's answer can be found again.
std::optional<Refusal> clets_refusal(const RecordStep& command) {
  if (!command.clets || *command.clets == CletsResult::kUnavailable ||
      !blank(*command.clets_reference)) {
    return std::nullopt;
  }
  return Refusal{{"I12-C2A-1"},
                 "required-fact-missing",
                 "State clets_reference: the reference of CLETS's answer."};
}

// Fills the record with the step's outcome.
Result<Outcome> judge_step(const RecordStep& command, const HitRow& hit, HitState before,
                           HitStepRecorded& record) {
  switch (command.step) {
    case HitStep::kPlateConfirmed: {
      auto plate = normalise_plate(*command.observed_plate);
      if (!plate) return fail(ErrorCode::kMalformed, "observed_plate: " + plate.error().detail);
      const MatchedEntry& entry = hit.raised.entry;
      PlateComparison seen{*plate == hit.raised.plate, *plate == entry.plate, std::nullopt};
      if (entry.attributes.state)
        seen.state_matches = upper(*command.observed_state) == upper(*entry.attributes.state);
      record.comparison = seen;
      return plate_outcome(seen, before);
    }
    case HitStep::kVisualMatch:
      record.visual_plate_match = command.visual_plate_match;
      return *command.visual_plate_match ? Outcome{true, before}
                                         : Outcome{false, HitState::kMisread};
    case HitStep::kCletsVerified:
      record.clets = command.clets;
      record.clets_reference = command.clets_reference;
      return clets_outcome(*command.clets, before);
    case HitStep::kAttributesChecked:
      record.checks = command.checks;
      return checks_outcome(*command.checks, record.facts.known, before);
    case HitStep::kAdditional:
      record.additional = command.additional;
      return *command.confirmed ? Outcome{true, before} : Outcome{false, HitState::kNotConfirmed};
    case HitStep::kFollowing:
      return Outcome{true, before};
  }
  ALPR_CHECK(false);
}

std::optional<Sequence> recorded(const HitResponseRow& row, std::string_view additional) {
  for (const AdditionalStep& step : row.additional)
    if (step.name == additional) return step.recorded;
  return std::nullopt;
}

// I12-C2A-7.
std::optional<Refusal> additional_refusal(const RecordStep& command, const Parameters& parameters) {
  const auto& steps = parameters.validation_steps;
  if (!command.additional ||
      std::find(steps.begin(), steps.end(), *command.additional) != steps.end())
    return std::nullopt;
  std::string names;
  for (const std::string& step : steps) names += (names.empty() ? "" : ", ") + step;
  return Refusal{
      {"I12-C2A-7"},
      "step-not-in-policy",
      "The policy in force adds " + (names.empty() ? "no step" : "these: " + names) + "."};
}

// hit.validated when this step was the last that was missing.
std::optional<HitValidated> validation(const HitStepRecorded& step,
                                       const std::optional<HitResponseRow>& before,
                                       const Moment& moment) {
  const Sequence seq = moment.next;
  if (!step.done || step.state != HitState::kUnvalidated) return std::nullopt;
  const HitResponseRow row = before.value_or(HitResponseRow{});
  const auto stands = [&](HitStep one, const std::optional<Sequence>& recorded) {
    return step.step == one ? std::optional<Sequence>(seq) : recorded;
  };
  const auto plate = stands(HitStep::kPlateConfirmed, row.plate_confirmed);
  const auto visual = stands(HitStep::kVisualMatch, row.visual_match);
  const auto clets = stands(HitStep::kCletsVerified, row.clets_verified);
  const auto attributes = stands(HitStep::kAttributesChecked, row.attributes_checked);
  if (!plate || !visual || !clets || !attributes) return std::nullopt;
  std::vector<Sequence> additional;
  for (const std::string& name : moment.policy->parameters.validation_steps) {
    const auto known = recorded(row, name);
    if (!known && step.additional != name) return std::nullopt;
    additional.push_back(step.additional == name ? seq : *known);
  }
  return HitValidated{
      moment.policy->version, step.hit, *plate, *visual, *clets, *attributes, additional, step.by};
}

// As many as there are, up to the limit, whose source is open to the person: the others count for
// nothing, or a stream would wait behind them for ever.
Result<std::vector<HitRow>> open_hits(const State& state, std::string_view username,
                                      const std::optional<Sequence>& after, std::size_t limit,
                                      const Moment& moment) {
  std::map<HotlistSource, bool> known;
  const auto open = [&](const HitRow& hit) -> Result<bool> {
    const HotlistSource source = hit.raised.entry.source;
    if (const auto found = known.find(source); found != known.end()) return found->second;
    const auto is_open = source_open(state, username, source, moment);
    if (is_open) known[source] = *is_open;
    return is_open;
  };
  if (!after) return newest_hits(state.rows, moment.now, moment.next, limit, open);
  std::vector<HitRow> hits;
  for (Sequence from = *after;;) {
    auto later = hits_after(state.rows, from, moment.now, limit);
    if (!later) return later;
    for (HitRow& hit : *later) {
      from = hit.hit;
      const auto is_open = open(hit);
      if (!is_open) return tl::unexpected(is_open.error());
      if (*is_open && hits.size() < limit) hits.push_back(std::move(hit));
    }
    if (later->size() < limit || hits.size() == limit) return hits;
  }
}

}  // namespace

Result<std::vector<HitView>> select_hits(const State& state, std::string_view username,
                                         const ListHits& command, const Moment& moment) {
  const std::int64_t limit = command.limit.value_or(kHitsShownMax);
  if (auto fault = number_fault("limit", limit, 1, kHitsShownMax)) return tl::unexpected(*fault);
  std::vector<HitRow> hits;
  if (command.hit) {
    auto hit = live_hit(state, *command.hit, moment);
    if (!hit) return tl::unexpected(hit.error());
    hits.push_back(std::move(*hit));
  } else {
    auto listed =
        open_hits(state, username, command.after, static_cast<std::size_t>(limit), moment);
    if (!listed) return tl::unexpected(listed.error());
    hits = std::move(*listed);
  }
  std::vector<HitView> views;
  for (HitRow& hit : hits) {
    auto response = find_response(state.rows, hit.hit);
    if (!response) return tl::unexpected(response.error());
    const HitState now = *response ? (*response)->state : HitState::kUnvalidated;
    views.push_back({std::move(hit), std::move(*response), now});
  }
  return views;
}

Decision decide(const State& state, const Actor& actor, const ListHits& command,
                const std::vector<HitView>& hits, const Moment& moment) {
  if (command.limit) {
    if (auto fault = number_fault("limit", *command.limit, 1, kHitsShownMax))
      return not_judged(*fault);
  }
  ALPR_CHECK(hits.size() <= static_cast<std::size_t>(kHitsShownMax));
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop("hits.list")) return *stop;
  HitsDisclosed record;
  record.policy = moment.policy->version;
  for (const HitView& view : hits) {
    const HotlistSource source = view.hit.raised.entry.source;
    const auto granted = source_open(state, actor.username, source, moment);
    if (!granted) return not_judged(granted.error());
    if (!*granted) return refuse(moment, open.actor, "hits.list", source_refusal(source));
    ALPR_CHECK(moment.now <
               due_time(view.hit.raised_at));  // I12-G-1: select_hits left the others out
    record.hits.push_back(view.hit.hit);
  }
  record.by = open.actor;
  return Decision{}.then(record);
}

Decision decide(const State& state, const Actor& actor, const RecordStep& command,
                const Moment& moment) {
  if (auto fault = form_fault(command)) return not_judged(*fault);
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto hit = live_hit(state, command.hit, moment);
  if (!hit) return not_judged(hit.error());
  const HotlistSource source = hit->raised.entry.source;
  const auto granted = source_open(state, actor.username, source, moment);
  if (!granted) return not_judged(granted.error());
  if (!*granted) return refuse(moment, open.actor, kAction, source_refusal(source));
  const auto response = find_response(state.rows, command.hit);
  if (!response) return not_judged(response.error());
  const HitState before = *response ? (*response)->state : HitState::kUnvalidated;
  if (auto refusal = state_refusal(command.step, before))
    return refuse(moment, open.actor, kAction, *refusal);
  if (auto refusal = clets_refusal(command)) return refuse(moment, open.actor, kAction, *refusal);
  if (auto refusal = additional_refusal(command, moment.policy->parameters))
    return refuse(moment, open.actor, kAction, *refusal);

  HitStepRecorded record;
  record.policy = moment.policy->version;
  record.hit = command.hit;
  record.step = command.step;
  record.facts = facts_of(*hit);
  record.by = open.actor;
  if (command.checks) {
    auto refusal = unchecked_attributes(*command.checks, record.facts.known);
    if (refusal) return refuse(moment, open.actor, kAction, *refusal);
  }
  const auto outcome = judge_step(command, *hit, before, record);
  if (!outcome) return not_judged(outcome.error());
  record.done = outcome->done;
  record.state = outcome->state;
  Decision decision;
  decision.then(record);
  if (const auto validated = validation(record, *response, moment)) decision.then(*validated);
  return decision;
}

Result<HitRow> live_hit(const State& state, Sequence hit, const Moment& moment) {
  auto row = find_hit(state.rows, hit);
  if (!row) return tl::unexpected(row.error());
  if (*row && moment.now < due_time((*row)->raised_at)) return std::move(**row);
  if (hit >= moment.next) return fail(ErrorCode::kNotFound, "hit: no event has this number");
  return fail(ErrorCode::kGone,
              "hit: no hit of this number is kept; it is past its 30 days, or never was one");
}

HitFacts facts_of(const HitRow& hit) {
  HitFacts facts;
  facts.read = hit.raised.read;
  facts.raised_at = hit.raised_at;
  facts.source = hit.raised.entry.source;
  facts.list = hit.raised.entry.list;
  facts.list_age_s = hit.raised.list_age_s;
  facts.reason = hit.raised.entry.reason;
  facts.match = hit.raised.match;
  facts.informational = hit.raised.entry.informational;
  facts.known = known_names(hit.raised.entry.attributes);
  facts.offline = hit.raised.offline;
  return facts;
}

bool uncertain(const HitRow& hit, const Parameters& parameters) {
  return hit.raised.confidence < parameters.confidence_sure_ppm;
}

std::vector<std::string> missing_steps(const std::optional<HitResponseRow>& response,
                                       const Parameters& parameters) {
  std::vector<std::string> missing;
  const auto need = [&](const std::optional<Sequence>& step, std::string_view rule) {
    if (!step) missing.emplace_back(rule);
  };
  const HitResponseRow row = response.value_or(HitResponseRow{});
  need(row.clets_verified, "I12-C2A-1");
  need(row.plate_confirmed, "I12-C2A-2");
  need(row.visual_match, "I12-C2A-4");
  need(row.attributes_checked, "I12-C2A-5");
  const auto& steps = parameters.validation_steps;
  const bool all = std::all_of(steps.begin(), steps.end(), [&](const std::string& name) {
    return recorded(row, name).has_value();
  });
  if (!all) missing.emplace_back("I12-C2A-7");
  return missing;
}

}  // namespace alpr::policy
