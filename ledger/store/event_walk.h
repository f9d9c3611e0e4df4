// The log's headers in long runs, for whoever walks all of it: row after row, not one by one. Each
// call is one snapshot. Any thread.
#pragma once

#include <vector>

#include "ledger/store/store.h"

namespace alpr::store {

inline constexpr std::uint64_t kWalkMax = 65'536;  // headers a call (kTooLarge)

// Headers [first, first + count), fewer at the log's end. kCorrupt: one is missing.
Result<std::vector<chain::HeaderBytes>> walk_headers(const Store& store, Sequence first,
                                                     std::uint64_t count);

// The headers of those events of [first, end) whose payload is there, in order, the first `count`
// of them; of a purged event it is not. Costs nothing for what is gone.
Result<std::vector<chain::HeaderBytes>> walk_kept(const Store& store, Sequence first, Sequence end,
                                                  std::uint64_t count);

}  // namespace alpr::store
