// What a rule may look at: the registers with everything ahead of the command, and what lives in
// memory beside them. Borrowed for one decision; whoever calls decide() owns all of it. The
// sequencer's thread.
#pragma once

#include <functional>
#include <vector>

#include "ledger/chain/registers.h"
#include "ledger/chain/types.h"

namespace alpr::policy {

class ReadsIndex;  // policy/registers/reads_index.h
class PlateIndex;  // policy/registers/plate_index.h

struct State {
  const chain::RegisterReader& rows;
  const ReadsIndex& reads;
  const PlateIndex& plates;
  std::function<std::vector<Sequence>(Sequence)> holds_on;  // hold.placed seqs in force on an event
};

}  // namespace alpr::policy
