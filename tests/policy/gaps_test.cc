// Proves that a gap in compliance has a rule, an owner and a date, is the owner's task when its
// date is near, and stays on the record once it is closed. By changing one thing at a time in a log
// in memory.
#include "policy/registers/gaps.h"

#include <gtest/gtest.h>

#include <functional>

#include "policy/rules/k2_gaps.h"
#include "policy/rules/tasks.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;

constexpr std::int64_t kDayUs = 86'400 * kSecondUs;

class Gaps : public ::testing::Test {
 protected:
  Gaps() {
    coordinator = world.trained("coordinator", "SWORN");
    world.grant("coordinator", Role::kCoordinator);
    officer = world.trained("officer", "SWORN");
  }
  RecordGap gap() const {
    return {"I12-F-1", "IT_UNIT", TimeUs{world.now.value + 20 * kDayUs},
            "the readers' uploads are not watched", "a monitor for uploads is bought"};
  }
  Decision record(const RecordGap& command) {
    return decide(world.state(), coordinator, command, world.moment());
  }
  Decision close(Sequence of, const std::optional<std::string>& how = "the monitor runs") {
    return decide(world.state(), coordinator, CloseGap{of, how}, world.moment());
  }
  std::vector<Task> tasks(const Actor& who) const {
    std::vector<Task> found;
    const auto all = tasks_of(world.state(), who, world.moment());
    for (const Task& task : all.value())
      if (task.kind == TaskKind::kCloseGap) found.push_back(task);
    return found;
  }
  World world;
  Actor coordinator, officer;
};

TEST_F(Gaps, I12_K_2_HaveARuleAnOwnerAndADate) {
  const std::vector<std::pair<std::function<void(RecordGap&)>, const char*>> changes{
      {[](RecordGap& c) { c.rule.reset(); }, "rule-missing"},
      {[](RecordGap& c) { c.rule = "F-1"; }, "rule-missing"},
      {[](RecordGap& c) { c.rule = "I12-"; }, "rule-missing"},
      {[](RecordGap& c) { c.rule = "I12-F-1 of Mr. Doe"; }, "rule-missing"},
      {[](RecordGap& c) { c.owner.reset(); }, "owner-missing"},
      {[](RecordGap& c) { c.owner = "Mr. Doe"; }, "owner-missing"},
      {[](RecordGap& c) { c.due.reset(); }, "date-missing"},
      {[this](RecordGap& c) { c.due = world.now; }, "date-missing"},
      {[](RecordGap& c) { c.missing = " "; }, "required-fact-missing"},
      {[](RecordGap& c) { c.upgrade.reset(); }, "required-fact-missing"}};
  for (const auto& [change, slug] : changes) {
    RecordGap command = gap();
    change(command);
    EXPECT_EQ(world.refused(record(command), "I12-K-2"), slug);
  }
  world.refused(decide(world.state(), officer, gap(), world.moment()), "I12-K-2");
  const Sequence recorded = world.permit(record(gap()));
  EXPECT_EQ(find_gap(world.rows, recorded).value()->recorded.rule, "I12-F-1");
}

TEST_F(Gaps, I12_K_2_StayOnTheRecordOnceTheyAreClosed) {
  const Sequence recorded = world.permit(record(gap()));
  EXPECT_EQ(close({1}).error->code, ErrorCode::kNotFound);
  EXPECT_EQ(world.refused(close(recorded, ""), "I12-K-2"), "required-fact-missing");
  const Sequence closed = world.permit(close(recorded));
  EXPECT_EQ(close(recorded).error->code, ErrorCode::kConflict);
  const auto all = list_gaps(world.rows, {0}, 10);
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ((*all)[0].closed, closed);
  EXPECT_EQ((*all)[0].how, "the monitor runs");
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(Gaps, I12_K_2_AreATaskOfTheirOwnerAndOfTheCoordinatorWhenLate) {
  const Sequence recorded = world.permit(record(gap()));
  EXPECT_TRUE(tasks(world.holder(kIt)).empty()) << "there is time";
  world.advance(10 * 86'400);
  const Actor owner = world.log_in(kIt);
  ASSERT_EQ(tasks(owner).size(), 1U);
  EXPECT_EQ(tasks(owner).front().event, recorded);
  coordinator = world.log_in("coordinator");
  EXPECT_TRUE(tasks(coordinator).empty());
  world.advance(11 * 86'400);
  coordinator = world.log_in("coordinator");
  EXPECT_EQ(tasks(coordinator).size(), 1U);
  world.permit(close(recorded));
  EXPECT_TRUE(tasks(coordinator).empty());
}

}  // namespace
}  // namespace alpr::policy
