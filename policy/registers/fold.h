// What the events so far add up to: one fold over every topic's registers.
#pragma once

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"

namespace alpr::policy {

// Gives the same rows live and when all surviving events are folded again after purges. An error
// means that the log does not fit itself (kCorrupt) or was read without keys (kGone).
chain::Fold fold();

}  // namespace alpr::policy
