// Proves how a sample is spread over strata, what the strata have shown together, and what a plan
// says of itself (I12-K-7). Compares with values worked out by hand and with the plain case.
#include "reports/figures/stratify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "reports/figures/explain.h"

namespace alpr::figures {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Sizes = std::vector<std::int64_t>;

TEST(Stratify, I12_K_7_TheLargestRemaindersGetWhatIsLeft) {
  EXPECT_THAT(allocate(10, Sizes{500, 300, 200}), ElementsAre(5, 3, 2));
  EXPECT_THAT(allocate(10, Sizes{334, 333, 333}), ElementsAre(4, 3, 3));
  EXPECT_THAT(allocate(7, Sizes{10, 10}), ElementsAre(4, 3)) << "equal: the earlier one";
  EXPECT_THAT(allocate(91, Sizes{1490, 9, 1}), ElementsAre(89, 1, 1)) << "at least one to each";
  EXPECT_THAT(allocate(91, Sizes{1500, 0}), ElementsAre(91, 0)) << "nothing to an empty one";
  EXPECT_THAT(allocate(900, Sizes{5, 7}), ElementsAre(5, 7)) << "no more than there are";
  for (std::int64_t n = 3; n <= 60; ++n) {
    const Sizes populations{41, 17, 2};
    const Sizes spread = allocate(n, populations);
    EXPECT_EQ(std::accumulate(spread.begin(), spread.end(), std::int64_t{0}), n);
    for (std::size_t i = 0; i < spread.size(); ++i) {
      EXPECT_GE(spread[i], 1) << n;
      EXPECT_LE(spread[i], populations[i]) << n;
    }
  }
}

PlanQuestion question(Spread spread, Sizes populations) {
  return {500, 500, 100, spread, std::move(populations), std::nullopt};
}

TEST(Stratify, I12_K_7_OneStratumIsThePlainPlan) {
  for (const Spread spread : {Spread::kProportional, Spread::kEach}) {
    for (const std::int64_t population : {10, 500, 1500, 12'000}) {
      const auto plan = plan_sizes(question(spread, {population}));
      ASSERT_TRUE(plan) << plan.error().detail;
      const auto plain = sample_size({500, 500, 100, population}).value();
      EXPECT_THAT(plan->strata, ElementsAre(plain));
      EXPECT_EQ(plan->needed, plain.n);
      EXPECT_TRUE(plan->significant);
    }
  }
}

TEST(Stratify, I12_K_7_APlanThatShowsWhatIsExpectedIsAccepted) {
  for (const Spread spread : {Spread::kProportional, Spread::kEach}) {
    const PlanQuestion asked = question(spread, {1200, 700, 0, 100});
    const auto plan = plan_sizes(asked);
    ASSERT_TRUE(plan) << plan.error().detail;
    std::vector<StratumSeen> seen;
    for (std::size_t i = 0; i < plan->strata.size(); ++i)
      seen.push_back({asked.populations[i], plan->strata[i].n, plan->strata[i].k});
    const auto shown = evaluate(500, 500, spread, seen);
    ASSERT_TRUE(shown) << shown.error().detail;
    EXPECT_TRUE(shown->accepted);
    EXPECT_EQ(shown->strata.size(), 4U);
    EXPECT_EQ(shown->strata[2], 0) << "an empty stratum has nothing";
    // One more than is allowed in the smallest, and the whole is not accepted.
    seen[3].deviations += 5;
    EXPECT_FALSE(evaluate(500, 500, spread, seen)->accepted);
  }
}

TEST(Stratify, I12_K_7_TogetherIsTheSumAtASharedRisk) {
  const std::vector<StratumSeen> seen{{1000, 100, 2}, {500, 80, 0}};
  const auto shown = evaluate(500, 500, Spread::kProportional, seen).value();
  const auto first = upper_limit({250, 1000, 100, 2}).value();
  const auto second = upper_limit({250, 500, 80, 0}).value();
  EXPECT_THAT(shown.strata, ElementsAre(first, second));
  EXPECT_EQ(shown.upper, first + second);
  EXPECT_EQ(shown.tolerable, 75);
  EXPECT_EQ(shown.accepted, first + second < 75);
  // What nobody looked at may all be deviations.
  const std::vector<StratumSeen> unseen{{1000, 100, 0}, {40, 0, 0}};
  const auto half = evaluate(500, 500, Spread::kProportional, unseen).value();
  EXPECT_EQ(half.strata[1], 40);
}

TEST(Stratify, I12_K_7_AcceptanceIsByTheLimitAndNeverByTheShare) {
  // 4 of 100 is 4 %, below the 5 % that are tolerable; the limit is far above.
  const auto shown = evaluate(500, 500, Spread::kEach, std::vector<StratumSeen>{{5000, 100, 4}});
  EXPECT_FALSE(shown->accepted);
  EXPECT_GT(shown->upper, 250);
  // A census knows.
  const auto census = evaluate(500, 500, Spread::kEach, std::vector<StratumSeen>{{40, 40, 1}});
  EXPECT_EQ(census->upper, 1);
  EXPECT_EQ(census->interval, (Interval{1, 1}));
  EXPECT_TRUE(census->accepted);
}

TEST(Stratify, I12_K_7_TwoSidedIsHalfTheRiskAtEachEnd) {
  // Clopper-Pearson for 10 of 100 at 95 %: 4.9 % to 17.7 %, rounded outwards.
  EXPECT_EQ(two_sided({500, std::nullopt, 100, 10}).value(), (Interval{49, 177}));
  EXPECT_EQ(two_sided({500, std::nullopt, 20, 0}).value().lower, 0);
  EXPECT_EQ(two_sided({500, std::nullopt, 20, 20}).value().upper, 1000);
  const Interval finite = two_sided({500, 1000, 100, 10}).value();
  EXPECT_EQ(finite.upper, upper_limit({250, 1000, 100, 10}).value());
  EXPECT_LT(finite.lower, 100);
  EXPECT_GE(finite.lower, 10) << "those that were seen are there";
}

TEST(Stratify, I12_K_7_FewerThanNeededIsNotSignificant) {
  PlanQuestion asked = question(Spread::kProportional, {1500});
  asked.n = 10;
  const auto few = plan_sizes(asked).value();
  EXPECT_FALSE(few.significant);
  EXPECT_EQ(few.n, 10);
  EXPECT_EQ(few.needed, 91);
  asked.n = 200;
  EXPECT_TRUE(plan_sizes(asked)->significant);
  asked = question(Spread::kEach, {1500, 1500});
  asked.n = 150;
  EXPECT_FALSE(plan_sizes(asked)->significant);
}

TEST(Stratify, I12_K_7_ImpossiblePlansAreRefused) {
  PlanQuestion asked = question(Spread::kEach, {1500});
  asked.expected_bp = 500;
  EXPECT_THAT(plan_sizes(asked).error().detail, HasSubstr("expected_bp"));
  EXPECT_FALSE(plan_sizes(question(Spread::kEach, {})));
  EXPECT_FALSE(plan_sizes(question(Spread::kEach, {0, 0})));
  EXPECT_FALSE(plan_sizes(question(Spread::kEach, {-1, 5})));
  EXPECT_FALSE(plan_sizes(question(Spread::kEach, Sizes(kStrataMax + 1, 10))));
  asked = question(Spread::kProportional, {100, 100, 100});
  asked.risk_bp = 5;
  EXPECT_FALSE(plan_sizes(asked)) << "too small to be shared";
  asked = question(Spread::kProportional, {100});
  asked.n = 101;
  EXPECT_FALSE(plan_sizes(asked));
}

TEST(Stratify, I12_K_7_TheExplanationHasTheNumbers) {
  const PlanQuestion plain = question(Spread::kProportional, {1500});
  const std::string text = explain(plain, plan_sizes(plain).value());
  EXPECT_THAT(text, HasSubstr("Of 1500 items 91 are looked at"));
  EXPECT_THAT(text, HasSubstr("75 or more"));
  EXPECT_THAT(text, HasSubstr("at most 5 of 100"));
  EXPECT_THAT(text, HasSubstr("1 deviation,"));
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_THAT(text, Not(HasSubstr("significant")));
  PlanQuestion few = plain;
  few.n = 10;
  EXPECT_THAT(explain(few, plan_sizes(few).value()), HasSubstr("not statistically significant"));
  const PlanQuestion small = question(Spread::kProportional, {12});
  EXPECT_THAT(explain(small, plan_sizes(small).value()), HasSubstr("All 12 items"));
  const PlanQuestion parts = question(Spread::kEach, {1500, 300});
  EXPECT_THAT(explain(parts, plan_sizes(parts).value()), HasSubstr("91 of 1500, "));
  EXPECT_EQ(percent_text(25), "0.25 %");
  EXPECT_EQ(percent_text(350), "3.5 %");
  EXPECT_EQ(percent_text(500), "5 %");
}

}  // namespace
}  // namespace alpr::figures
