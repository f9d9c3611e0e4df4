// Proves that the monthly checks stand where the Coordinator and the Commission see them, and that
// a review of accounts forces a decision on each that nobody uses. Over HTTPS on a department's
// server, whose clock is moved on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
constexpr const char* kCoordinator = "ccoord";

class Checks : public ::testing::Test {
 protected:
  Checks() {
    d.officer(kCoordinator);
    d.give_role(kCoordinator, "COORDINATOR");
    d.enrol("pac", "Paula Auditor", "AUDITOR");
    d.give_role("pac", "PAC_AUDITOR");
  }
  Department d;
};

TEST_F(Checks, I12_L_4_AMissedCheckShowsOverdueToTheCommission) {
  EXPECT_THAT(d.as("pac").get("/v1/checks").body, Not(HasSubstr("MISSED")));
  d.advance(32 * kDayUs);
  const std::string missed = d.as("pac").get("/v1/checks").body;
  EXPECT_THAT(missed, HasSubstr("\"check\":\"ACCOUNTS\",\"state\":\"MISSED\""));
  EXPECT_THAT(missed, HasSubstr("\"overdue\":true"));
  EXPECT_THAT(d.as(kCoordinator).get("/v1/me/tasks").body, HasSubstr("/v1/account-reviews"));
  EXPECT_EQ(d.as(kCoordinator).send("POST", "/v1/self-checks", {}, "").status, 201);
  const Reply reviewed =
      d.as(kCoordinator).post("/v1/account-reviews", object({{"keep", chain::Json::Array{}}}));
  EXPECT_EQ(reviewed.status, 201) << reviewed.body;
  EXPECT_EQ(d.kind(reviewed.number("seq")), "accounts.reviewed");
  EXPECT_THAT(d.as("pac").get("/v1/checks").body,
              HasSubstr("\"check\":\"ACCOUNTS\",\"state\":\"PASSED\""));
  EXPECT_THAT(d.as(kCoordinator).get("/v1/me/tasks").body, Not(HasSubstr("/v1/account-reviews")));
  d.officer("oreyes");
  EXPECT_EQ(d.as("oreyes").get("/v1/checks").status, 403);
}

TEST_F(Checks, I12_L_4_AccountsThatNobodyUsesAreDecidedOn) {
  d.enrol("away", "Wanda Away");
  d.advance(90 * kDayUs);
  d.tick();                                                                 // everybody is idle
  for (const char* holder : {kIt, kChief, kAdmin, kTrainer}) d.as(holder);  // nobody else is away
  const Reply list = d.as(kCoordinator).get("/v1/account-reviews");
  EXPECT_THAT(list.body, HasSubstr("\"username\":\"away\""));
  EXPECT_THAT(list.body, Not(HasSubstr(kCoordinator)));
  chain::Json::Array keep;
  for (const chain::Json& one : *list.json.member("dormant")->array()) {
    const std::string name = *one.member("username")->string();
    if (name != "away") keep.push_back(object({{"username", name}, {"reason", "still here"}}));
  }
  const Reply refused = d.as(kCoordinator).post("/v1/account-reviews", object({{"keep", keep}}));
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.has_rule("I12-L-4"));
  EXPECT_THAT(refused.body, HasSubstr("1 accounts"));
  ASSERT_EQ(d.as(kIt).post("/v1/users/away/deactivation", object({{"reason", "left"}})).status,
            201);
  const std::uint64_t before = d.size();
  EXPECT_EQ(d.as(kCoordinator).post("/v1/account-reviews", object({{"keep", keep}})).status, 201);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("accounts.reviewed"));
}

}  // namespace
}  // namespace alpr::api::testing
