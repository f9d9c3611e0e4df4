#include "reports/figures/stratify.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "reports/figures/attribute_tail.h"

namespace alpr::figures {
namespace {

tl::unexpected<Error> bad(const std::string& what) { return fail(ErrorCode::kMalformed, what); }

std::int64_t sum(std::span<const std::int64_t> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0});
}

std::int64_t part_rounded_up(std::int64_t whole, std::int64_t part_bp) {
  return (whole * part_bp + kBasisPoints - 1) / kBasisPoints;
}

std::int64_t tolerable_number(std::int64_t population, std::int64_t tolerable_bp) {
  return std::max<std::int64_t>(1, part_rounded_up(population, tolerable_bp));
}

std::int64_t filled(std::span<const std::int64_t> populations) {
  return std::ranges::count_if(populations, [](std::int64_t one) { return one > 0; });
}

// What nobody looked at may all be deviations.
Result<std::int64_t> upper_of(std::int64_t risk_bp, const StratumSeen& seen) {
  if (seen.n == 0) return seen.population;
  return upper_limit({risk_bp, seen.population, seen.n, seen.deviations});
}

Result<std::int64_t> upper_together(std::int64_t risk_bp, std::span<const StratumSeen> strata) {
  std::int64_t together = 0;
  for (const StratumSeen& seen : strata) {
    const auto upper = upper_of(risk_bp, seen);
    if (!upper) return tl::unexpected(upper.error());
    together += *upper;
  }
  return together;
}

std::vector<StratumSeen> as_expected(const PlanQuestion& q, std::span<const std::int64_t> sizes) {
  std::vector<StratumSeen> strata;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    strata.push_back({q.populations[i], sizes[i], part_rounded_up(sizes[i], q.expected_bp)});
  return strata;
}

// Whether a sample of n, as deviant as it is expected to be, is accepted.
Result<bool> enough(const PlanQuestion& q, std::int64_t share_bp, std::int64_t n) {
  const auto upper = upper_together(share_bp, as_expected(q, allocate(n, q.populations)));
  if (!upper) return tl::unexpected(upper.error());
  return *upper < tolerable_number(sum(q.populations), q.tolerable_bp);
}

// Between a number that is not enough and one that is, or all.
Result<std::int64_t> needed_together(const PlanQuestion& q) {
  const std::int64_t all = sum(q.populations);
  const auto alone = sample_size({q.risk_bp, q.tolerable_bp, q.expected_bp, all});
  if (!alone || filled(q.populations) == 1)
    return alone ? Result<std::int64_t>(alone->n) : tl::unexpected(alone.error());
  const std::int64_t share_bp = q.risk_bp / filled(q.populations);
  std::int64_t low = alone->n - 1;
  std::int64_t high = alone->n;
  for (;;) {
    const auto will_do = enough(q, share_bp, high);
    if (!will_do) return tl::unexpected(will_do.error());
    if (*will_do || high == all) break;
    low = high;
    high = std::min(all, high * 2);
  }
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    const auto will_do = enough(q, share_bp, middle);
    if (!will_do) return tl::unexpected(will_do.error());
    (*will_do ? high : low) = middle;
  }
  return high;
}

Result<std::vector<std::int64_t>> needed_of_each(const PlanQuestion& q) {
  std::vector<std::int64_t> sizes;
  for (const std::int64_t population : q.populations) {
    if (population == 0) {
      sizes.push_back(0);
      continue;
    }
    const auto size = sample_size({q.risk_bp, q.tolerable_bp, q.expected_bp, population});
    if (!size) return tl::unexpected(size.error());
    sizes.push_back(size->n);
  }
  return sizes;
}

Result<void> check(const PlanQuestion& q) {
  if (q.populations.empty() || q.populations.size() > kStrataMax)
    return bad("there must be 1 to " + std::to_string(kStrataMax) + " strata");
  if (std::ranges::any_of(q.populations,
                          [](std::int64_t one) { return one < 0 || one > kPopulationMax; }))
    return bad("a stratum is out of range");
  const std::int64_t all = sum(q.populations);
  if (all == 0) return bad("there is nothing in the population");
  if (q.n && (*q.n < filled(q.populations) || *q.n > all))
    return bad("n must be at least one for each stratum that is not empty, and at most " +
               std::to_string(all));
  if (q.risk_bp < 2 * filled(q.populations)) return bad("risk_bp is too small for so many strata");
  return {};
}

}  // namespace

