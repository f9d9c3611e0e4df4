#include "policy/rules/l_oversight.h"

#include <algorithm>
#include <array>

#include "policy/registers/people.h"
#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kKeepers{Role::kCoordinator, Role::kAdministrator};

// The first text that does not fit, of short ones and of narratives.
using Texts = std::initializer_list<std::pair<const char*, const std::optional<std::string>*>>;
std::optional<Error> fault(Texts short_texts, Texts narratives) {
  for (const auto& [texts, most] :
       {std::pair(&short_texts, kShortTextMax), std::pair(&narratives, kNarrativeMax)}) {
    for (const auto& [member, text] : *texts) {
      if (!*text) continue;
      if (auto e = text_fault(member, **text, most)) return e;
    }
  }
  return std::nullopt;
}

// One of a closed list, or the fact is missing.
template <DescribedEnum E>
std::optional<E> one_of(const std::optional<std::string>& text, std::string_view member,
                        std::string_view rule, RequiredFacts& facts) {
  const auto value = text ? enum_from_text<E>(*text) : std::nullopt;
  facts.that(value.has_value(), rule, std::string(member) + "-not-listed",
             "State " + std::string(member) + ": " + enum_choices<E>() + ".");
  return value;
}

void not_later(const std::optional<TimeUs>& time, std::string_view member, std::string_view rule,
               const Moment& moment, RequiredFacts& facts) {
  facts.that(time && *time <= moment.now, rule, "time-missing",
             "State " + std::string(member) + ": when it was, not in the future.");
}

}  // namespace

Gate gate_oversight(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kReaders{Role::kCoordinator, Role::kAdministrator, Role::kPacAuditor};
  return gate_role(state, actor, moment, kReaders, {"I12-L-5"});
}

Gate gate_violations(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kReaders{Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee};
  return gate_role(state, actor, moment, kReaders, {"I12-C3-3", "I12-L-5"});
}

Decision decide(const State& state, const Actor& actor, const RecordComplaint& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "complaint.record";
  if (auto e = fault({{"subject", &command.subject}}, {{"what", &command.what}}))
    return not_judged(*e);
  if (command.received)
    if (auto e = time_fault("received", *command.received)) return not_judged(*e);
  const Gate open = gate_role(state, actor, moment, kKeepers, {"I12-L-5"});
  if (auto stop = open.stop(kAction)) return *stop;
  RequiredFacts facts;
  const auto subject = one_of<ComplaintSubject>(command.subject, "subject", "I12-L-5", facts);
  not_later(command.received, "received", "I12-L-5", moment, facts);
  facts.text(command.what, "what", "I12-L-5");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  return Decision{}.then(ComplaintRecorded{moment.policy->version, *subject, *command.received,
                                           *command.what, open.actor});
}

