// The 96-byte event header, format version 1. docs/event-format.md has the bytes. Pure; any thread.
#pragma once

#include <array>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

inline constexpr std::size_t kHeaderSize = 96;
using HeaderBytes = std::array<std::uint8_t, kHeaderSize>;

enum class Retention : std::uint8_t { kOpen = 0, kPermanent = 1, kThirtyDay = 2 };
enum class Form : std::uint8_t { kWhole = 0, kByMember = 1 };

struct Header {
  std::uint16_t kind = 0;
  Retention retention = Retention::kOpen;
  Form form = Form::kByMember;
  Sequence seq;
  TimeUs time;
  Digest previous{};  // leaf hash of event seq-1; for the genesis event SHA-256 of the origin
  Digest commitment{};
  bool operator==(const Header&) const = default;
};

HeaderBytes encode(const Header& header);
// Refuses a wrong size, another magic, a retention or form out of range, non-zero reserved bytes, a
// time over 2^63-1.
Result<Header> decode_header(BytesView bytes);

// RFC 6962 leaf hash: SHA-256(0x00 || header bytes). It is the next header's `previous`.
Digest leaf_hash(const HeaderBytes& header);
Digest genesis_previous(std::string_view origin);

}  // namespace alpr::chain
