// The reads that a decision is about, as far as their headers and holds tell of them: enough for
// the rules of 30 days to be decided again when the reads themselves are erased. One thread.
#pragma once

#include <vector>

#include "policy/registers/reads_index.h"
#include "policy/replay/judge.h"

namespace alpr::policy {

// Fills `index` with those of `reads` that are read.recorded events. Plates and places in it are
// made up: no rule that is decided over it looks at them.
void see_reads(const Past& past, std::vector<Sequence> reads, ReadsIndex& index);

inline State state_with(const State& state, const ReadsIndex& reads) {
  return {state.rows, reads, state.plates, state.holds_on};
}
inline State state_with(const State& state, const chain::RegisterReader& rows) {
  return {rows, state.reads, state.plates, state.holds_on};
}

}  // namespace alpr::policy
