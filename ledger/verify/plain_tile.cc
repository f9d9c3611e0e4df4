#include "ledger/verify/plain_tile.h"

#include "ledger/chain/kinds.h"

namespace alpr::verify {

std::optional<TimeUs> plain_tile(std::span<const chain::HeaderBytes> headers,
                                 const chain::TileNodes& nodes, std::uint64_t first, TimeUs time) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto header = chain::decode_header(headers[i]);
    if (!header || header->seq.value != first + i || header->time < time ||
        header->kind <= chain::kind::kHoldReleased ||
        (i > 0 && header->previous != nodes.node(0, i - 1))) {
      return std::nullopt;
    }
    time = header->time;
  }
  return time;
}

}  // namespace alpr::verify
