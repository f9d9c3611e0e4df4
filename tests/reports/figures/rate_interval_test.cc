// Proves that a rate's interval is the exact one of Clopper and Pearson, also of half a thousand
// million. By published values, and by the tail that sample audits are judged with.
#include "reports/figures/rate_interval.h"

#include <gtest/gtest.h>

#include "reports/figures/attribute_tail.h"

namespace alpr::figures {
namespace {

TEST(RateInterval, I12_C2A_8_IsAsPublished) {
  // Exact 95 % limits as statistical tables give them: 0 of 10: 0 to 0.3085; 1 of 10: 0.0025 to
  // 0.4450; 5 of 10: 0.1871 to 0.8129; 10 of 10: 0.6915 to 1.
  const auto near = [](std::int64_t k, std::int64_t n, double low, double high) {
    const auto interval = rate_interval(k, n);
    ASSERT_TRUE(interval.has_value());
    EXPECT_NEAR(static_cast<double>(interval->low_ppm) / 1e6, low, 0.00006);
    EXPECT_NEAR(static_cast<double>(interval->high_ppm) / 1e6, high, 0.00006);
  };
  near(0, 10, 0, 0.3085);
  near(1, 10, 0.0025, 0.4450);
  near(5, 10, 0.1871, 0.8129);
  near(10, 10, 0.6915, 1);
  near(3, 100, 0.0062, 0.0852);
}

TEST(RateInterval, AgreesWithTheTailOfSampleAudits) {
  for (const auto& [k, n] : {std::pair<std::int64_t, std::int64_t>{1, 5},
                             {7, 59},
                             {40, 1'000},
                             {999, 1'000},
                             {160, 100'000},
                             {5'000, 12'000}}) {
    const auto interval = rate_interval(k, n);
    ASSERT_TRUE(interval.has_value());
    const std::int64_t low_bp = interval->low_ppm / 100;  // rounded down
    EXPECT_FALSE(binomial_at_most(k - 1, n, low_bp, 9'750)) << k;
    EXPECT_TRUE(binomial_at_most(k - 1, n, low_bp + 1, 9'750)) << k;
    const std::int64_t high_bp = (interval->high_ppm + 99) / 100;  // rounded up
    EXPECT_TRUE(binomial_at_most(k, n, high_bp, 250)) << k;
    EXPECT_FALSE(binomial_at_most(k, n, high_bp - 1, 250)) << k;
  }
}

TEST(RateInterval, I12_B_1_OfHalfAThousandMillionReads) {
  const auto interval = rate_interval(800'000, 500'000'000);
  ASSERT_TRUE(interval.has_value());
  // 0.16 %, and 1.96 standard deviations are 3.5 millionths.
  EXPECT_EQ(*interval, (RateInterval{1'596, 1'604}));
  EXPECT_EQ(*rate_interval(0, 500'000'000), (RateInterval{0, 1}));
}

TEST(RateInterval, CountsThatAreNoneAreNotTaken) {
  for (const auto& [k, n] :
       {std::pair<std::int64_t, std::int64_t>{0, 0}, {-1, 5}, {6, 5}, {1, kCountMax + 1}}) {
    EXPECT_FALSE(rate_interval(k, n).has_value()) << k << " of " << n;
  }
  EXPECT_FALSE(rate_interval(1, 5, 501).has_value());
  EXPECT_FALSE(rate_interval(1, 5, 0).has_value());
}

}  // namespace
}  // namespace alpr::figures
