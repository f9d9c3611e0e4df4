// Proves that complaints, breaches, violations and cost are recorded whole, followed up once, and
// that nobody decides on a violation of their own. By changing one thing at a time in a log in
// memory.
#include <gtest/gtest.h>

#include <functional>

#include "policy/rules/l_oversight.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class Oversight : public ::testing::Test {
 protected:
  Oversight() {
    coordinator = world.trained("coordinator", "SWORN");
    world.grant("coordinator", Role::kCoordinator);
    officer = world.trained("officer", "SWORN");
    admin = world.holder(kAdmin);
    chief = world.holder(kChief);
  }
  template <typename Command>
  Decision by(const Actor& who, const Command& command) {
    return decide(world.state(), who, command, world.moment());
  }
  template <typename Command>
  void expect_refused(const Actor& who, const Command& good,
                      std::vector<std::pair<std::function<void(Command&)>, const char*>> changes) {
    for (const auto& [change, slug] : changes) {
      Command command = good;
      change(command);
      const Decision decision = by(who, command);
      ASSERT_TRUE(decision.refusal.has_value()) << slug;
      EXPECT_EQ(decision.refusal->slug, slug);
    }
    EXPECT_TRUE(by(officer, good).refusal) << "not everybody's";
  }
  RecordComplaint complaint() const { return {"PROFILING", world.now, "stopped twice in a week"}; }
  RecordBreach breach() const { return {"LOST_DEVICE", world.now, "a laptop was stolen"}; }
  RecordViolation violation() const {
    return {"I12-C3-3", Sequence{1}, "officer", "looked a neighbour up"};
  }
  World world;
  Actor coordinator, officer, admin, chief;
};

TEST_F(Oversight, I12_L_5_AComplaintIsRecordedWholeAndAnsweredOnce) {
  expect_refused<RecordComplaint>(
      coordinator, complaint(),
      {{[](RecordComplaint& c) { c.subject = "NOISE"; }, "subject-not-listed"},
       {[this](RecordComplaint& c) { c.received = TimeUs{world.now.value + 1}; }, "time-missing"},
       {[](RecordComplaint& c) { c.received.reset(); }, "time-missing"},
       {[](RecordComplaint& c) { c.what = "\u3000"; }, "required-fact-missing"}});
  const Sequence of = world.permit(by(coordinator, complaint()));
  const AnswerComplaint answer{of, "SUSTAINED", "the officer was retrained"};
  expect_refused<AnswerComplaint>(
      coordinator, answer,
      {{[](AnswerComplaint& c) { c.finding = "MAYBE"; }, "finding-not-listed"},
       {[](AnswerComplaint& c) { c.answer.reset(); }, "required-fact-missing"}});
  EXPECT_EQ(by(coordinator, AnswerComplaint{Sequence{1}, "SUSTAINED", "x"}).error->code,
            ErrorCode::kNotFound);
  world.permit(by(coordinator, answer));
  EXPECT_EQ(find_complaint(world.rows, of)->value().finding, OversightFinding::kSustained);
  EXPECT_EQ(by(coordinator, answer).error->code, ErrorCode::kConflict);
}

TEST_F(Oversight, I12_J_3_ABreachIsClosedAfterEveryStepOfTheProcedure) {
  const Sequence of = world.permit(by(coordinator, breach()));
  const auto step = [&](std::string name) {
    return RecordBreachStep{of, std::move(name), "done and noted"};
  };
  EXPECT_EQ(by(coordinator, step("CLOSED")).refusal->slug, "steps-missing");
  EXPECT_EQ(by(coordinator, step("FORGOTTEN")).refusal->slug, "step-not-listed");
  for (const char* name : {"CONTAINED", "ASSESSED", "CITY_ATTORNEY_TOLD", "COMMISSION_TOLD"})
    world.permit(by(coordinator, step(name)));
  EXPECT_EQ(by(coordinator, step("CLOSED")).refusal->slug, "steps-missing");
  EXPECT_EQ(by(coordinator, step("ASSESSED")).error->code, ErrorCode::kConflict);
  world.permit(by(coordinator, step("AFFECTED_TOLD")));
  world.permit(by(coordinator, step("CLOSED")));
  EXPECT_EQ(find_breach(world.rows, of)->value().steps.size(), 6U);
}

TEST_F(Oversight, I12_C3_3_AViolationIsDecidedByAnotherPerson) {
  expect_refused<RecordViolation>(
      coordinator, violation(),
      {{[](RecordViolation& c) { c.rule = "C3-3"; }, "rule-missing"},
       {[](RecordViolation& c) { c.username = "nobody"; }, "member-missing"},
       {[this](RecordViolation& c) { c.event = world.moment().next; }, "event-not-there"},
       {[](RecordViolation& c) { c.what.reset(); }, "required-fact-missing"}});
  const Sequence of = world.permit(by(chief, violation()));
  const DecideViolation decision{of, "SUSTAINED", "RETRAINING", "the log shows it"};
  EXPECT_EQ(by(chief, decision).refusal->slug, "own-violation") << "who recorded it";
  RecordViolation of_admin = violation();
  of_admin.username = std::string(kAdmin);
  const Sequence own = world.permit(by(coordinator, of_admin));
  EXPECT_EQ(by(admin, DecideViolation{own, "UNFOUNDED", "NONE", "x"}).refusal->slug,
            "own-violation")
      << "whose it is";
  expect_refused<DecideViolation>(
      admin, decision,
      {{[](DecideViolation& c) { c.sanction = "FINE"; }, "sanction-not-listed"},
       {[](DecideViolation& c) { c.finding = "UNFOUNDED"; }, "sanction-without-finding"},
       {[](DecideViolation& c) { c.reason = ""; }, "required-fact-missing"}});
  world.permit(by(admin, decision));
  EXPECT_EQ(find_violation(world.rows, of)->value().sanction, Sanction::kRetraining);
  EXPECT_EQ(by(admin, decision).error->code, ErrorCode::kConflict);
}

TEST_F(Oversight, I12_L_5_ALaterCostTakesTheEarlierOnesPlace) {
  const RecordCost cost{2023, "STORAGE", 1'200'000, "general fund"};
  expect_refused<RecordCost>(coordinator, cost,
                             {{[](RecordCost& c) { c.category = "FUN"; }, "category-not-listed"},
                              {[](RecordCost& c) { c.funding = " "; }, "required-fact-missing"}});
  EXPECT_EQ(by(coordinator, RecordCost{2023, "STORAGE", -1, "x"}).error->code,
            ErrorCode::kMalformed);
  world.permit(by(coordinator, cost));
  world.permit(by(coordinator, RecordCost{2023, "STORAGE", 1'300'000, "general fund"}));
  world.permit(by(coordinator, RecordCost{2023, "PERSONNEL", 5, "grant"}));
  const auto rows = list_costs(world.rows, 10);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->at(0).category, CostCategory::kPersonnel);
  EXPECT_EQ(rows->at(1).cents, 1'300'000);
}

}  // namespace
}  // namespace alpr::policy
