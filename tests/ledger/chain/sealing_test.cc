// Proves that seal and unseal are libsodium's XChaCha20-Poly1305 byte for byte, and that nothing
// that was changed opens. By doing the same with libsodium at every length up to past the longest
// short message, and by flipping bits everywhere.
#include "ledger/chain/sealing.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "ledger/chain/keys.h"

namespace alpr::chain {
namespace {

struct Box {
  std::array<std::uint8_t, 32> key;
  std::array<std::uint8_t, kSealNonceSize> nonce;
  Box() {
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(7 * i + 1);
    for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::uint8_t>(200 - i);
  }
  SealKey with() const { return {key, nonce}; }
  Bytes by_libsodium(BytesView associated, BytesView clear) const {
    Bytes out(clear.size() + kSealTagSize);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, clear.data(), clear.size(),
                                               associated.data(), associated.size(), nullptr,
                                               nonce.data(), key.data());
    return out;
  }
};

Bytes counting(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 31 + size);
  return out;
}

TEST(Sealing, IsLibsodiumsConstructionAtEveryLength) {
  init_crypto();
  const Box box;
  for (std::size_t size = 0; size <= 2100; ++size) {
    const Bytes clear = counting(size);
    const Bytes associated = counting(size % 101);
    Bytes sealed(size + kSealTagSize);
    seal(box.with(), associated, clear, sealed);
    ASSERT_EQ(sealed, box.by_libsodium(associated, clear)) << size;
    Bytes opened(size);
    ASSERT_TRUE(unseal(box.with(), associated, sealed, opened)) << size;
    ASSERT_EQ(opened, clear) << size;
  }
  for (const std::size_t size : {4095U, 10'000U, 65'537U, 1'000'003U}) {
    const Bytes clear = counting(size);
    Bytes sealed(size + kSealTagSize);
    seal(box.with(), counting(32), clear, sealed);
    ASSERT_EQ(sealed, box.by_libsodium(counting(32), clear)) << size;
    Bytes opened(size);
    ASSERT_TRUE(unseal(box.with(), counting(32), sealed, opened)) << size;
    ASSERT_EQ(opened, clear) << size;
  }
}

TEST(Sealing, WhatWasChangedDoesNotOpenAndLeavesZeros) {
  init_crypto();
  const Box box;
  for (const std::size_t size : {0U, 1U, 332U, 2000U}) {
    const Bytes associated = counting(96);
    const Bytes sealed = box.by_libsodium(associated, counting(size));
    for (std::size_t at = 0; at < sealed.size(); ++at) {
      Bytes changed = sealed;
      changed[at] ^= static_cast<std::uint8_t>(1 << at % 8);
      Bytes opened(size, 0xaa);
      ASSERT_FALSE(unseal(box.with(), associated, changed, opened)) << size << " at " << at;
      ASSERT_EQ(opened, Bytes(size));
    }
    for (std::size_t at = 0; at < associated.size(); ++at) {
      Bytes other = associated;
      other[at] ^= 0x10;
      Bytes opened(size);
      ASSERT_FALSE(unseal(box.with(), other, sealed, opened));
    }
    Box other;
    other.key[31] ^= 1;
    Bytes opened(size);
    EXPECT_FALSE(unseal(other.with(), associated, sealed, opened));
    other = Box();
    other.nonce[23] ^= 1;
    EXPECT_FALSE(unseal(other.with(), associated, sealed, opened));
  }
}

}  // namespace
}  // namespace alpr::chain
