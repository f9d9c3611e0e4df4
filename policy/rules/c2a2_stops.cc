#include "policy/rules/c2a2_stops.h"

#include <fmt/ranges.h>

#include <array>

#include "policy/rules/access.h"
#include "policy/rules/c2a_hits.h"
#include "policy/rules/c3_sources.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::string_view kAction = "stop.document";

std::optional<Error> form_fault(const DocumentStop& command) {
  const auto check = [](std::string_view member, const std::optional<std::string>& text,
                        std::size_t max) {
    return text ? text_fault(member, *text, max) : std::nullopt;
  };
  if (auto fault = check("justification", command.justification, kNarrativeMax)) return fault;
  if (auto fault = check("case_number", command.case_number, kShortTextMax)) return fault;
  if (auto fault = check("disposition", command.disposition, kShortTextMax)) return fault;
  if (auto fault = check("next_steps", command.next_steps, kNarrativeMax)) return fault;
  return command.responded_at ? time_fault("responded_at", *command.responded_at) : std::nullopt;
}

// These end a stop in which somebody was not free to go, whatever the command calls it.
bool restricts_freedom(Disposition disposition) {
  switch (disposition) {
    case Disposition::kArrest:
    case Disposition::kCitation:
    case Disposition::kReleased:
    case Disposition::kWarning:
      return true;
    case Disposition::kRecoveredVehicle:
    case Disposition::kNoAction:
    case Disposition::kUnableToLocate:
      return false;
  }
  return true;
}

std::optional<Refusal> missing_facts(const DocumentStop& command, const HitRow& hit,
                                     const Moment& moment) {
  RequiredFacts facts;
  facts.that(command.action.has_value(), "I12-C2A-3", "required-fact-missing",
             "State action: " + enum_choices<StopAction>() + ".");
  facts.text(command.justification, "justification", "I12-C2A2-4");
  facts.case_number(command.case_number, "case_number", "I12-C2A2-5");
  facts.that(command.disposition && enum_from_text<Disposition>(*command.disposition), "I12-C2A2-6",
             "disposition-unknown",
             "State disposition: one of " + enum_choices<Disposition>() + ".");
  const auto& at = command.responded_at;
  facts.that(at && *at <= moment.now && *at >= hit.raised_at, "I12-C2A2-7",
             "response-time-out-of-range",
             "State responded_at: after the hit was raised, and not in the future.");
  facts.text(command.next_steps, "next_steps (\"none known\" where there are none)", "I12-C2A2-8");
  return facts.refusal();
}

// I12-C2A-1 and C2A-3: what the hit's validation must have come to for what was done.
std::optional<Refusal> validation_refusal(StopAction action, Disposition disposition,
                                          const std::optional<HitResponseRow>& response,
                                          const Moment& moment) {
  const HitState state = response ? response->state : HitState::kUnvalidated;
  const bool restricted =
      action == StopAction::kFreedomRestricted || restricts_freedom(disposition);
  // A hit that was validated under an older version lacks the steps that a newer one added.
  std::vector<std::string> rules = missing_steps(response, moment.policy->parameters);
  if (restricted && (state != HitState::kFullyValidated || !rules.empty())) {
    const std::string open = rules.empty() ? "none" : fmt::format("{}", fmt::join(rules, ", "));
    rules.insert(rules.begin(), "I12-C2A-3");
    return Refusal{std::move(rules), "hit-not-validated",
                   fmt::format("Nobody's freedom is restricted on an alert that is not fully "
                               "validated. The hit is {}; "
                               "steps open: {}.",
                               to_text(state), open)};
  }
  if (restricted && action != StopAction::kFreedomRestricted) {
    return Refusal{
        {"I12-C2A-3", "I12-C2A2-6"},
        "disposition-contradicts-action",
        "This disposition ends a stop in which freedom was restricted: state that action."};
  }
  const bool confirmed = state != HitState::kMisread && state != HitState::kNotConfirmed &&
                         response && response->clets_verified.has_value();
  if (disposition == Disposition::kRecoveredVehicle && !confirmed) {
    return Refusal{{"I12-C2A-1"},
                   "clets-not-verified",
                   "A vehicle is recovered on an alert only after CLETS confirmed it."};
  }
  return std::nullopt;
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const DocumentStop& command,
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
  if (*response && (*response)->stop) {
    return Decision::not_judged(
        ErrorCode::kConflict,
        "hit: its stop is documented; what came later is a follow-up of that record");
  }
  if (auto refusal = missing_facts(command, *hit, moment))
    return refuse(moment, open.actor, kAction, *refusal);
  const Disposition disposition = *enum_from_text<Disposition>(*command.disposition);
  if (auto refusal = validation_refusal(*command.action, disposition, *response, moment)) {
    return refuse(moment, open.actor, kAction, *refusal);
  }

  StopDocumented record;
  record.policy = moment.policy->version;
  record.hit = command.hit;
  record.action = *command.action;
  record.disposition = disposition;
  record.validation = *response ? (*response)->state : HitState::kUnvalidated;
  record.clets_confirmed = *response && (*response)->clets_verified.has_value();
  record.facts = facts_of(*hit);
  record.plate_read = hit->raised.plate;
  record.plate_listed = hit->raised.entry.plate;
  record.justification = *command.justification;
  record.case_number = *command.case_number;
  record.responded_at = *command.responded_at;
  record.next_steps = *command.next_steps;
  record.by = open.actor;
  return Decision{}.then(record);
}

Result<std::vector<OwedStop>> owed_stops(const State& state, const Moment& moment) {
  const auto responses = undocumented_responses(state.rows);
  if (!responses) return tl::unexpected(responses.error());
  const std::int64_t time_us = moment.policy->parameters.stop_record_seconds * kSecondUs;
  std::vector<OwedStop> owed;
  for (const HitResponseRow& row : *responses) {
    const TimeUs due{row.first_at.value + time_us};
    owed.push_back({row.hit, row.state, row.facts.source, row.last_by, row.first_at, row.last_at,
                    due, due <= moment.now, due_time(row.facts.raised_at)});
  }
  return owed;
}

Gate gate_owed_stops(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kReaders{Role::kCoordinator, Role::kAdministrator};
  return gate_role(state, actor, moment, kReaders, {"I12-C2A2-1", "I12-L-3"});
}

Decision decide(const State& state, const Actor& actor, const FollowUpStop& command,
                const Moment& moment) {
  if (auto fault = text_fault("next_steps", command.next_steps, kNarrativeMax))
    return not_judged(*fault);
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop("stop.follow-up")) return *stop;
  const auto stop = find_stop(state.rows, command.stop);
  if (!stop) return not_judged(stop.error());
  if (!*stop) return Decision::not_judged(ErrorCode::kNotFound, "stop: no such record");
  RequiredFacts facts;
  facts.text(command.next_steps, "next_steps", "I12-C2A2-8");
  if (facts.refusal()) return refuse(moment, open.actor, "stop.follow-up", *facts.refusal());
  return Decision{}.then(
      StopFollowedUp{moment.policy->version, command.stop, command.next_steps, open.actor});
}

}  // namespace alpr::policy
