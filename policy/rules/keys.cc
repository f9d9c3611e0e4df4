#include "policy/rules/keys.h"

#include <array>

#include "policy/rules/access.h"
#include "policy/rules/texts.h"

namespace alpr::policy {

Decision decide(const State& state, const Actor& actor, const HandleKeys& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "keys.handle";
  constexpr std::array kItUnit{Role::kItUnit};
  constexpr std::array kApprovers{Role::kItUnit, Role::kAdministrator, Role::kChiefDesignee};
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax))
    return Decision::not_judged(fault->code, fault->detail);
  const Gate open = gate_role(state, actor, moment, kItUnit, {"I12-F-0", "I12-L-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  if (blank(command.reason)) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-F-0"}, "reason-missing", "Say why the keys are handled."});
  }
  KeysHandled record{moment.policy->version, command.action, command.reason, open.actor,
                     std::nullopt};
  if (command.action == KeyAction::kBackUp) return Decision{}.then(record);
  if (!command.approver || command.approver->username == actor.username) {
    return refuse(
        moment, open.actor, kAction,
        {{"I12-F-0", "I12-L-1"},
         "second-person-missing",
         "A key is changed or given out by two people: another holder of IT_UNIT, ADMINISTRATOR "
         "or CHIEF_DESIGNEE agrees."});
  }
  const Gate second =
      gate_role(state, *command.approver, moment, kApprovers, {"I12-F-0", "I12-L-1"});
  if (second.error) return Decision::not_judged(second.error->code, second.error->detail);
  if (second.refusal) return refuse(moment, open.actor, kAction, *second.refusal);
  record.approver = second.actor;
  return Decision{}.then(record);
}

}  // namespace alpr::policy
