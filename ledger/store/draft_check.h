// Whether a draft is of its kind: form, members, order, canonical values, size. Pure; any thread.
#pragma once

#include "ledger/chain/event.h"
#include "ledger/chain/kinds.h"

namespace alpr::store {

inline constexpr std::size_t kPayloadMax = 1 << 20;  // bytes of the payload's JSON

struct CheckedDraft {
  const chain::Kind* kind = nullptr;
  std::string json;        // the whole payload
  chain::Members members;  // form 1, with the registry's open flags
};

// kMalformed names the member at fault; kTooLarge. Open flags in the draft are ignored: the
// registry decides.
Result<CheckedDraft> check_draft(const chain::KindRegistry& kinds, const chain::Draft& draft);

}  // namespace alpr::store
