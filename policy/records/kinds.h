// All event kinds of this log: the ledger's own and the order's. docs/event-kinds.md is generated
// from them.
#pragma once

#include <vector>

#include "ledger/chain/kinds.h"

namespace alpr::policy {

// Made once; immutable; any thread.
const chain::KindRegistry& kinds();

// By topic, as records/<topic>.h has them. The ledger's kinds 6 and 7 (holds) are not among them:
// the ledger lists those itself.
std::vector<chain::Kind> system_kinds();
std::vector<chain::Kind> people_kinds();
std::vector<chain::Kind> sessions_kinds();
std::vector<chain::Kind> devices_kinds();

}  // namespace alpr::policy
