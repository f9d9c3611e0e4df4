// Level policy: every recorded decision decided again (policy/replay), over any source of a log.
#pragma once

#include "ledger/verify/verify.h"

namespace alpr::policy_level {

// For Options::policy. A finding's rule are the requirement IDs it is about, with commas between.
// `checked` are the decisions that came out the same, `not_checked` those that could not be decided
// again; the note says why. Where an event that is kept was not opened, the state after it is not
// known, so the level cannot hold.
Result<void> check_policy(const verify::PolicyWalk& walk, verify::LevelReport& report);

// What a run goes on from and leaves for the next one (docs/decisions/0059).
struct State {
  // SHA-256 of the program that runs: another one may have other rules, and begins anew.
  Digest program{};
  std::optional<BytesView> saved;  // as an earlier run kept it; absent: there is none yet
  // Keeps the new one, whole or not at all; empty: it is not kept. Errors kIo, kNoSpace.
  std::function<Result<void>(BytesView)> keep;
};
// The same, begun after the events that the saved state is of, where the log goes on from them. A
// log that has the same first event and does not is a finding; any other state that does not fit is
// said in the note, and the run begins at the first event. What earlier runs found counts again,
// but for what was owed at their log's end.
Result<void> check_policy_from(const State& state, const verify::PolicyWalk& walk,
                               verify::LevelReport& report);

}  // namespace alpr::policy_level
