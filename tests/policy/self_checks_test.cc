// Proves that the audit of the system's function sees a gate that stands open, and that a training
// counts for what came after its record (I12-K-4, K-6). On a log in memory, once with a register's
// row that no event wrote.
#include <gtest/gtest.h>

#include "ledger/chain/canonical_json.h"
#include "policy/registers/rows.h"
#include "policy/registers/tables.h"
#include "policy/rules/k_self_checks.h"
#include "policy/rules/k_training_reviews.h"
#include "tests/policy/all_checks.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;

TEST(SelfCheck, I12_K_4_AGateThatStandsOpenIsSeen) {
  World world;
  world.trained("officer", "SWORN");
  world.enrol("newbie", "PST");
  world.log_in("newbie");
  EXPECT_TRUE(check_gates(world.state(), world.moment())->passed);
  // As if a session that nobody opened were good.
  UserRow user = world.user("newbie");
  user.sessions.push_back({static_cast<std::uint64_t>(chain::kIntegerMax)});
  ASSERT_TRUE(write_row(world.rows, table::kUsers, text_key("newbie"), user));
  const auto seen = check_gates(world.state(), world.moment());
  EXPECT_FALSE(seen->passed);
  EXPECT_EQ(seen->what.find("newbie"), std::string::npos) << "it names nobody";
}

TEST(SelfCheck, I12_K_4_OneFailedCheckFailsTheAudit) {
  World world;
  const auto decided = [&](bool second) {
    CheckSystem command{5, all_checks()};
    command.checks[1] = {SystemCheck::kPurge, second, "0 purges are due"};
    const Sequence event =
        world.permit(decide(world.state(), world.holder(kIt), command, world.moment()));
    return from_event<SystemChecked>(world.log[event.value])->passed;
  };
  EXPECT_TRUE(decided(true));
  EXPECT_FALSE(decided(false));
  const Actor officer = world.trained("officer", "SWORN");
  EXPECT_EQ(world.refused(decide(world.state(), officer, CheckSystem{}, world.moment()), "I12-K-4"),
            "role-missing");
}

TEST(SelfCheck, I12_K_4_NoCheckIsLeftOutAndTheLatestUnderItsVersionAlone) {
  World world;
  World older({}, 1);  // under a version from before the check of decisions
  const auto fails = [](World& in, const std::vector<SystemCheckResult>& checks) {
    const Actor it = in.holder(kIt);
    const Decision decision = decide(in.state(), it, CheckSystem{5, checks}, in.moment());
    return decision.error ? decision.error->detail : std::string();
  };
  auto five = all_checks();
  five.pop_back();
  auto four = five;
  four.erase(four.begin());
  auto twice = all_checks();
  twice.push_back(twice.back());
  EXPECT_EQ(fails(world, five), "checks: DECISIONS is not there exactly once");
  EXPECT_EQ(fails(older, five), "");
  EXPECT_EQ(fails(older, all_checks()), "") << "a newer server under an older version";
  EXPECT_EQ(fails(older, four), "checks: CHAIN is not there exactly once");
  EXPECT_EQ(fails(older, twice), "checks: DECISIONS is not there exactly once");
  EXPECT_EQ(fails(world, all_checks()), "");
}

TEST(TrainingReview, I12_K_6_ATrainingCountsForWhatCameAfterItsRecord) {
  World world;
  world.enrol("newbie", "SWORN");
  const Sequence before{world.log.size()};
  world.train("newbie");
  const Sequence after{world.log.size()};
  const auto trained = [&](Sequence event, const std::string& who) {
    return trained_then(world.rows, {event, world.now, 1, who}).value();
  };
  EXPECT_FALSE(trained(before, "newbie"));
  EXPECT_TRUE(trained(after, "newbie"));
  EXPECT_FALSE(trained(after, "nobody"));
  EXPECT_FALSE(trained_then(world.rows, {after, world.now, 99, "newbie"})) << "no such policy";
}

}  // namespace
}  // namespace alpr::policy
