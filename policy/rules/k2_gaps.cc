#include "policy/rules/k2_gaps.h"

#include <algorithm>
#include <array>

#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

std::optional<Error> fault(std::string_view member, const std::optional<std::string>& text,
                           std::size_t max) {
  return text ? text_fault(member, *text, max) : std::nullopt;
}

Gate gate_keepers(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kKeepers{Role::kCoordinator, Role::kAdministrator};
  return gate_role(state, actor, moment, kKeepers, {"I12-K-2"});
}

}  // namespace

Gate gate_gaps(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kReaders{Role::kCoordinator, Role::kAdministrator, Role::kPacAuditor};
  return gate_role(state, actor, moment, kReaders, {"I12-K-2"});
}

Decision decide(const State& state, const Actor& actor, const RecordGap& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "gap.record";
  if (auto e = fault("rule", command.rule, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("owner", command.owner, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("missing", command.missing, kNarrativeMax)) return not_judged(*e);
  if (auto e = fault("upgrade", command.upgrade, kNarrativeMax)) return not_judged(*e);
  if (command.due)
    if (auto e = time_fault("due", *command.due)) return not_judged(*e);
  const Gate open = gate_keepers(state, actor, moment);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto owner = command.owner ? enum_from_text<Role>(*command.owner) : std::nullopt;
  RequiredFacts facts;
  facts.that(names_a_rule(command.rule), "I12-K-2", "rule-missing",
             "State rule: the row of the order that is not kept, as I12-F-1.");
  facts.that(owner.has_value(), "I12-K-2", "owner-missing",
             "State owner, who sees to it: " + enum_choices<Role>() + ".");
  facts.that(command.due && *command.due > moment.now, "I12-K-2", "date-missing",
             "State due: by when it is mended, not in the past.");
  facts.text(command.missing, "missing", "I12-K-2");
  facts.text(command.upgrade, "upgrade", "I12-K-2");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  return Decision{}.then(GapRecorded{moment.policy->version, *command.rule, *owner, *command.due,
                                     *command.missing, *command.upgrade, open.actor});
}

Decision decide(const State& state, const Actor& actor, const CloseGap& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "gap.close";
  if (auto e = fault("how", command.how, kNarrativeMax)) return not_judged(*e);
  const Gate open = gate_keepers(state, actor, moment);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = find_gap(state.rows, command.gap);
  if (!row) return not_judged(row.error());
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such gap");
  RequiredFacts facts;
  facts.text(command.how, "how", "I12-K-2");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if ((*row)->closed)
    return Decision::not_judged(ErrorCode::kConflict, "this gap is closed already");
  return Decision{}.then(GapClosed{moment.policy->version, command.gap, *command.how, open.actor});
}

}  // namespace alpr::policy
