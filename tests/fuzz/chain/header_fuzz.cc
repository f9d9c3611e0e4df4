// What decode_header accepts encodes to the same 96 bytes.
#include <algorithm>

#include "ledger/chain/header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const auto header = chain::decode_header({data, size});
  if (header) ALPR_CHECK(std::ranges::equal(chain::encode(*header), BytesView(data, size)));
  return 0;
}
