// An event before and after it is in the log. Pure data.
#pragma once

#include <string>

#include "ledger/chain/header.h"
#include "ledger/chain/payload.h"

namespace alpr::chain {

// What a decision asks to be appended. Form 0 fills `json`, form 1 `members`.
struct Draft {
  std::uint16_t kind = 0;
  std::string json;
  Members members;
};

// An event as it stands in the log, opened. Without its payload (purged, or no key) have_payload is
// false.
struct EventView {
  Header header;
  Digest leaf{};
  bool have_payload = false;
  std::string json;  // the whole payload as one canonical JSON object, for both forms
  Members members;   // form 1
  Salt salt{};       // for making receipts; filled where an event is read back, not in a fold
};

}  // namespace alpr::chain
