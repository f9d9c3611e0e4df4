// A payload row against its header: layout, commitment, and what the registry of kinds says. Pure;
// any thread.
#pragma once

#include <optional>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/error.h"
#include "ledger/chain/header.h"
#include "ledger/chain/kinds.h"
#include "ledger/verify/keys.h"

namespace alpr::verify {

// u8 seal || be32 clear length || clear part || box
struct PayloadRow {
  Seal seal = Seal::kNone;
  BytesView clear;
  BytesView box;
};
Result<PayloadRow> parse_row(BytesView row);  // kMalformed

// The open members of a payload committed to by member, as an object, checked against the header's
// commitment. kMalformed, kBadSignature.
Result<chain::Json> open_members(const chain::Header& header, const PayloadRow& row);

struct PayloadContext {
  const chain::Kind* kind = nullptr;  // nullptr: the registry does not know it
  const Keys* keys = nullptr;         // nullptr: none at hand
  bool ever_held = false;
  bool on_hold = false;
  bool cut = false;  // the row comes from a bundle without boxes
};

enum class Opening {
  kWhole,   // every byte was checked
  kSealed,  // what stands in clear was checked; the box was not opened
};

// Where an event's image lies, as its payload says (docs/event-format.md, section 8).
struct ImagePlace {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // of the sealed record
  Digest sha256{};           // of the image
};

struct Checked {
  Opening opening = Opening::kWhole;
  std::optional<ImagePlace> image;  // of a payload that was opened and commits to one
};
// An error is a finding: kMalformed, kBadSignature.
Result<Checked> check_payload(const chain::Header& header, const chain::HeaderBytes& bytes,
                              const PayloadRow& row, const PayloadContext& context);

}  // namespace alpr::verify
