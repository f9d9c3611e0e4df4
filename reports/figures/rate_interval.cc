#include "reports/figures/rate_interval.h"

#include "reports/figures/attribute_tail.h"

namespace alpr::figures {
namespace {

// The first rate in [0, kMillion] of which `is` says yes; it says yes from there on.
template <typename Is>
std::int64_t first_rate(const Is& is) {
  std::int64_t no = -1;
  std::int64_t yes = kMillion;
  while (yes - no > 1) {
    const std::int64_t middle = no + (yes - no) / 2;
    (is(middle) ? yes : no) = middle;
  }
  return yes;
}

}  // namespace

Result<RateInterval> rate_interval(std::int64_t k, std::int64_t n, std::int64_t risk_bp) {
  if (n < 1 || n > kCountMax || k < 0 || k > n)
    return fail(ErrorCode::kMalformed, "a rate is of k in n, with 0 <= k <= n");
  if (risk_bp <= 0 || risk_bp >= kBasisPoints || risk_bp % 2 != 0)
    return fail(ErrorCode::kMalformed, "the risk of an interval is halved: an even number of bp");
  RateInterval interval{0, kMillion};
  // The chance of k or more reaches half the risk at the lower end: just before this rate.
  if (k > 0)
    interval.low_ppm = first_rate([&](std::int64_t rate) {
                         return binomial_at_most_ppm(k - 1, n, rate, kBasisPoints - risk_bp / 2);
                       }) -
                       1;
  if (k < n)
    interval.high_ppm = first_rate(
        [&](std::int64_t rate) { return binomial_at_most_ppm(k, n, rate, risk_bp / 2); });
  return interval;
}

}  // namespace alpr::figures
