// The keys of an entitled auditor's --keys FILE, to open sealed payloads with. Wiped on
// destruction. Any thread once made.
//
// The file is canonical JSON:
// {"format":1,"months":{"24000":hex},"buckets":{"N":hex},"held":{"SEQ":hex}, "blobs":{"ID":hex}};
// months are year * 12 + month - 1 of the header time in UTC. Source: docs/event-format.md.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/header.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

using Key = std::array<std::uint8_t, 32>;
using KeyTable = std::map<std::uint64_t, Key>;

// How a payload's box is sealed: the first byte of its row.
enum class Seal : std::uint8_t { kNone = 0, kMonth = 1, kBucket = 2, kHeld = 3 };

class Keys {
 public:
  static Result<Keys> parse(std::string_view json);  // kMalformed
  Keys() = default;
  Keys(Keys&&) = default;
  Keys& operator=(Keys&&) = default;
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  ~Keys();

  // The key that opens a payload sealed so, or nullptr.
  const Key* find(Seal seal, const chain::Header& header) const;
  const KeyTable& buckets() const { return buckets_; }
  const KeyTable& held() const { return held_; }
  const KeyTable& blobs() const { return blobs_; }

 private:
  KeyTable months_, buckets_, held_, blobs_;
};

// year * 12 + month - 1, UTC. From 1970 on.
std::uint64_t month_number(TimeUs time);

// nonce[24] || XChaCha20-Poly1305. What goes with it is the header's bytes, or an image's digest.
// nullopt: it does not open.
std::optional<Bytes> open_box(const Key& key, BytesView box, BytesView associated);

}  // namespace alpr::verify
