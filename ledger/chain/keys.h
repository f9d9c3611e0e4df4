// Ed25519 keys and signatures (libsodium). Small-order and non-canonical public keys are refused.
// Any thread.
#pragma once

#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

// A signing key; its seed is zeroed on destruction. Move only.
class SigningKey {
 public:
  static SigningKey from_seed(const Digest& seed);
  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&& other) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();
  Signature sign(BytesView message) const;
  const PublicKey& public_key() const { return public_; }
  Digest seed() const;  // for the key file's writer only

 private:
  SigningKey() = default;
  std::array<std::uint8_t, 64> secret_{};
  PublicKey public_{};
};

// Must be called once before any libsodium use; idempotent, thread-safe; throws std::runtime_error
// if it can't.
void init_crypto();

Result<PublicKey> checked_public_key(BytesView bytes);
bool verify(const PublicKey& key, BytesView message, const Signature& signature);
void random_bytes(std::span<std::uint8_t> out);  // from the kernel: for keys
// For salts and nonces, which are needed by the hundred thousand: from a generator of this thread
// (ChaCha20 with fast key erasure: what it gave out it can't give again, nor can anybody who reads
// its memory), keyed by the kernel anew after every MiB and after a fork.
void random_salt(std::span<std::uint8_t> out);
bool equal_constant_time(BytesView a, BytesView b);
void wipe(std::span<std::uint8_t> secret);

}  // namespace alpr::chain
