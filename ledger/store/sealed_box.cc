#include "ledger/store/sealed_box.h"

#include "ledger/chain/keys.h"
#include "ledger/chain/sealing.h"

namespace alpr::store {

static_assert(kBoxNonceSize == chain::kSealNonceSize);
static_assert(kBoxOverhead == chain::kSealNonceSize + chain::kSealTagSize);

Bytes seal_box(const SecretKey& key, BytesView associated, BytesView clear) {
  Bytes box(clear.size() + kBoxOverhead);
  seal_box_into(box, key, associated, clear);
  return box;
}

void seal_box_into(std::span<std::uint8_t> box, const SecretKey& key, BytesView associated,
                   BytesView clear) {
  ALPR_CHECK(box.size() == clear.size() + kBoxOverhead);
  const auto nonce = box.first<kBoxNonceSize>();
  chain::random_salt(nonce);
  chain::seal({key.bytes, nonce}, associated, clear, box.subspan(kBoxNonceSize));
}

Result<Bytes> open_box(const SecretKey& key, BytesView associated, BytesView box) {
  if (box.size() < kBoxOverhead) {
    return fail(ErrorCode::kCorrupt, "a sealed box is shorter than its nonce and tag");
  }
  Bytes clear(box.size() - kBoxOverhead);
  const chain::SealKey with{key.bytes, box.first<kBoxNonceSize>()};
  if (!chain::unseal(with, associated, box.subspan(kBoxNonceSize), clear)) {
    return fail(ErrorCode::kCorrupt, "a sealed box does not open: other key, or changed bytes");
  }
  return clear;
}

}  // namespace alpr::store
