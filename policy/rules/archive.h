// Looking into the archive of the lost log that this one follows: by a trained custodian, with a
// reason, on the record before anything is shown (I12-F-2, L-3). Pure; the sequencer's thread.
#pragma once

#include <string>

#include "policy/records/archive.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

struct DiscloseArchived {
  Sequence event;  // of the lost log
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("reason", reason);
  }
};

// COORDINATOR or ADMINISTRATOR, trained -> archive.disclosed.
Decision decide(const State& state, const Actor& actor, const DiscloseArchived& command,
                const Moment& moment);

}  // namespace alpr::policy
