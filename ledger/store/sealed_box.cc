#include "ledger/store/sealed_box.h"

#include <sodium.h>

#include <span>

#include "ledger/chain/keys.h"

namespace alpr::store {

static_assert(kBoxNonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kBoxOverhead == kBoxNonceSize + crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(sizeof(SecretKey::bytes) == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

Bytes seal_box(const SecretKey& key, BytesView associated, BytesView clear) {
  Bytes box(clear.size() + kBoxOverhead);
  chain::random_bytes(std::span(box).first(kBoxNonceSize));
  const int sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(
      box.data() + kBoxNonceSize, nullptr, clear.data(), clear.size(), associated.data(),
      associated.size(), nullptr, box.data(), key.bytes.data());
  ALPR_CHECK(sealed == 0);
  return box;
}

Result<Bytes> open_box(const SecretKey& key, BytesView associated, BytesView box) {
  if (box.size() < kBoxOverhead) {
    return fail(ErrorCode::kCorrupt, "a sealed box is shorter than its nonce and tag");
  }
  Bytes clear(box.size() - kBoxOverhead);
  const BytesView sealed = box.subspan(kBoxNonceSize);
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      clear.data(), nullptr, nullptr, sealed.data(), sealed.size(), associated.data(),
      associated.size(), box.data(), key.bytes.data());
  if (opened != 0) {
    return fail(ErrorCode::kCorrupt, "a sealed box does not open: other key, or changed bytes");
  }
  return clear;
}

}  // namespace alpr::store
