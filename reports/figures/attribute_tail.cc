#include "reports/figures/attribute_tail.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <optional>

namespace alpr::figures {
namespace {

using Whole = boost::multiprecision::cpp_int;

// Terms below this part of the sum are left out: far below what a long double holds.
constexpr long double kNegligible = 1e-22L;
// Draws for which whole numbers are still summed in a moment.
constexpr std::int64_t kExactMax = 20'000;

long double log_factorial(std::int64_t n) {
  int sign = 0;  // lgammal() keeps it in a variable that all threads share
  return ::lgammal_r(static_cast<long double>(n) + 1, &sign);
}

long double log_choose(std::int64_t n, std::int64_t k) {
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

// The distribution's terms around k, by their ratios. `down(i)` is P(i-1)/P(i), `up(i)` is
// P(i+1)/P(i).
template <typename Down, typename Up>
long double at_most(std::int64_t k, std::int64_t lowest, std::int64_t highest, long double mean,
                    long double log_at_k, const Down& down, const Up& up) {
  if (k < lowest) return 0;
  if (k >= highest) return 1;
  long double term = std::exp(log_at_k);
  long double sum = 0;
  // Away from the mean, so that the terms fall and the sum ends early.
  if (static_cast<long double>(k) < mean) {
    for (std::int64_t i = k; i >= lowest && term > sum * kNegligible; --i) {
      sum += term;
      term *= down(i);
    }
    return sum;
  }
  for (std::int64_t i = k; i < highest; ++i) {
    term *= up(i);
    if (term <= sum * kNegligible) break;
    sum += term;
  }
  return 1 - sum;
}

// Above, below, or nothing where the two are too near to tell: lgamma's error grows with the
// population.
std::optional<bool> clear_cut(long double probability, std::int64_t risk_bp, std::int64_t size) {
  const long double risk = static_cast<long double>(risk_bp) / kBasisPoints;
  const long double doubt = 1e-13L + 1e-16L * static_cast<long double>(size);
  if (std::fabs(probability - risk) <= risk * doubt) return std::nullopt;
  return probability < risk;
}

// n choose k, step by step: each is the one before times `numerator` over `denominator`.
Whole choose(std::int64_t n, std::int64_t k) {
  if (k < 0 || k > n) return 0;
  k = std::min(k, n - k);
  Whole result = 1;
  for (std::int64_t i = 1; i <= k; ++i) {
    result *= n - k + i;
    result /= i;
  }
  return result;
}

// The rate is `rate` parts of `parts`.
bool binomial_exactly(std::int64_t k, std::int64_t n, std::int64_t rate, std::int64_t parts,
                      std::int64_t risk_bp) {
  const std::int64_t keeps = parts - rate;
  // Horner's rule over i: sum of C(n,i) rate^i keeps^(n-i), with keeps^(n-k) taken out.
  Whole sum = 0;
  Whole power = 1;  // rate^i
  Whole coefficient = 1;
  for (std::int64_t i = 0; i <= k; ++i) {
    sum = sum * keeps + coefficient * power;
    power *= rate;
    coefficient = coefficient * (n - i) / (i + 1);
  }
  const auto rest = static_cast<unsigned>(n - k);
  sum *= boost::multiprecision::pow(Whole(keeps), rest);
  return sum * kBasisPoints <=
         risk_bp * boost::multiprecision::pow(Whole(parts), static_cast<unsigned>(n));
}

// Without the two ends, where there is nothing to sum.
long double binomial_sum(std::int64_t k, std::int64_t n, long double p) {
  const long double odds = p / (1 - p);
  const long double log_at_k = log_choose(n, k) + static_cast<long double>(k) * std::log(p) +
                               static_cast<long double>(n - k) * std::log1p(-p);
  const auto down = [&](std::int64_t i) {
    return static_cast<long double>(i) / (static_cast<long double>(n - i + 1) * odds);
  };
  const auto up = [&](std::int64_t i) {
    return static_cast<long double>(n - i) * odds / static_cast<long double>(i + 1);
  };
  return at_most(k, 0, n, static_cast<long double>(n) * p, log_at_k, down, up);
}

bool hypergeometric_exactly(std::int64_t k, std::int64_t n, std::int64_t deviations,
                            std::int64_t population, std::int64_t risk_bp) {
  // Which items are looked at and which are deviations may change places; the fewer are chosen.
  if (deviations < n) std::swap(n, deviations);
  Whole sum = 0;
  const std::int64_t lowest = std::max<std::int64_t>(0, n - (population - deviations));
  for (std::int64_t i = lowest; i <= k; ++i)
    sum += choose(deviations, i) * choose(population - deviations, n - i);
  return sum * kBasisPoints <= risk_bp * choose(population, n);
}

}  // namespace

bool binomial_at_most(std::int64_t k, std::int64_t n, std::int64_t rate_bp, std::int64_t risk_bp) {
  if (k < 0) return true;
  if (k >= n || rate_bp == 0) return false;  // the chance is 1
  if (rate_bp == kBasisPoints) return true;  // every item is a deviation, so k < n is impossible
  const long double probability =
      binomial_sum(k, n, static_cast<long double>(rate_bp) / kBasisPoints);
  if (const auto clear = clear_cut(probability, risk_bp, n)) return *clear;
  return binomial_exactly(k, n, rate_bp, kBasisPoints, risk_bp);
}

bool binomial_at_most_ppm(std::int64_t k, std::int64_t n, std::int64_t rate_ppm,
                          std::int64_t risk_bp) {
  if (k < 0) return true;
  if (k >= n || rate_ppm == 0) return false;
  if (rate_ppm == kMillion) return true;
  const long double probability = binomial_sum(k, n, static_cast<long double>(rate_ppm) / kMillion);
  if (const auto clear = clear_cut(probability, risk_bp, n)) return *clear;
  if (n <= kExactMax) return binomial_exactly(k, n, rate_ppm, kMillion, risk_bp);
  return probability * kBasisPoints <= static_cast<long double>(risk_bp);
}

bool hypergeometric_at_most(std::int64_t k, std::int64_t n, std::int64_t deviations,
                            std::int64_t population, std::int64_t risk_bp) {
  const std::int64_t others = population - deviations;
  const std::int64_t lowest = std::max<std::int64_t>(0, n - others);
  const std::int64_t highest = std::min(n, deviations);
  if (k < lowest) return true;
  if (k >= highest) return false;
  const long double log_at_k =
      log_choose(deviations, k) + log_choose(others, n - k) - log_choose(population, n);
  const auto down = [&](std::int64_t i) {
    return static_cast<long double>(i) * static_cast<long double>(others - n + i) /
           (static_cast<long double>(deviations - i + 1) * static_cast<long double>(n - i + 1));
  };
  const auto up = [&](std::int64_t i) {
    return static_cast<long double>(deviations - i) * static_cast<long double>(n - i) /
           (static_cast<long double>(i + 1) * static_cast<long double>(others - n + i + 1));
  };
  const long double mean = static_cast<long double>(n) * static_cast<long double>(deviations) /
                           static_cast<long double>(population);
  const long double probability = at_most(k, lowest, highest, mean, log_at_k, down, up);
  if (const auto clear = clear_cut(probability, risk_bp, population)) return *clear;
  return hypergeometric_exactly(k, n, deviations, population, risk_bp);
}

}  // namespace alpr::figures
