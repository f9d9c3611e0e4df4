// XChaCha20-Poly1305 as libsodium's IETF construction has it, byte for byte, put together from
// libsodium's own primitives so that a small message takes one call of the stream cipher instead
// of three, and a long one the faster of two libraries (docs/decisions/0023). Pure; any thread.
#pragma once

#include <cstdint>
#include <span>

#include "ledger/chain/types.h"

namespace alpr::chain {

inline constexpr std::size_t kSealNonceSize = 24;
inline constexpr std::size_t kSealTagSize = 16;

struct SealKey {
  std::span<const std::uint8_t, 32> key;
  std::span<const std::uint8_t, kSealNonceSize> nonce;
};

// `out` has clear.size() + 16 bytes and does not overlap what goes in.
void seal(const SealKey& with, BytesView associated, BytesView clear, std::span<std::uint8_t> out);
// `out` has sealed.size() - 16 bytes. False, and zeros in `out`: it does not open.
[[nodiscard]] bool unseal(const SealKey& with, BytesView associated, BytesView sealed,
                          std::span<std::uint8_t> out);

}  // namespace alpr::chain
