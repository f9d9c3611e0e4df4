#include "policy/rules/h_records_requests.h"

#include <array>

#include "policy/registers/records_requests.h"
#include "policy/rules/access.h"
#include "policy/rules/repeated_requests.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kCustodians{Role::kCoordinator, Role::kAdministrator};

std::optional<Error> fault(std::string_view member, const std::optional<std::string>& text,
                           std::size_t max) {
  return text ? text_fault(member, *text, max) : std::nullopt;
}

Gate custodians(const State& state, const Actor& actor, const Moment& moment) {
  return gate_role(state, actor, moment, kCustodians, {"I12-H-1", "I12-L-3"});
}

Result<RecordsRequestRow> need_request(const State& state, Sequence request) {
  auto row = find_records_request(state.rows, request);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kNotFound, "no such records request");
  return std::move(**row);
}

// Days count in UTC, and a request may be entered in a place where it is tomorrow already.
bool received_by(const std::optional<std::string>& date, TimeUs now) {
  if (!date || !valid_date(*date)) return false;
  constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
  return chain::parse_time(*date + "T00:00:00Z")->value <= now.value + kDayUs;
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const EnterRecordsRequest& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "records.request";
  if (auto e = fault("requester", command.requester, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("received_on", command.received_on, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("statute", command.statute, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("record_class", command.record_class, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("described", command.described, kNarrativeMax)) return not_judged(*e);
  const Gate open = custodians(state, actor, moment);
  if (auto stop = open.stop(kAction)) return *stop;
  RequiredFacts facts;
  facts.text(command.requester, "requester", "I12-H-1");
  facts.that(received_by(command.received_on, moment.now), "I12-H-1", "required-fact-missing",
             "State received_on: the day it came in (YYYY-MM-DD), not in the future.");
  facts.text(command.statute, "statute", "I12-H-1");
  facts.that(command.record_class && enum_from_text<RecordClass>(*command.record_class), "I12-E-6",
             "record-class-missing", "State record_class: " + enum_choices<RecordClass>() + ".");
  facts.text(command.described, "described", "I12-H-1");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  const auto repeated = refuse_repeated(state, command, moment);
  if (!repeated) return not_judged(repeated.error());
  if (*repeated) return refuse(moment, open.actor, kAction, **repeated);
  return Decision{}.then(RecordsRequested{
      moment.policy->version, *enum_from_text<RecordClass>(*command.record_class),
      *command.received_on, *command.requester, *command.statute, *command.described, open.actor});
}

Decision decide(const State& state, const Actor& actor, const DecideRecordsRequest& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "records.decide";
  if (auto e = fault("outcome", command.outcome, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("basis", command.basis, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("reason", command.reason, kNarrativeMax)) return not_judged(*e);
  const Gate open = custodians(state, actor, moment);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = need_request(state, command.request);
  if (!row) return not_judged(row.error());
  const auto outcome =
      command.outcome ? enum_from_text<RecordsOutcome>(*command.outcome) : std::nullopt;
  RequiredFacts facts;
  facts.that(outcome.has_value(), "I12-E-6", "outcome-missing",
             "State outcome: " + enum_choices<RecordsOutcome>() + ".");
  facts.text(command.basis, "basis", "I12-E-6");
  facts.text(command.reason, "reason", "I12-E-6");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if (row->answer)
    return Decision::not_judged(ErrorCode::kConflict, "this records request is answered already");
  // "Non-investigatory records shall be disclosed": what is kept back stands out (I12-E-6).
  const bool exception = row->asked.record_class == RecordClass::kNonInvestigatory &&
                         *outcome != RecordsOutcome::kDisclosed;
  return Decision{}.then(RecordsDecided{moment.policy->version, command.request, *outcome,
                                        exception, *command.basis, *command.reason, open.actor});
}

Decision decide(const State& state, const Actor& actor, const CloseRecordsRequest& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "records.close";
  if (auto e = fault("how", command.how, kNarrativeMax)) return not_judged(*e);
  const Gate open = custodians(state, actor, moment);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = need_request(state, command.request);
  if (!row) return not_judged(row.error());
  RequiredFacts facts;
  facts.that(row->answer.has_value(), "I12-E-6", "not-decided",
             "Decide it first: a request closes with an outcome.");
  facts.text(command.how, "how", "I12-H-1");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if (row->closed_at)
    return Decision::not_judged(ErrorCode::kConflict, "this records request is closed already");
  return Decision{}.then(
      RecordsClosed{moment.policy->version, command.request, *command.how, open.actor});
}

}  // namespace alpr::policy
