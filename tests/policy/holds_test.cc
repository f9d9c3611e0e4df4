// Proves that events outlive their 30 days only for the order's three reasons, asked for by one
// person and placed by another. By changing one thing at a time in a log in memory.
#include "policy/registers/holds.h"

#include <gtest/gtest.h>

#include "policy/rules/g_holds.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class Holds : public ::testing::Test {
 protected:
  Holds() : officer(world.trained("officer", "SWORN")), admin(trained_admin(world)) {
    world.enrol_device(kReader);
    read = Sequence{send(world, 1, {"7ABC123"}).value + 1};
  }

  RequestHold request() const {
    return {{read},       "ACTIVE_CRIMINAL", "26-000100",
            std::nullopt, "at the scene",    TimeUs{world.now.value + 60 * 86'400 * kSecondUs}};
  }
  Decision ask(const Actor& actor, const RequestHold& hold) {
    return decide(world.state(), actor, hold, world.moment());
  }
  std::vector<EventFacts> facts() const {
    return {{read, chain::Retention::kThirtyDay, world.log[read.value].header.time, true}};
  }
  Decision place(const Actor& actor, Sequence asked) {
    return decide(world.state(), actor, DecideHold{asked, Verdict::kApprove, "good grounds"},
                  facts(), world.moment());
  }

  World world;
  Actor officer;
  Actor admin;
  Sequence read;
};

TEST_F(Holds, I12_G_2_OnlyTheThreeReasons) {
  RequestHold hold = request();
  hold.reason = "AUDIT";
  EXPECT_EQ(world.refused(ask(officer, hold), "I12-G-2"), "hold-reason-not-allowed");
  hold.reason = "OTHER_AGENCY_LEGAL_OBLIGATION";
  EXPECT_EQ(world.refused(ask(officer, hold), "I12-G-2"), "instrument-missing");
  hold.instrument = LegalInstrument{"court order", "22-1", "Superior Court"};
  world.permit(ask(officer, hold));
}

TEST_F(Holds, I12_G_2_CaseJustificationAndReviewAreNeeded) {
  RequestHold hold = request();
  hold.case_number = " ";
  world.refused(ask(officer, hold), "I12-G-2");
  hold = request();
  hold.justification = "";
  world.refused(ask(officer, hold), "I12-G-2");
  hold = request();
  hold.review_by = TimeUs{world.now.value + 90 * 86'400 * kSecondUs + 1};
  EXPECT_EQ(world.refused(ask(officer, hold), "I12-G-2"), "review-date");
  hold.review_by = world.now;
  world.refused(ask(officer, hold), "I12-G-2");
}

TEST_F(Holds, EventsNamedTwiceOrNotAtAllAreMalformed) {
  RequestHold hold = request();
  hold.events = {};
  EXPECT_EQ(ask(officer, hold).error->code, ErrorCode::kMalformed);
  hold.events = {read, read};
  EXPECT_EQ(ask(officer, hold).error->code, ErrorCode::kMalformed);
}

TEST_F(Holds, I12_G_2_RequesterAndApproverDiffer) {
  const Sequence own = world.permit(ask(admin, request()));
  EXPECT_EQ(world.refused(place(admin, own), "I12-G-2"), "self-approval");
  const Sequence asked = world.permit(ask(officer, request()));
  EXPECT_EQ(world.refused(place(officer, asked), "I12-G-2"), "role-missing");
  const Sequence hold = world.permit(place(admin, asked));
  EXPECT_EQ(world.log[hold.value].header.kind, chain::kind::kHoldPlaced);
  EXPECT_EQ(place(admin, asked).error->code, ErrorCode::kConflict);
}

TEST_F(Holds, I12_G_1_PastDueCanNoLongerBeHeld) {
  const Sequence asked = world.permit(ask(officer, request()));
  world.advance(30 * 86'400);
  const Actor again = world.log_in(kAdmin);
  EXPECT_EQ(world.refused(place(again, asked), "I12-G-1"), "past-due");
}

TEST_F(Holds, I12_G_3_AReleasedHoldEndsOnce) {
  const Sequence hold = world.permit(place(admin, world.permit(ask(officer, request()))));
  world.refused(decide(world.state(), officer, ReleaseHold{hold, "done"}, world.moment()),
                "I12-G-3");
  world.permit(decide(world.state(), admin, ReleaseHold{hold, "case closed"}, world.moment()));
  EXPECT_EQ(decide(world.state(), admin, ReleaseHold{hold, "again"}, world.moment()).error->code,
            ErrorCode::kConflict);
  const auto row = find_hold(world.rows, hold);
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_TRUE((*row)->released);
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(Holds, RecordsAreExactlyTheRegistrysMembers) {
  for (const chain::Kind& described : {kind_of<HoldPlaced>(), kind_of<HoldReleased>()}) {
    const chain::Kind* registered = kinds().find(described.number);
    ASSERT_NE(registered, nullptr);
    EXPECT_EQ(described.members, registered->members);
    EXPECT_EQ(described.open, registered->open);
    EXPECT_EQ(described.name, registered->name);
    EXPECT_EQ(described.retention, registered->retention);
  }
}

}  // namespace
}  // namespace alpr::policy
