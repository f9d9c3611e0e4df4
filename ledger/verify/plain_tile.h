// A tile's worth of headers, judged at once where nothing need be said of any of them. Pure; any
// thread.
#pragma once

#include <optional>
#include <span>

#include "ledger/chain/header.h"
#include "ledger/chain/tiles.h"

namespace alpr::verify {

// The time of the last header, where each of them decodes, is where it belongs from `first` on,
// links to the one before it in the tile, is not earlier than `time` and the one before, and is of
// a kind that level chain does not look into. `nodes` are of the same headers.
std::optional<TimeUs> plain_tile(std::span<const chain::HeaderBytes> headers,
                                 const chain::TileNodes& nodes, std::uint64_t first, TimeUs time);

}  // namespace alpr::verify
