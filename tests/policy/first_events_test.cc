// Proves that a log begins with the order in force and four different first holders, and with
// nothing else. By making plans, good and bad, and by looking at what a started log holds.
#include "policy/rules/first_events.h"

#include <gtest/gtest.h>

#include "ledger/chain/hash.h"
#include "policy/rules/access.h"
#include "policy/rules/parameters.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

InitPlan good_plan() {
  return {
      "Test Police Department",
      {{Role::kItUnit, "it", "Ida", UserClass::kOtherDesignated, digest_named("it")},
       {Role::kChiefDesignee, "chief", "Cleo", UserClass::kSworn, digest_named("chief")},
       {Role::kAdministrator, "admin", "Bo", UserClass::kOtherDesignated, digest_named("admin")},
       {Role::kTrainingSection, "trainer", "Tracy", UserClass::kSworn, digest_named("trainer")}}};
}

const Moment kStart{TimeUs{1'700'000'000 * kSecondUs}, Sequence{1}, nullptr};

ErrorCode refusal_of(const InitPlan& plan) {
  const auto drafts = first_events(plan, kStart);
  EXPECT_FALSE(drafts.has_value());
  return drafts ? ErrorCode::kIo : drafts.error().code;
}

TEST(FirstEvents, AreThePolicyAndFourHoldersWithTheirRoles_I12_HDR_1) {
  const auto drafts = first_events(good_plan(), kStart);
  ASSERT_TRUE(drafts.has_value());
  std::vector<std::uint16_t> kinds;
  for (const chain::Draft& draft : *drafts) kinds.push_back(draft.kind);
  EXPECT_EQ(kinds, (std::vector<std::uint16_t>{32, 33, 41, 33, 41, 33, 41, 33, 41}));
}

TEST(FirstEvents, RecordTheParametersAndTheirDigest_I12_HDR_1) {
  const World world;
  const auto adopted = from_event<PolicyAdopted>(world.log.front());
  ASSERT_TRUE(adopted.has_value());
  EXPECT_EQ(adopted->version, kFirstPolicyVersion);
  EXPECT_EQ(chain::format_time(adopted->effective), "2022-10-18T00:00:00.000000Z");
  EXPECT_EQ(adopted->parameters.retention_seconds, 30 * 86'400);
  EXPECT_EQ(adopted->parameters_sha256,
            chain::sha256(as_bytes(to_json_text(built_in_parameters()))));
  const auto row = policy_in_force(world.rows, world.now);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->parameters_sha256, adopted->parameters_sha256);
  EXPECT_EQ(row->department, kDepartment);
}

TEST(FirstEvents, KeepNoCodeButItsDigest) {
  const auto drafts = first_events(good_plan(), kStart);
  ASSERT_TRUE(drafts.has_value());
  for (const chain::Draft& draft : *drafts) {
    const std::string json = chain::to_json(draft.members);
    for (const char* name : {"it", "chief", "admin", "trainer"}) {
      EXPECT_EQ(json.find(code_named(name)), std::string::npos);
    }
  }
}

TEST(FirstEvents, NeedFourDifferentPersons_I12_K_1) {
  InitPlan one_username = good_plan();
  one_username.holders[1].username = "it";
  EXPECT_EQ(refusal_of(one_username), ErrorCode::kRefused);
  InitPlan one_name = good_plan();
  one_name.holders[1].name = " IDA ";
  EXPECT_EQ(refusal_of(one_name), ErrorCode::kRefused);
}

TEST(FirstEvents, NeedEachOfTheFourRolesOnce_I12_L_2) {
  InitPlan missing = good_plan();
  missing.holders.pop_back();
  EXPECT_EQ(refusal_of(missing), ErrorCode::kRefused);
  InitPlan twice = good_plan();
  twice.holders[3].role = Role::kAdministrator;
  EXPECT_EQ(refusal_of(twice), ErrorCode::kRefused);
  InitPlan more = good_plan();
  more.holders.push_back({Role::kCoordinator, "coord", "Co", UserClass::kSworn, digest_named("c")});
  EXPECT_EQ(refusal_of(more), ErrorCode::kRefused);
}

TEST(FirstEvents, RefuseAuditorsAndBadNames) {
  InitPlan auditor = good_plan();
  auditor.holders[0].user_class = UserClass::kAuditor;
  EXPECT_EQ(refusal_of(auditor), ErrorCode::kRefused);
  InitPlan username = good_plan();
  username.holders[0].username = "It Unit";
  EXPECT_EQ(refusal_of(username), ErrorCode::kMalformed);
  InitPlan name = good_plan();
  name.holders[0].name = "\u00a0";
  EXPECT_EQ(refusal_of(name), ErrorCode::kMalformed);
  InitPlan department = good_plan();
  department.department = " ";
  EXPECT_EQ(refusal_of(department), ErrorCode::kMalformed);
}

TEST(FirstEvents, GiveEveryHolderTheirRoleAndNothingMore) {
  const World world;
  EXPECT_TRUE(holds_role(world.state(), kIt, Role::kItUnit, world.moment()));
  EXPECT_FALSE(holds_role(world.state(), kIt, Role::kAdministrator, world.moment()));
  EXPECT_TRUE(holds_role(world.state(), kTrainer, Role::kTrainingSection, world.moment()));
  for (const auto username : {kIt, kChief, kAdmin, kTrainer}) {
    EXPECT_EQ(world.user(username).grants.size(), 1U);
    EXPECT_TRUE(world.user(username).trainings.empty());
  }
}

}  // namespace
}  // namespace alpr::policy
