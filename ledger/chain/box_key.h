// X25519 keys that bytes are sealed to, so that only the holder of the secret opens them
// (libsodium's sealed boxes). Any thread.
#pragma once

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

using BoxPublicKey = std::array<std::uint8_t, 32>;  // X25519

// The secret, wiped when it goes. Move only.
class BoxKey {
 public:
  static BoxKey random();
  static BoxKey from_secret(const Digest& secret);
  BoxKey(BoxKey&& other) noexcept;
  BoxKey& operator=(BoxKey&& other) noexcept;
  BoxKey(const BoxKey&) = delete;
  BoxKey& operator=(const BoxKey&) = delete;
  ~BoxKey();
  const BoxPublicKey& public_key() const { return public_; }
  Digest secret() const { return secret_; }  // for the key file's writer only; wipe() it
  // kBadSignature: not sealed to this key, or changed since.
  Result<Bytes> open(BytesView sealed) const;

 private:
  BoxKey() = default;
  Digest secret_{};
  BoxPublicKey public_{};
};

// 48 bytes longer than `clear`; by whom it was sealed it does not say. kMalformed: a key of small
// order, under which anybody could open it.
Result<Bytes> seal_to(const BoxPublicKey& key, BytesView clear);

}  // namespace alpr::chain
