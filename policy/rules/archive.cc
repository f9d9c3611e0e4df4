#include "policy/rules/archive.h"

#include <array>

#include "policy/rules/access.h"
#include "policy/rules/texts.h"

namespace alpr::policy {

Decision decide(const State& state, const Actor& actor, const DiscloseArchived& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "archive.disclose";
  constexpr std::array kCustodians{Role::kCoordinator, Role::kAdministrator};
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax))
    return Decision::not_judged(fault->code, fault->detail);
  const Gate open = gate(state, actor, moment, Need::kAlpr);
  if (auto stop = open.stop(kAction)) return *stop;
  if (!holds_any_role(state, actor.username, kCustodians, moment)) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-F-2", "I12-L-3"},
                   "role-missing",
                   "The archive is opened by the ALPR Coordinator or Administrator."});
  }
  if (blank(command.reason)) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-F-2"}, "reason-missing", "Say what the archived event is needed for."});
  }
  return Decision{}.then(ArchiveDisclosed{command.event, open.actor, command.reason});
}

}  // namespace alpr::policy
