#include "ledger/store/staged_blob.h"

#include <array>
#include <utility>

#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"
#include "ledger/store/store_core.h"

namespace alpr::store {
namespace {

// A blob's id is a number in JSON (list.purged), so it ends below 2^53. 0 is left out.
std::uint64_t random_blob_id() {
  std::array<std::uint8_t, 8> bytes{};
  chain::random_bytes(bytes);
  return (chain::get_be64(bytes.data()) >> 11) | 1;
}

}  // namespace

Result<StagedBlob> StagedBlob::make(StoreCore& core, BytesView blob) {
  if (core.low_disk())
    return fail(ErrorCode::kNoSpace, "the disk is nearly full: new lists are refused");
  StagedBlob staged(core, random_blob_id());
  const auto key = core.vault->make_blob_key(*staged.id_);
  if (!key) return tl::unexpected(key.error());
  if (const auto done = core.evidence->write_blob(*staged.id_, *key, blob); !done)
    return tl::unexpected(done.error());
  return staged;
}

StagedBlob::StagedBlob(StagedBlob&& other) noexcept
    : core_(other.core_), id_(std::exchange(other.id_, std::nullopt)) {}

StagedBlob::~StagedBlob() {
  if (!id_) return;
  // What fails here is left to the next start's recovery.
  static_cast<void>(core_->vault->destroy(std::nullopt, *id_, {}));
  static_cast<void>(core_->evidence->erase_blob(*id_));
}

std::optional<std::uint64_t> StagedBlob::take() { return std::exchange(id_, std::nullopt); }

}  // namespace alpr::store
