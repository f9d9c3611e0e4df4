// What a rate that was counted says of the rate behind it: the interval of Clopper and Pearson,
// exact and on both sides (I12-B-1, C2A-8). Whole millionths, rounded outwards, so that it is the
// same on every machine. Pure; any thread.
#pragma once

#include <cstdint>

#include "ledger/chain/error.h"

namespace alpr::figures {

struct RateInterval {
  std::int64_t low_ppm = 0;
  std::int64_t high_ppm = 0;
  bool operator==(const RateInterval&) const = default;
};

inline constexpr std::int64_t kIntervalRiskBp = 500;              // 95 % of such intervals hold
inline constexpr std::int64_t kCountMax = std::int64_t{1} << 40;  // of n

// Of k in n, 0 <= k <= n and 1 <= n <= kCountMax; half the risk on each side, 0 < risk_bp < 10000
// and even. kMalformed.
Result<RateInterval> rate_interval(std::int64_t k, std::int64_t n,
                                   std::int64_t risk_bp = kIntervalRiskBp);

}  // namespace alpr::figures
