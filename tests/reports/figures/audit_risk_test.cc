// Proves that the stated risk is kept: of audits over a population that is just as bad as must not
// be accepted, no larger share than the risk accepts it (I12-K-7). Thousands of audits are planned,
// drawn and evaluated on populations with known deviations; the share is judged by its own
// interval.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "ledger/chain/hash.h"
#include "reports/figures/selection.h"
#include "reports/figures/stratify.h"

namespace alpr::figures {
namespace {

constexpr std::int64_t kAudits = 1000;  // of each kind of population

struct Shares {
  std::int64_t accepted = 0;
  Interval interval;  // of the share, in tenths of a percent, at a risk of 0.2 %
};

// In each stratum the first `deviations` items deviate: which ones they are, the lot does not know.
Shares audits(const PlanQuestion& question, const std::vector<std::int64_t>& deviations) {
  const PlanSizes plan = plan_sizes(question).value();
  std::map<std::vector<std::int64_t>, bool> judged;
  Shares shares;
  for (std::int64_t audit = 0; audit < kAudits; ++audit) {
    const Digest seed = chain::sha256(as_bytes("audit " + std::to_string(audit)));
    std::vector<std::int64_t> found;
    std::int64_t first = 0;
    for (std::size_t i = 0; i < plan.strata.size(); ++i) {
      const auto sample = draw(seed, first, question.populations[i], plan.strata[i].n);
      found.push_back(std::count_if(sample.begin(), sample.end(),
                                    [&](std::int64_t one) { return one < deviations[i]; }));
      first += question.populations[i];
    }
    auto known = judged.find(found);
    if (known == judged.end()) {
      std::vector<StratumSeen> seen;
      for (std::size_t i = 0; i < found.size(); ++i)
        seen.push_back({question.populations[i], plan.strata[i].n, found[i]});
      const auto shown = evaluate(question.risk_bp, question.tolerable_bp, question.spread, seen);
      known = judged.emplace(found, shown.value().accepted).first;
    }
    shares.accepted += known->second ? 1 : 0;
  }
  shares.interval = two_sided({20, std::nullopt, kAudits, shares.accepted}).value();
  return shares;
}

TEST(AuditRisk, I12_K_7_APopulationAsBadAsIsTolerableIsSeldomAccepted) {
  const PlanQuestion plain{500, 500, 100, Spread::kProportional, {300}, std::nullopt};
  const Shares shares = audits(plain, {15});
  EXPECT_LE(shares.interval.lower, 50) << shares.accepted;
  EXPECT_GT(shares.accepted, 0) << "a sample that always refuses is larger than it need be";
}

TEST(AuditRisk, I12_K_7_AlsoInStrataWhereverTheDeviationsAre) {
  for (const Spread spread : {Spread::kProportional, Spread::kEach}) {
    const PlanQuestion parts{1000, 1000, 200, spread, {120, 60}, std::nullopt};
    for (const auto& deviations :
         {std::vector<std::int64_t>{18, 0}, std::vector<std::int64_t>{0, 18},
          std::vector<std::int64_t>{12, 6}}) {
      const Shares shares = audits(parts, deviations);
      EXPECT_LE(shares.interval.lower, 100) << shares.accepted << " with " << deviations[0];
    }
  }
}

TEST(AuditRisk, I12_K_7_ACleanPopulationIsAccepted) {
  const PlanQuestion plain{500, 500, 100, Spread::kProportional, {300}, std::nullopt};
  EXPECT_EQ(audits(plain, {0}).accepted, kAudits);
}

// Fewer items than are needed, judged as if they were enough: the test above would see it.
TEST(AuditRisk, I12_K_7_AcceptingByTheShareWouldNotKeepTheRisk) {
  std::int64_t accepted = 0;
  for (std::int64_t audit = 0; audit < kAudits; ++audit) {
    const Digest seed = chain::sha256(as_bytes("audit " + std::to_string(audit)));
    const auto sample = draw(seed, 0, 300, 20);
    const auto found =
        std::count_if(sample.begin(), sample.end(), [](std::int64_t one) { return one < 15; });
    accepted += found * 20 < 20 ? 1 : 0;  // a share below 5 %
  }
  EXPECT_GT(two_sided({20, std::nullopt, kAudits, accepted}).value().lower, 50);
}

}  // namespace
}  // namespace alpr::figures
