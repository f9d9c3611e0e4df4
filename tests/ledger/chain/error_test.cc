// Proves that every error code has a stable snake_case name of its own and that ALPR_CHECK aborts
// with its place. By listing the names once more, and by dying in a child process.
#include "ledger/chain/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <vector>

namespace alpr {
namespace {

TEST(Error, EveryCodeHasItsOwnStableName) {
  const std::vector<std::string_view> names = {
      "malformed",       "bad_signature", "not_found", "gone",     "conflict", "refused",
      "unauthenticated", "too_large",     "busy",      "no_space", "io",       "wrong_version",
      "locked",          "rollback",      "clock",     "corrupt"};
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(to_string(static_cast<ErrorCode>(i)), names[i]);
    seen.insert(names[i]);
  }
  EXPECT_EQ(seen.size(), names.size());
}

TEST(ErrorDeathTest, CheckNamesItsConditionAndAborts) {
  const int two = 2;
  EXPECT_DEATH(ALPR_CHECK(two == 3), "error_test.cc:[0-9]+: check failed: two == 3");
  ALPR_CHECK(two == 2);
}

}  // namespace
}  // namespace alpr
