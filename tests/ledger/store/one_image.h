// One image stored by a test's job.
#pragma once

#include "ledger/chain/hash.h"
#include "ledger/store/sequencer.h"

namespace alpr::store::toy {

inline Result<EvidencePlace> store_image(Transaction& transaction, BytesView image) {
  const Image one{image, chain::sha256(image)};
  const auto places = transaction.store_images({&one, 1}, nullptr);
  if (!places) return tl::unexpected(places.error());
  return places->front();
}

}  // namespace alpr::store::toy
