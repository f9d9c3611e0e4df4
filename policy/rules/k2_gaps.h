// Section K: the department pursues what it needs to keep the order in full (I12-K-2). A gap has an
// owner, which is a role, so that it does not end with a person, and a date. Pure; any thread.
#pragma once

#include "policy/registers/gaps.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// COORDINATOR, ADMINISTRATOR or PAC_AUDITOR.
Gate gate_gaps(const State& state, const Actor& actor, const Moment& moment);

// COORDINATOR or ADMINISTRATOR -> gap.recorded.
struct RecordGap {
  std::optional<std::string> rule;   // "I12-F-1"
  std::optional<std::string> owner;  // a role
  std::optional<TimeUs> due;         // not in the past
  std::optional<std::string> missing;
  std::optional<std::string> upgrade;
  template <typename M>
  void members(M& m) {
    m("rule", rule);
    m("owner", owner);
    m("due", due);
    m("missing", missing);
    m("upgrade", upgrade);
  }
};
Decision decide(const State& state, const Actor& actor, const RecordGap& command,
                const Moment& moment);

// The same -> gap.closed. kNotFound; kConflict: it is closed.
struct CloseGap {
  Sequence gap;
  std::optional<std::string> how;
  template <typename M>
  void members(M& m) {
    m("gap", gap);
    m("how", how);
  }
};
Decision decide(const State& state, const Actor& actor, const CloseGap& command,
                const Moment& moment);

}  // namespace alpr::policy
