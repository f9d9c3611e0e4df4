// One image stored by a test's job, or staged for one.
#pragma once

#include <optional>

#include "ledger/chain/hash.h"
#include "ledger/store/sequencer.h"
#include "ledger/store/store.h"

namespace alpr::store::toy {

inline Result<std::optional<StagedImages>> stage_image(Store& store, BytesView image) {
  const Image one{image, chain::sha256(image)};
  return store.stage_images({&one, 1});
}

inline Result<EvidencePlace> store_image(Transaction& transaction, BytesView image,
                                         const std::optional<StagedImages>& staged = {}) {
  const Image one{image, chain::sha256(image)};
  const auto places = transaction.store_images({&one, 1}, staged ? &*staged : nullptr);
  if (!places) return tl::unexpected(places.error());
  return places->front();
}

}  // namespace alpr::store::toy
