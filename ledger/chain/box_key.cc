#include "ledger/chain/box_key.h"

#include <sodium.h>

#include "ledger/chain/keys.h"

namespace alpr::chain {

static_assert(sizeof(BoxPublicKey) == crypto_box_PUBLICKEYBYTES);
static_assert(sizeof(Digest) == crypto_box_SECRETKEYBYTES);

BoxKey BoxKey::random() {
  Digest secret{};
  random_bytes(secret);
  BoxKey key = from_secret(secret);
  wipe(secret);
  return key;
}

BoxKey BoxKey::from_secret(const Digest& secret) {
  BoxKey key;
  key.secret_ = secret;
  ALPR_CHECK(crypto_scalarmult_base(key.public_.data(), key.secret_.data()) == 0);
  return key;
}

BoxKey::BoxKey(BoxKey&& other) noexcept : secret_(other.secret_), public_(other.public_) {
  wipe(other.secret_);
}

BoxKey& BoxKey::operator=(BoxKey&& other) noexcept {
  if (this == &other) return *this;
  secret_ = other.secret_;
  public_ = other.public_;
  wipe(other.secret_);
  return *this;
}

BoxKey::~BoxKey() { wipe(secret_); }

Result<Bytes> BoxKey::open(BytesView sealed) const {
  if (sealed.size() >= crypto_box_SEALBYTES) {
    Bytes clear(sealed.size() - crypto_box_SEALBYTES);
    if (crypto_box_seal_open(clear.data(), sealed.data(), sealed.size(), public_.data(),
                             secret_.data()) == 0)
      return clear;
  }
  return fail(ErrorCode::kBadSignature, "the box is not sealed to this key, or was changed");
}

Result<Bytes> seal_to(const BoxPublicKey& key, BytesView clear) {
  Bytes sealed(clear.size() + crypto_box_SEALBYTES);
  if (crypto_box_seal(sealed.data(), clear.data(), clear.size(), key.data()) == 0) return sealed;
  return fail(ErrorCode::kMalformed, "the key to seal to is one of small order");
}

}  // namespace alpr::chain
