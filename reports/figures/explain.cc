#include "reports/figures/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "reports/figures/attribute_tail.h"

namespace alpr::figures {
namespace {

std::string deviations(std::int64_t count) {
  return count == 0 ? "no deviation" : fmt::format("{} deviation{}", count, count == 1 ? "" : "s");
}

std::string of_strata(const PlanQuestion& question, const PlanSizes& sizes) {
  std::string parts;
  for (std::size_t i = 0; i < sizes.strata.size(); ++i)
    parts +=
        fmt::format("{}{} of {}", i == 0 ? "" : ", ", sizes.strata[i].n, question.populations[i]);
  if (question.spread == Spread::kEach)
    return fmt::format(
        " The population is in {} parts, and each has a sample large enough to be judged by "
        "itself ({}); the whole is accepted only where every part is.",
        sizes.strata.size(), parts);
  return fmt::format(
      " The population is in {} parts; the sample is spread over them as they are large ({}), and "
      "the parts share the risk, which makes it larger than one of the whole.",
      sizes.strata.size(), parts);
}

}  // namespace

std::string percent_text(std::int64_t basis_points) {
  constexpr std::int64_t kOne = 100;
  const std::int64_t rest = basis_points % kOne;
  if (rest == 0) return fmt::format("{} %", basis_points / kOne);
  if (rest % 10 == 0) return fmt::format("{}.{} %", basis_points / kOne, rest / 10);
  return fmt::format("{}.{:02} %", basis_points / kOne, rest);
}

std::string explain(const PlanQuestion& question, const PlanSizes& sizes) {
  const std::int64_t all =
      std::accumulate(question.populations.begin(), question.populations.end(), std::int64_t{0});
  const std::int64_t tolerable =
      std::max<std::int64_t>(1, (all * question.tolerable_bp + kBasisPoints - 1) / kBasisPoints);
  std::int64_t allowed = 0;
  for (const SampleSize& one : sizes.strata) allowed += one.k;
  std::string text;
  if (sizes.n == all) {
    text = fmt::format(
        "All {} items are looked at, because there are too few for a sample to say enough about "
        "the rest.",
        all);
  } else {
    text = fmt::format(
        "Of {} items {} are looked at, chosen by a lot that nobody can foresee. The question is "
        "whether {} or more of all the items ({}) break a rule. ",
        all, sizes.n, tolerable, percent_text(question.tolerable_bp));
    text += fmt::format(
        "If that many did, a sample of the needed size ({}) would seldom look as good as this plan "
        "asks: at most {} of 100 such audits would be passed by mistake.",
        sizes.needed,
        percent_text(question.risk_bp).substr(0, percent_text(question.risk_bp).size() - 2));
    text += fmt::format(" The plan leaves room for {}", deviations(allowed));
    text += question.expected_bp == 0
                ? std::string(": a single one ends the hope of passing.")
                : fmt::format(", since {} of the items are expected to have one.",
                              percent_text(question.expected_bp));
  }
  if (sizes.strata.size() > 1) text += of_strata(question, sizes);
  if (!sizes.significant)
    text += fmt::format(
        " Fewer items are planned than the {} that are needed, so whatever they show is not "
        "statistically significant and will not be called compliant.",
        sizes.needed);
  return text;
}

std::string conclusion_text(const policy::AuditPlanned& plan,
                            const policy::AuditConcluded& concluded) {
  std::int64_t all = 0;
  for (const policy::AuditStratum& stratum : plan.strata) all += stratum.population;
  const std::string limit = fmt::format(
      "{} of the {} sampled items deviate, so no more than {} of all {} do, at a risk "
      "of {} of being wrong",
      concluded.deviations, plan.n, concluded.upper, all, percent_text(plan.risk_bp));
  if (!plan.significant)
    return fmt::format("Not statistically significant ({} items instead of {}): {}.", plan.n,
                       plan.needed, limit);
  if (concluded.stopped)
    return fmt::format(
        "Not accepted: the audit stopped at a find, where none is tolerated; all {} items are to "
        "be reviewed.",
        all);
  return fmt::format("{}: {}; {} would not be tolerable.",
                     concluded.accepted ? "Accepted" : "Not accepted", limit, concluded.tolerable);
}

}  // namespace alpr::figures
