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

namespace {

Result<void> open_into(std::span<std::uint8_t> clear, const SecretKey& key, BytesView associated,
                       BytesView box) {
  const chain::SealKey with{key.bytes, box.first<kBoxNonceSize>()};
  if (chain::unseal(with, associated, box.subspan(kBoxNonceSize), clear)) return {};
  return fail(ErrorCode::kCorrupt, "a sealed box does not open: other key, or changed bytes");
}

tl::unexpected<Error> too_short() {
  return fail(ErrorCode::kCorrupt, "a sealed box is shorter than its nonce and tag");
}

}  // namespace

Result<Bytes> open_box(const SecretKey& key, BytesView associated, BytesView box) {
  if (box.size() < kBoxOverhead) return too_short();
  Bytes clear(box.size() - kBoxOverhead);
  if (const auto opened = open_into(clear, key, associated, box); !opened)
    return tl::unexpected(opened.error());
  return clear;
}

Result<void> open_box_in_place(const SecretKey& key, BytesView associated, Bytes& box) {
  if (box.size() < kBoxOverhead) return too_short();
  const std::size_t size = box.size() - kBoxOverhead;
  const auto clear = std::span(box).subspan(kBoxNonceSize, size);
  if (const auto opened = open_into(clear, key, associated, box); !opened) return opened;
  box.erase(box.begin(), box.begin() + kBoxNonceSize);
  box.resize(size);
  return {};
}

}  // namespace alpr::store
