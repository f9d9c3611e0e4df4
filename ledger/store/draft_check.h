// Whether a draft is of its kind: form, members, order, canonical values, size. Pure; any thread.
//
// A whole draft that keeps what it was written from (chain::WrittenFrom) is asked for its size
// alone: the description that wrote it is the one that the registry has its names from, and
// chain::write_string() writes nothing that is not canonical. tests/policy/world.cc asks all of
// every draft that the rules make.
#pragma once

#include "ledger/chain/event.h"
#include "ledger/chain/kinds.h"

namespace alpr::store {

inline constexpr std::size_t kPayloadMax = 1 << 20;  // bytes of the payload's JSON

struct CheckedDraft {
  const chain::Kind* kind = nullptr;
  std::string json;        // the whole payload
  chain::Members members;  // form 1, with the registry's open flags
  chain::WrittenFrom from;
};

// kMalformed names the member at fault; kTooLarge. Open flags in the draft are ignored: the
// registry decides.
Result<CheckedDraft> check_draft(const chain::KindRegistry& kinds, chain::Draft draft);

}  // namespace alpr::store
