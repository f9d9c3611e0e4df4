#include "policy/rules/c2a2_stop_sheets.h"

#include <array>

namespace alpr::policy {

Gate gate_stop_sheets(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kCustodians{Role::kCoordinator, Role::kAdministrator};
  Gate open = gate(state, actor, moment, Need::kAlpr);
  if (open.refusal || open.error) return open;
  if (!holds_any_role(state, actor.username, kCustodians, moment)) {
    open.refusal = {{"I12-C2A2-2", "I12-F-2", "I12-L-3"},
                    "role-missing",
                    "The stop records of a period are given to the ALPR Coordinator or "
                    "Administrator."};
  }
  return open;
}

Decision decide(const State& state, const Actor& actor, const DiscloseStops& command,
                const Moment& moment) {
  const Gate open = gate_stop_sheets(state, actor, moment);
  if (auto stop = open.stop("stops.disclose")) return *stop;
  return Decision{}.then(StopsDisclosed{moment.policy->version, command.form, command.size,
                                        command.from, command.to, command.stops, command.follow_ups,
                                        command.sha256, open.actor});
}

}  // namespace alpr::policy