Decision decide(const State& state, const Actor& actor, const AnswerComplaint& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "complaint.answer";
  if (auto e = fault({{"finding", &command.finding}}, {{"answer", &command.answer}}))
    return not_judged(*e);
  const Gate open = gate_role(state, actor, moment, kKeepers, {"I12-L-5"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = find_complaint(state.rows, command.complaint);
  if (!row) return not_judged(row.error());
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such complaint");
  RequiredFacts facts;
  const auto finding = one_of<OversightFinding>(command.finding, "finding", "I12-L-5", facts);
  facts.text(command.answer, "answer", "I12-L-5");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if ((*row)->answered)
    return Decision::not_judged(ErrorCode::kConflict, "this complaint is answered already");
  return Decision{}.then(ComplaintAnswered{moment.policy->version, command.complaint, *finding,
                                           *command.answer, open.actor});
}

Decision decide(const State& state, const Actor& actor, const RecordBreach& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "breach.record";
  constexpr std::array kFinders{Role::kCoordinator, Role::kAdministrator, Role::kItUnit};
  if (auto e = fault({{"breach", &command.breach}}, {{"what", &command.what}}))
    return not_judged(*e);
  if (command.discovered)
    if (auto e = time_fault("discovered", *command.discovered)) return not_judged(*e);
  const Gate open = gate_role(state, actor, moment, kFinders, {"I12-J-3"});
  if (auto stop = open.stop(kAction)) return *stop;
  RequiredFacts facts;
  const auto breach = one_of<BreachKind>(command.breach, "breach", "I12-J-3", facts);
  not_later(command.discovered, "discovered", "I12-J-3", moment, facts);
  facts.text(command.what, "what", "I12-J-3");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  return Decision{}.then(BreachRecorded{moment.policy->version, *breach, *command.discovered,
                                        *command.what, open.actor});
}

Decision decide(const State& state, const Actor& actor, const RecordBreachStep& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "breach.step";
  constexpr std::array kFinders{Role::kCoordinator, Role::kAdministrator, Role::kItUnit};
  if (auto e = fault({{"step", &command.step}}, {{"note", &command.note}})) return not_judged(*e);
  const Gate open = gate_role(state, actor, moment, kFinders, {"I12-J-3"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = find_breach(state.rows, command.breach);
  if (!row) return not_judged(row.error());
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such breach");
  RequiredFacts facts;
  const auto step = one_of<BreachStep>(command.step, "step", "I12-J-3", facts);
  facts.text(command.note, "note", "I12-J-3");
  if (step == BreachStep::kClosed) {
    const auto& all = EnumTexts<BreachStep>::texts;
    const bool whole = std::all_of(all.begin(), all.end(), [&](const auto& one) {
      return one.first == BreachStep::kClosed || (*row)->has(one.first);
    });
    facts.that(whole, "I12-J-3", "steps-missing",
               "A breach is closed after every other step of the procedure.");
  }
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if ((*row)->has(*step))
    return Decision::not_judged(ErrorCode::kConflict, "this step is on the record already");
  return Decision{}.then(
      BreachStepRecorded{moment.policy->version, command.breach, *step, *command.note, open.actor});
}

Decision decide(const State& state, const Actor& actor, const RecordViolation& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "violation.record";
  if (auto e = fault({{"rule", &command.rule}, {"username", &command.username}},
                     {{"what", &command.what}}))
    return not_judged(*e);
  const Gate open = gate_violations(state, actor, moment);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = command.username ? find_user(state.rows, *command.username)
                                     : Result<std::optional<UserRow>>(std::nullopt);
  if (!user) return not_judged(user.error());
  RequiredFacts facts;
  facts.that(names_a_rule(command.rule), "I12-C3-3", "rule-missing",
             "State rule: the row of the order that was violated, as I12-C3-3.");
  facts.that(user->has_value(), "I12-C3-3", "member-missing",
             "State username: whose violation it is, by their account.");
  facts.that(!command.event || *command.event < moment.next, "I12-C3-3", "event-not-there",
             "State event: the number of one that is in the log, or none.");
  facts.text(command.what, "what", "I12-C3-3");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  return Decision{}.then(ViolationRecorded{moment.policy->version, *command.rule, command.event,
                                           *command.username, *command.what, open.actor});
}

Decision decide(const State& state, const Actor& actor, const DecideViolation& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "violation.decide";
  constexpr std::array kDeciders{Role::kAdministrator, Role::kChiefDesignee};
  if (auto e = fault({{"finding", &command.finding}, {"sanction", &command.sanction}},
                     {{"reason", &command.reason}}))
    return not_judged(*e);
  const Gate open = gate_role(state, actor, moment, kDeciders, {"I12-C3-3", "I12-L-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = find_violation(state.rows, command.violation);
  if (!row) return not_judged(row.error());
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such violation");
  const ViolationRecorded& recorded = (*row)->recorded;
  RequiredFacts facts;
  facts.that(recorded.by.username != actor.username && recorded.username != actor.username,
             "I12-C3-3", "own-violation",
             "Neither whose violation it is nor who recorded it decides.");
  const auto finding = one_of<OversightFinding>(command.finding, "finding", "I12-C3-3", facts);
  const auto sanction = one_of<Sanction>(command.sanction, "sanction", "I12-C3-3", facts);
  facts.that(finding == OversightFinding::kSustained || sanction == Sanction::kNone, "I12-C3-3",
             "sanction-without-finding", "A sanction follows only on SUSTAINED; else state NONE.");
  facts.text(command.reason, "reason", "I12-C3-3");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if ((*row)->decided)
    return Decision::not_judged(ErrorCode::kConflict, "this violation is decided already");
  return Decision{}.then(ViolationDecided{moment.policy->version, command.violation, *finding,
                                          *sanction, *command.reason, open.actor});
}

Decision decide(const State& state, const Actor& actor, const RecordCost& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "cost.record";
  constexpr std::int64_t kCentsMax = 100'000'000'000'00;  // a hundred billion dollars
  if (auto e = number_fault("year", command.year, 2000, 2200)) return not_judged(*e);
  if (auto e = number_fault("cents", command.cents, 0, kCentsMax)) return not_judged(*e);
  if (auto e = fault({{"category", &command.category}, {"funding", &command.funding}}, {}))
    return not_judged(*e);
  const Gate open = gate_role(state, actor, moment, kKeepers, {"I12-L-5"});
  if (auto stop = open.stop(kAction)) return *stop;
  RequiredFacts facts;
  const auto category = one_of<CostCategory>(command.category, "category", "I12-L-5", facts);
  facts.text(command.funding, "funding", "I12-L-5");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  return Decision{}.then(CostRecorded{moment.policy->version, command.year, *category,
                                      command.cents, *command.funding, open.actor});
}

}  // namespace alpr::policy
