// An entry bundle that is accepted encodes to the same bytes.
#include <algorithm>

#include "ledger/chain/tiles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const auto entries = chain::decode_entries({data, size});
  if (entries)
    ALPR_CHECK(std::ranges::equal(chain::encode_entries(*entries), BytesView(data, size)));
  return 0;
}
