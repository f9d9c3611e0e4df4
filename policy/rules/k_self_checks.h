// Section K: the audit of the system's own function (I12-K-4). What the registers can tell is
// checked here; the chain, the purges and the clock are the caller's to look at. Pure; decide() on
// the sequencer's thread, the rest on any.
#pragma once

#include <cstdint>
#include <vector>

#include "policy/records/self_checks.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// Each general list is as new as the policy demands (I12-C2B1-1). kCorrupt.
Result<SystemCheckResult> check_refresh(const State& state, const Moment& moment);
// The gate stops every account that the records say it must (I12-C1-1, J-3, K-1): deactivated, of a
// class that is not eligible, or without a training in force; and all of them without a session.
Result<SystemCheckResult> check_gates(const State& state, const Moment& moment);

struct CheckSystem {
  std::int64_t size = 0;
  std::vector<SystemCheckResult> checks;  // every one, once
};
// COORDINATOR, ADMINISTRATOR or IT_UNIT.
Gate gate_self_check(const State& state, const Actor& actor, const Moment& moment);
// system.checked: passed where all are. kMalformed: a check is missing or there twice; that of
// decisions may be missing under a version that does not name SELF_CHECK_DECISIONS.
Decision decide(const State& state, const Actor& actor, const CheckSystem& command,
                const Moment& moment);

}  // namespace alpr::policy
