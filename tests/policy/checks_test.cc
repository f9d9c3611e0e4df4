// Proves that function and use are looked at every month: what was not shows as missed and overdue,
// and an account that nobody uses is ended or kept with a reason. By moving the clock of a log in
// memory.
#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "policy/rules/k_self_checks.h"
#include "policy/rules/l4_checks.h"
#include "policy/rules/sessions.h"
#include "policy/rules/tasks.h"
#include "tests/policy/all_checks.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;

constexpr std::int64_t kDayS = 86'400;

TimeUs time_of(std::string_view text) { return chain::parse_time(text).value(); }

class Checks : public ::testing::Test {
 protected:
  Checks() {
    coordinator = world.trained("coordinator", "SWORN");
    world.grant("coordinator", Role::kCoordinator);
    officer = world.trained("officer", "SWORN");
  }
  Decision review(std::vector<KeptAccount> keep) {
    return decide(world.state(), coordinator, ReviewAccounts{std::move(keep)}, world.moment());
  }
  std::vector<KeptAccount> keep_all() const {
    std::vector<KeptAccount> keep;
    const auto dormant = dormant_accounts(world.state(), world.moment());
    for (const DormantAccount& one : dormant.value()) keep.push_back({one.username, "on leave"});
    return keep;
  }
  void end_session(const Actor& who) {
    world.permit(
        decide(world.state(), CloseSession{who.session, SessionEnd::kIdle}, world.moment()));
  }
  MonthCheck shown(MonthlyCheck check, std::string_view month) const {
    const auto all = monthly_checks(world.state(), world.moment());
    for (const MonthCheck& one : all.value())
      if (one.check == check && month_text(one.month) == month) return one;
    ADD_FAILURE() << "no " << month;
    return {};
  }
  std::vector<Task> tasks(const Actor& who) const {
    std::vector<Task> found;
    const auto all = tasks_of(world.state(), who, world.moment());
    for (const Task& task : all.value())
      if (task.kind == TaskKind::kMakeCheck) found.push_back(task);
    return found;
  }
  World world;
  Actor coordinator, officer;
};

TEST(Months, AreThoseOfTheCalendar) {
  EXPECT_EQ(month_text(month_of(time_of("2024-02-29T23:59:59.999999Z"))), "2024-02");
  EXPECT_EQ(month_text(month_of(time_of("2024-12-31T23:59:59Z"))), "2024-12");
  EXPECT_EQ(month_end(month_of(time_of("2024-02-01T00:00:00Z"))), time_of("2024-03-01T00:00:00Z"));
  EXPECT_EQ(month_end(month_of(time_of("2024-12-05T00:00:00Z"))), time_of("2025-01-01T00:00:00Z"));
}

// The world begins in November 2023.
TEST_F(Checks, I12_L_4_AMissedCheckShowsAsOverdueUntilItIsMadeAndAsMissedForEver) {
  EXPECT_EQ(shown(MonthlyCheck::kSystem, "2023-11").state, CheckState::kDue);
  world.now = time_of("2023-12-20T12:00:00Z");
  const MonthCheck missed = shown(MonthlyCheck::kSystem, "2023-11");
  EXPECT_EQ(missed.state, CheckState::kMissed);
  EXPECT_TRUE(missed.overdue);
  const auto permitted =
      decide(world.state(), coordinator, CheckSystem{1, all_checks()}, world.moment());
  const Sequence event = world.permit(permitted);
  const MonthCheck made = shown(MonthlyCheck::kSystem, "2023-12");
  EXPECT_EQ(made.state, CheckState::kPassed);
  EXPECT_EQ(made.event, event);
  EXPECT_EQ(shown(MonthlyCheck::kSystem, "2023-11").state, CheckState::kMissed);
  EXPECT_FALSE(shown(MonthlyCheck::kSystem, "2023-11").overdue) << "made since";
  EXPECT_TRUE(shown(MonthlyCheck::kTrainings, "2023-11").overdue) << "another check";
}

TEST_F(Checks, I12_L_4_AFailedCheckIsMadeAndFailed) {
  auto bad = all_checks();
  bad[1] = {SystemCheck::kPurge, false, "1 purges are due"};
  world.permit(decide(world.state(), coordinator, CheckSystem{1, bad}, world.moment()));
  EXPECT_EQ(shown(MonthlyCheck::kSystem, "2023-11").state, CheckState::kFailed);
  world.permit(decide(world.state(), coordinator, CheckSystem{1, all_checks()}, world.moment()));
  EXPECT_EQ(shown(MonthlyCheck::kSystem, "2023-11").state, CheckState::kPassed) << "the newest";
}

TEST_F(Checks, I12_L_4_TheyAreTheCoordinatorsTasksInAMonthsLastWeek) {
  world.now = time_of("2023-11-20T00:00:00Z");
  EXPECT_TRUE(tasks(coordinator).empty());
  world.now = time_of("2023-11-25T00:00:00Z");
  EXPECT_EQ(tasks(coordinator).size(), 3U);
  EXPECT_TRUE(tasks(officer).empty());
  world.permit(review(keep_all()));
  ASSERT_EQ(tasks(coordinator).size(), 2U);
  EXPECT_EQ(tasks(coordinator)[0].name, "SYSTEM");
  EXPECT_EQ(tasks(coordinator)[0].due, time_of("2023-12-01T00:00:00Z"));
  world.now = time_of("2023-12-26T00:00:00Z");
  const auto owed = tasks(coordinator);
  ASSERT_EQ(owed.size(), 3U);
  EXPECT_EQ(owed[0].due, time_of("2023-12-01T00:00:00Z")) << "overdue since then";
  EXPECT_EQ(owed[2].due, time_of("2024-01-01T00:00:00Z"));
}

TEST_F(Checks, I12_L_4_ADormantAccountIsEndedOrKeptWithAReason) {
  // Nobody else is away.
  for (const std::string_view holder : {kIt, kChief, kAdmin, kTrainer}) world.holder(holder);
  end_session(officer);
  world.advance(90 * kDayS - 1);
  EXPECT_TRUE(keep_all().empty()) << "not yet";
  world.permit(review({}));
  world.advance(1);
  ASSERT_EQ(keep_all().size(), 1U);
  EXPECT_EQ(keep_all()[0].username, "officer");
  EXPECT_EQ(review({}).refusal->slug, "dormant-undecided");
  EXPECT_EQ(review({{"officer", " "}}).refusal->slug, "reason-missing");
  EXPECT_EQ(review({{"officer", "a"}, {"officer", "b"}}).refusal->slug, "not-dormant");
  EXPECT_EQ(review({{"officer", "a"}, {"coordinator", "b"}}).refusal->slug, "not-dormant");
  const Sequence event = world.permit(review({{"officer", "on leave until May"}}));
  const auto record = from_event<AccountsReviewed>(world.log.at(event.value));
  EXPECT_EQ(record->kept, 1);
  EXPECT_EQ(record->reasons[0].reason, "on leave until May");
  EXPECT_TRUE(decide(world.state(), officer, ReviewAccounts{}, world.moment()).refusal);
}

}  // namespace
}  // namespace alpr::policy
