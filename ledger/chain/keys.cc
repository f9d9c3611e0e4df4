#include "ledger/chain/keys.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace alpr::chain {
namespace {

// The y coordinate, little-endian in the low 255 bits, must be below p = 2^255 - 19.
bool canonical_y(const PublicKey& key) {
  if ((key[31] & 0x7f) != 0x7f) return true;
  for (std::size_t i = 30; i > 0; --i) {
    if (key[i] != 0xff) return true;
  }
  return key[0] < 0xed;
}

}  // namespace

void init_crypto() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not be initialised");
}

SigningKey SigningKey::from_seed(const Digest& seed) {
  init_crypto();
  SigningKey key;
  static_assert(sizeof key.secret_ == crypto_sign_SECRETKEYBYTES);
  ALPR_CHECK(crypto_sign_seed_keypair(key.public_.data(), key.secret_.data(), seed.data()) == 0);
  return key;
}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : secret_(other.secret_), public_(other.public_) {
  wipe(other.secret_);
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this != &other) {
    secret_ = other.secret_;
    public_ = other.public_;
    wipe(other.secret_);
  }
  return *this;
}

SigningKey::~SigningKey() { wipe(secret_); }

Signature SigningKey::sign(BytesView message) const {
  Signature signature;
  ALPR_CHECK(crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                                  secret_.data()) == 0);
  return signature;
}

Digest SigningKey::seed() const {
  Digest seed;
  ALPR_CHECK(crypto_sign_ed25519_sk_to_seed(seed.data(), secret_.data()) == 0);
  return seed;
}

Result<PublicKey> checked_public_key(BytesView bytes) {
  PublicKey key;
  if (bytes.size() != key.size()) {
    return fail(ErrorCode::kMalformed, "an Ed25519 public key has 32 bytes");
  }
  std::copy(bytes.begin(), bytes.end(), key.begin());
  if (!canonical_y(key)) {
    return fail(ErrorCode::kMalformed, "an Ed25519 public key in a non-canonical encoding");
  }
  // Refuses small orders, points off the curve and points outside the prime-order subgroup.
  if (crypto_core_ed25519_is_valid_point(key.data()) != 1) {
    return fail(ErrorCode::kMalformed,
                "an Ed25519 public key that is no point of the prime-order group");
  }
  return key;
}

bool verify(const PublicKey& key, BytesView message, const Signature& signature) {
  // libsodium itself refuses small-order keys and signatures whose scalar is not reduced.
  return canonical_y(key) && crypto_sign_verify_detached(signature.data(), message.data(),
                                                         message.size(), key.data()) == 0;
}

void random_bytes(std::span<std::uint8_t> out) {
  init_crypto();
  randombytes_buf(out.data(), out.size());
}

bool equal_constant_time(BytesView a, BytesView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<std::uint8_t> secret) { sodium_memzero(secret.data(), secret.size()); }

}  // namespace alpr::chain
