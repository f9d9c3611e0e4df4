// The one question that planning and judging a sample ask: is the chance of at most k deviations
// in a sample of n at most the risk? (I12-K-7)
//
// Decided exactly. The probability is summed in long double first; where it lies so near the risk
// that rounding could matter, it is summed again in whole numbers of any length. Rates and risks
// are whole basis points (1/10000). Pure; any thread.
#pragma once

#include <cstdint>

namespace alpr::figures {

inline constexpr std::int64_t kBasisPoints = 10'000;

// P(X <= k) <= risk, X the deviations in n draws, each a deviation with the rate: a population so
// large that it does not run out. n >= 0, 0 <= rate_bp <= 10000, 0 < risk_bp < 10000.
bool binomial_at_most(std::int64_t k, std::int64_t n, std::int64_t rate_bp, std::int64_t risk_bp);

inline constexpr std::int64_t kMillion = 1'000'000;

// The same of a rate in millionths, for rates of millions of reads. Where n is large and the
// probability so near the risk that rounding could matter, long double decides: either answer is
// right to a ten-millionth of the risk.
bool binomial_at_most_ppm(std::int64_t k, std::int64_t n, std::int64_t rate_ppm,
                          std::int64_t risk_bp);

// P(X <= k) <= risk, X the deviations in n different items of a population of which so many are
// deviations. 0 <= n <= population, 0 <= deviations <= population.
bool hypergeometric_at_most(std::int64_t k, std::int64_t n, std::int64_t deviations,
                            std::int64_t population, std::int64_t risk_bp);

}  // namespace alpr::figures
