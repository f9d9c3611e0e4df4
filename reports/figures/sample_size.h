// How large a sample audit must be, and what a sample has shown (I12-K-7: "large enough to provide
// a statistically significant representation").
//
// Attribute sampling as auditors use it: one planned draw, a deviation is an item that fails, the
// tables of the AICPA's guide "Audit Sampling" (2017), appendix A, come out (but for two cells that
// are misprinted there). Rates and risks are whole basis points; every decision is exact. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/chain/error.h"

namespace alpr::figures {

inline constexpr std::int64_t kPopulationMax = 1'000'000'000;

struct SizeQuestion {
  std::int64_t risk_bp = 0;       // of accepting a population that is as bad as the tolerable rate
  std::int64_t tolerable_bp = 0;  // the lowest rate that must not be accepted
  std::int64_t expected_bp = 0;   // the rate that the plan leaves room for
  std::optional<std::int64_t> population;  // nothing: so large that it does not run out
};
struct SampleSize {
  std::int64_t n = 0;
  std::int64_t k = 0;  // deviations up to which the population is accepted
  bool operator==(const SampleSize&) const = default;
};
// The smallest n with k = ceil(n x expected) and P(at most k; tolerable) <= risk. Of a finite
// population the tolerable number of deviations is ceil(N x tolerable), and where no smaller sample
// will do, all of it is looked at. kMalformed: a number out of its range, or expected >= tolerable,
// for which no sample is large enough; kTooLarge: more than kPopulationMax items would be needed.
Result<SampleSize> sample_size(const SizeQuestion& question);

// The smallest n with C(N-D, n) / C(N, n) <= risk: large enough to meet at least one of D
// violations. One find ends the draw. kMalformed.
Result<std::int64_t> discovery_size(std::int64_t risk_bp, std::int64_t population,
                                    std::int64_t violations);

struct BoundQuestion {
  std::int64_t risk_bp = 0;
  std::optional<std::int64_t> population;
  std::int64_t n = 0;  // looked at
  std::int64_t k = 0;  // deviations among them
};
// The upper limit of what the population can hold. Finite: the largest number of deviations D with
// P(at most k; D) > risk. Else the rate in tenths of a percent, rounded up (Clopper-Pearson,
// one-sided). kMalformed.
Result<std::int64_t> upper_limit(const BoundQuestion& question);

}  // namespace alpr::figures
