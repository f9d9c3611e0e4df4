// A sample audit whose population is in strata: how many items of each, and what they have shown
// together (I12-K-7). One stratum is the plain case.
//
// Two ways to spread a sample, and each says by its rule when the whole is accepted:
//   kProportional  n goes to the strata as their sizes are, by largest remainder, at least one to
//                  each. Accepted where the strata's upper limits, each at its share of the risk
//                  (risk / strata), add up to less than the tolerable number of deviations: true
//                  whatever the strata are like.
//   kEach          each stratum has a sample as large as if it were audited alone, and the whole is
//                  accepted where each is: were the whole as bad as is tolerable, one of them would
//                  be too.
// Rates and risks are whole basis points; every decision is exact. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ledger/chain/error.h"
#include "reports/figures/sample_size.h"

namespace alpr::figures {

inline constexpr std::size_t kStrataMax = 12;

enum class Spread { kProportional, kEach };

// n items to strata of these sizes: as their sizes are, by largest remainder (the earlier stratum
// where two are equal), at least one to each that is not empty, none more than it has.
std::vector<std::int64_t> allocate(std::int64_t n, std::span<const std::int64_t> populations);

struct PlanQuestion {
  std::int64_t risk_bp = 0;
  std::int64_t tolerable_bp = 0;
  std::int64_t expected_bp = 0;
  Spread spread{};
  std::vector<std::int64_t> populations;  // of the strata; some may be empty, not all
  std::optional<std::int64_t> n;          // of all together, where somebody wants another number
};
struct PlanSizes {
  std::vector<SampleSize> strata;  // n, and k = ceil(n x expected); nothing of an empty one
  std::int64_t needed = 0;         // the smallest n of all together that can show what is asked
  std::int64_t n = 0;              // as planned
  // False: fewer items than that, and nothing that they show will be called acceptance.
  bool significant = false;
};
// kMalformed: a number out of its range, no population, expected >= tolerable, more strata than
// the risk can be shared among.
Result<PlanSizes> plan_sizes(const PlanQuestion& question);

struct StratumSeen {
  std::int64_t population = 0;
  std::int64_t n = 0;           // looked at, with those that could not be examined
  std::int64_t deviations = 0;  // among them, with those that could not be examined
};
struct Interval {
  std::int64_t lower = 0;
  std::int64_t upper = 0;
  bool operator==(const Interval&) const = default;
};
struct Evaluation {
  std::vector<std::int64_t> strata;  // upper limits of each; those that `accepted` went by
  std::int64_t upper = 0;            // of all together, at the risk
  std::int64_t tolerable = 0;        // deviations that must not be accepted
  Interval interval;                 // two-sided, half the risk at each end
  bool accepted = false;             // by the numbers alone
};
// kMalformed.
Result<Evaluation> evaluate(std::int64_t risk_bp, std::int64_t tolerable_bp, Spread spread,
                            std::span<const StratumSeen> strata);

// Two-sided, half the risk at each end: how many deviations there are in the whole; where there is
// no population, the rate in tenths of a percent, rounded outwards. kMalformed.
Result<Interval> two_sided(const BoundQuestion& question);

}  // namespace alpr::figures
