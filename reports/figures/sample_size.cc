#include "reports/figures/sample_size.h"

#include <algorithm>
#include <string>

#include "reports/figures/attribute_tail.h"

namespace alpr::figures {
namespace {

tl::unexpected<Error> bad(const std::string& what) { return fail(ErrorCode::kMalformed, what); }

Result<void> check_range(const char* name, std::int64_t value, std::int64_t least,
                         std::int64_t most) {
  if (value >= least && value <= most) return {};
  return bad(std::string(name) + " must be a whole number from " + std::to_string(least) + " to " +
             std::to_string(most));
}

std::int64_t part_rounded_up(std::int64_t whole, std::int64_t part_bp) {
  return (whole * part_bp + kBasisPoints - 1) / kBasisPoints;
}

Result<void> check(const SizeQuestion& q) {
  if (auto ok = check_range("risk_bp", q.risk_bp, 1, kBasisPoints - 1); !ok) return ok;
  if (auto ok = check_range("tolerable_bp", q.tolerable_bp, 1, kBasisPoints - 1); !ok) return ok;
  if (auto ok = check_range("expected_bp", q.expected_bp, 0, kBasisPoints); !ok) return ok;
  if (q.population) {
    if (auto ok = check_range("population", *q.population, 1, kPopulationMax); !ok) return ok;
  }
  if (q.expected_bp >= q.tolerable_bp) {
    return bad(
        "expected_bp must be below tolerable_bp: no sample can show that a rate is below the "
        "one that is expected");
  }
  return {};
}

// Searches n by k: for each k there is a range of n with k = ceil(n x expected), and within it the
// chance of at most k falls as n grows. So the first k whose largest n will do has the answer.
class Search {
 public:
  explicit Search(const SizeQuestion& q) : q_(q) {
    if (q.population)
      deviations_ = std::max<std::int64_t>(1, part_rounded_up(*q.population, q.tolerable_bp));
    most_ = q.population ? *q.population - 1 : kPopulationMax;
  }

  // Nothing when no n up to the most will do.
  std::optional<SampleSize> run() const {
    const std::int64_t last_k = q_.expected_bp == 0 ? 0 : part_rounded_up(most_, q_.expected_bp);
    std::int64_t k = 0;
    while (k <= last_k && k <= kOneByOne && !enough_at(k)) ++k;
    if (k > last_k) return std::nullopt;
    if (k > kOneByOne) {
      const std::optional<std::int64_t> found = leap(k, last_k);
      if (!found) return std::nullopt;
      k = *found;
    }
    return SampleSize{smallest(k), k};
  }

 private:
  // Beyond so many k the chance at the largest n falls with k but for the rounding of n, which
  // shows within a few k: leaps, then a look back.
  static constexpr std::int64_t kOneByOne = 4000;
  static constexpr std::int64_t kLookBack = 200;

  std::int64_t largest(std::int64_t k) const {
    if (q_.expected_bp == 0) return most_;
    return std::min(most_, k * kBasisPoints / q_.expected_bp);
  }
  bool enough(std::int64_t k, std::int64_t n) const {
    return q_.population ? hypergeometric_at_most(k, n, deviations_, *q_.population, q_.risk_bp)
                         : binomial_at_most(k, n, q_.tolerable_bp, q_.risk_bp);
  }
  // For k = 0 with an expected rate above 0 there is no n but 0.
  bool enough_at(std::int64_t k) const {
    const std::int64_t n = largest(k);
    return n > 0 && enough(k, n);
  }
  std::int64_t smallest(std::int64_t k) const {
    std::int64_t low = q_.expected_bp == 0 || k == 0 ? 0 : largest(k - 1);  // not enough
    std::int64_t high = largest(k);                                         // enough
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (enough(k, middle) ? high : low) = middle;
    }
    return high;
  }
  std::optional<std::int64_t> leap(std::int64_t from, std::int64_t last_k) const {
    std::int64_t low = from - 1;
    std::int64_t high = from;
    while (!enough_at(high)) {
      if (high == last_k) return std::nullopt;
      low = high;
      high = std::min(last_k, high * 2);
    }
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (enough_at(middle) ? high : low) = middle;
    }
    std::int64_t first = high;
    for (std::int64_t k = std::max(from, high - kLookBack); k < first; ++k)
      if (enough_at(k)) first = k;
    return first;
  }

  const SizeQuestion& q_;
  std::int64_t deviations_ = 0;
  std::int64_t most_ = 0;
};

}  // namespace

Result<SampleSize> sample_size(const SizeQuestion& question) {
  if (auto checked = check(question); !checked) return tl::unexpected(checked.error());
  if (const std::optional<SampleSize> found = Search(question).run()) return *found;
  if (question.population) {  // a census
    return SampleSize{*question.population,
                      part_rounded_up(*question.population, question.expected_bp)};
  }
  return fail(ErrorCode::kTooLarge, "expected_bp is so near tolerable_bp that more than " +
                                        std::to_string(kPopulationMax) + " items would be needed");
}

Result<std::int64_t> discovery_size(std::int64_t risk_bp, std::int64_t population,
                                    std::int64_t violations) {
  if (auto ok = check_range("risk_bp", risk_bp, 1, kBasisPoints - 1); !ok)
    return tl::unexpected(ok.error());
  if (auto ok = check_range("population", population, 1, kPopulationMax); !ok)
    return tl::unexpected(ok.error());
  if (auto ok = check_range("violations", violations, 1, population); !ok)
    return tl::unexpected(ok.error());
  std::int64_t low = 0;            // not enough
  std::int64_t high = population;  // meets them all
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (hypergeometric_at_most(0, middle, violations, population, risk_bp) ? high : low) = middle;
  }
  return high;
}

Result<std::int64_t> upper_limit(const BoundQuestion& q) {
  if (auto ok = check_range("risk_bp", q.risk_bp, 1, kBasisPoints - 1); !ok)
    return tl::unexpected(ok.error());
  if (q.population) {
    if (auto ok = check_range("population", *q.population, 1, kPopulationMax); !ok)
      return tl::unexpected(ok.error());
  }
  if (auto ok = check_range("n", q.n, 1, q.population.value_or(kPopulationMax)); !ok)
    return tl::unexpected(ok.error());
  if (auto ok = check_range("k", q.k, 0, q.n); !ok) return tl::unexpected(ok.error());
  if (!q.population) {
    constexpr std::int64_t kTenths = 1000;  // of a percent, in the whole
    std::int64_t low = 0;                   // possible
    std::int64_t high = kTenths;            // not possible, or the end of the scale
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      const bool excluded =
          binomial_at_most(q.k, q.n, middle * (kBasisPoints / kTenths), q.risk_bp);
      (excluded ? high : low) = middle;
    }
    return high;
  }
  std::int64_t low = q.k;                               // possible: they were seen
  std::int64_t high = *q.population - (q.n - q.k) + 1;  // not possible: the others were sound
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (hypergeometric_at_most(q.k, q.n, middle, *q.population, q.risk_bp) ? high : low) = middle;
  }
  return low;
}

}  // namespace alpr::figures
