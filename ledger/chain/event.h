// An event before and after it is in the log. Pure data.
#pragma once

#include <memory>
#include <string>

#include "ledger/chain/header.h"
#include "ledger/chain/payload.h"

namespace alpr::chain {

// The value that an event's text was written from, kept for whoever reads the event again in the
// same process and need not parse it. The layer that wrote it alone knows what it is: `type` is an
// address of that layer's own, one for each type.
struct WrittenFrom {
  const void* type = nullptr;  // null: the text is all there is
  std::shared_ptr<const void> value = {};
};

// What a decision asks to be appended. Form 0 fills `json`, form 1 `members`. A draft with `from`
// says exactly what was written from that value: whoever changes its text takes `from` away.
struct Draft {
  std::uint16_t kind = 0;
  std::string json;
  Members members;
  WrittenFrom from = {};
};

// An event as it stands in the log, opened. Without its payload (purged, or no key) have_payload is
// false.
struct EventView {
  Header header;
  Digest leaf{};
  bool have_payload = false;
  std::string json;       // the whole payload as one canonical JSON object, for both forms
  Members members;        // form 1
  Salt salt{};            // for making receipts; filled where an event is read back, not in a fold
  WrittenFrom from = {};  // in a fold and at a commit; never where an event is read back
};

}  // namespace alpr::chain
