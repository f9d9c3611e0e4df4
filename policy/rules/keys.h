// The ledger's own keys: changed by two people, one of them of the IT unit, and on the record
// (I12-F-0, L-1). Pure; the sequencer's thread.
#pragma once

#include <optional>
#include <string>

#include "policy/records/keys.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

struct HandleKeys {
  KeyAction action{};
  std::string reason;
  std::optional<Actor> approver;  // a second session, opened for this
};

// -> keys.handled. The actor holds IT_UNIT. A change or export of keys needs an approver, who is
// somebody else and holds IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE; a backup needs none.
Decision decide(const State& state, const Actor& actor, const HandleKeys& command,
                const Moment& moment);

}  // namespace alpr::policy
