// Level policy: every recorded decision decided again (policy/replay), over any source of a log.
#pragma once

#include "ledger/verify/verify.h"

namespace alpr::policy_level {

// For Options::policy. A finding's rule are the requirement IDs it is about, with commas between.
// `checked` are the decisions that came out the same, `not_checked` those that could not be decided
// again; the note says why. Where an event that is kept was not opened, the state after it is not
// known, so the level cannot hold.
Result<void> check_policy(const verify::PolicyWalk& walk, verify::LevelReport& report);

}  // namespace alpr::policy_level