std::vector<std::int64_t> allocate(std::int64_t n, std::span<const std::int64_t> populations) {
  const std::int64_t all = sum(populations);
  const std::int64_t wanted = std::min(n, all);
  std::vector<std::int64_t> sizes(populations.size(), 0);
  std::vector<std::size_t> by_remainder(populations.size());
  std::iota(by_remainder.begin(), by_remainder.end(), std::size_t{0});
  if (all == 0) return sizes;
  for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] = wanted * populations[i] / all;
  std::ranges::stable_sort(by_remainder, std::greater<>(),
                           [&](std::size_t i) { return wanted * populations[i] % all; });
  std::int64_t left = wanted - sum(sizes);
  for (const std::size_t i : by_remainder) {
    if (left == 0) break;
    ++sizes[i];
    --left;
  }
  // One for each that got none, from whoever has the most.
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] > 0 || populations[i] == 0) continue;
    const auto most = std::ranges::max_element(sizes);
    if (*most <= 1) break;
    --*most;
    sizes[i] = 1;
  }
  return sizes;
}

Result<PlanSizes> plan_sizes(const PlanQuestion& q) {
  if (auto checked = check(q); !checked) return tl::unexpected(checked.error());
  PlanSizes plan;
  std::vector<std::int64_t> sizes;
  if (q.spread == Spread::kEach) {
    auto each = needed_of_each(q);
    if (!each) return tl::unexpected(each.error());
    sizes = std::move(*each);
    plan.needed = sum(sizes);
  } else {
    const auto together = needed_together(q);
    if (!together) return tl::unexpected(together.error());
    plan.needed = *together;
    sizes = allocate(plan.needed, q.populations);
  }
  if (q.n && *q.n != plan.needed) {
    const std::vector<std::int64_t> asked = allocate(*q.n, q.populations);
    plan.significant = q.spread == Spread::kProportional
                           ? *q.n >= plan.needed
                           : std::ranges::equal(asked, sizes, std::greater_equal<>());
    sizes = asked;
  } else {
    plan.significant = true;
  }
  plan.n = sum(sizes);
  for (const std::int64_t n : sizes) plan.strata.push_back({n, part_rounded_up(n, q.expected_bp)});
  return plan;
}

Result<Evaluation> evaluate(std::int64_t risk_bp, std::int64_t tolerable_bp, Spread spread,
                            std::span<const StratumSeen> strata) {
  std::vector<std::int64_t> populations;
  for (const StratumSeen& seen : strata) populations.push_back(seen.population);
  const std::int64_t shares = filled(populations);
  if (shares == 0) return bad("there is nothing in the population");
  if (risk_bp < 2 * shares) return bad("risk_bp is too small for so many strata");
  const std::int64_t own_bp = spread == Spread::kEach ? risk_bp : risk_bp / shares;
  Evaluation shown;
  shown.tolerable = tolerable_number(sum(populations), tolerable_bp);
  bool each = true;
  for (const StratumSeen& seen : strata) {
    const auto upper = seen.population == 0 ? Result<std::int64_t>(0) : upper_of(own_bp, seen);
    if (!upper) return tl::unexpected(upper.error());
    shown.strata.push_back(*upper);
    each =
        each && (seen.population == 0 || *upper < tolerable_number(seen.population, tolerable_bp));
    if (seen.population == 0) continue;
    const auto ends = seen.n == 0
                          ? Result<Interval>(Interval{0, seen.population})
                          : two_sided({risk_bp / shares, seen.population, seen.n, seen.deviations});
    if (!ends) return tl::unexpected(ends.error());
    shown.interval.lower += ends->lower;
    shown.interval.upper += ends->upper;
  }
  const auto together = upper_together(risk_bp / shares, strata);
  if (!together) return tl::unexpected(together.error());
  shown.upper = *together;
  shown.accepted = spread == Spread::kEach ? each : shown.upper < shown.tolerable;
  return shown;
}

Result<Interval> two_sided(const BoundQuestion& question) {
  BoundQuestion end = question;
  end.risk_bp = question.risk_bp / 2;
  const auto upper = upper_limit(end);
  if (!upper) return tl::unexpected(upper.error());
  // As few deviations as there are at most sound items.
  end.k = question.n - question.k;
  const auto sound = upper_limit(end);
  if (!sound) return tl::unexpected(sound.error());
  constexpr std::int64_t kTenths = 1000;
  return Interval{question.population.value_or(kTenths) - *sound, *upper};
}

}  // namespace alpr::figures
