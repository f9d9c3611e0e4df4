// What a replay finds. Pure data.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/chain/types.h"

namespace alpr::policy {

struct ReplayFinding {
  Sequence seq;  // the event it is about
  std::vector<std::string>
      rules;         // requirement IDs; "event-kinds" where the event is not of a form
  std::string what;  // one sentence; no plate
};
using Report = std::function<void(ReplayFinding)>;

}  // namespace alpr::policy
