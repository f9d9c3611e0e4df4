// Proves that requests of the public have a register of their own, that what is kept back of
// non-investigatory records stands out, and that sharing never answers them. By changing one thing
// at a time in a log in memory.
#include "policy/registers/records_requests.h"

#include <gtest/gtest.h>

#include <functional>

#include "policy/rules/h_records_requests.h"
#include "tests/policy/sharing_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class RecordsRequests : public ::testing::Test, protected SharingWorld {
 protected:
  EnterRecordsRequest request(const std::string& of_class = "NON_INVESTIGATORY") const {
    return {"Pat Public", "2023-11-10", "Gov. Code 7920.000", of_class, "the device register"};
  }
  Decision enter(const EnterRecordsRequest& command) {
    return decide(world.state(), coordinator, command, world.moment());
  }
  Decision answer(Sequence of, const std::string& outcome) {
    return decide(world.state(), coordinator,
                  DecideRecordsRequest{of, outcome, "Gov. Code 7923.600", "as counsel advised"},
                  world.moment());
  }
  Decision close(Sequence of) {
    return decide(world.state(), coordinator, CloseRecordsRequest{of, "by mail"}, world.moment());
  }
  RecordsRequestRow row(Sequence of) const { return **find_records_request(world.rows, of); }
};

TEST_F(RecordsRequests, I12_H_1_NeedWhoAskedWhenAndUnderWhat) {
  const std::vector<std::function<void(EnterRecordsRequest&)>> changes{
      [](EnterRecordsRequest& c) { c.requester.reset(); },
      [](EnterRecordsRequest& c) { c.requester = " "; },
      [](EnterRecordsRequest& c) { c.received_on = "yesterday"; },
      [](EnterRecordsRequest& c) { c.received_on = "2099-01-01"; },
      [](EnterRecordsRequest& c) { c.statute = ""; },
      [](EnterRecordsRequest& c) { c.described.reset(); }};
  for (const auto& change : changes) {
    EnterRecordsRequest command = request();
    change(command);
    EXPECT_EQ(world.refused(enter(command), "I12-H-1"), "required-fact-missing");
  }
  EnterRecordsRequest command = request("SECRET");
  EXPECT_EQ(world.refused(enter(command), "I12-E-6"), "record-class-missing");
  world.refused(decide(world.state(), officer, request(), world.moment()), "I12-H-1");
  const Sequence entered = world.permit(enter(request()));
  EXPECT_EQ(row(entered).asked.statute, "Gov. Code 7920.000");
}

TEST_F(RecordsRequests, I12_H_1_OneThatIsEnteredTwiceUnderTwoSpellingsIsRefused) {
  const Sequence first = world.permit(enter(request()));
  EnterRecordsRequest again = request();
  again.requester = "PAT  PUBLIC.";
  again.described = "The device register!";
  const Decision decision = enter(again);
  EXPECT_EQ(world.refused(decision, "I12-H-1"), "request-repeated");
  EXPECT_NE(decision.refusal->reason.find("request " + std::to_string(first.value)),
            std::string::npos)
      << decision.refusal->reason;
  EnterRecordsRequest other = request();
  other.requester =
      "Pat P\xC3\xBA"
      "blic";
  world.permit(enter(other));
  world.permit(enter([&] {
    EnterRecordsRequest split = other;
    split.record_class = "INVESTIGATORY";
    return split;
  }()));
  other.received_on = "2023-11-11";
  world.permit(enter(other));
  world.permit(answer(first, "DISCLOSED"));
  world.refused(enter(again), "I12-H-1");
  world.permit(close(first));
  world.permit(enter(again));
}

TEST_F(RecordsRequests, I12_E_6_WhatIsKeptBackOfNonInvestigatoryRecordsIsAnException) {
  struct Case {
    const char* of_class;
    const char* outcome;
    bool exception;
  };
  for (const Case& one :
       {Case{"INVESTIGATORY", "DENIED", false}, Case{"INVESTIGATORY", "DISCLOSED", false},
        Case{"NON_INVESTIGATORY", "DISCLOSED", false},
        Case{"NON_INVESTIGATORY", "DISCLOSED_IN_PART", true},
        Case{"NON_INVESTIGATORY", "DENIED", true}}) {
    const Sequence entered = world.permit(enter(request(one.of_class)));
    world.permit(answer(entered, one.outcome));
    EXPECT_EQ(row(entered).answer->exception, one.exception) << one.of_class << one.outcome;
    world.permit(close(entered));
  }
}

TEST_F(RecordsRequests, I12_E_6_AreDecidedWithTheirBasisAndThenClosed) {
  const Sequence entered = world.permit(enter(request()));
  EXPECT_EQ(world.refused(close(entered), "I12-E-6"), "not-decided");
  EXPECT_EQ(world.refused(answer(entered, "LATER"), "I12-E-6"), "outcome-missing");
  const auto decides = [&](std::optional<std::string> basis, std::optional<std::string> reason) {
    return decide(world.state(), coordinator,
                  DecideRecordsRequest{entered, "DENIED", std::move(basis), std::move(reason)},
                  world.moment());
  };
  world.refused(decides(std::nullopt, "counsel"), "I12-E-6");
  world.refused(decides("statute", " "), "I12-E-6");
  world.permit(answer(entered, "DISCLOSED"));
  EXPECT_EQ(answer(entered, "DENIED").error->code, ErrorCode::kConflict);
  world.refused(decide(world.state(), coordinator, CloseRecordsRequest{entered, std::nullopt},
                       world.moment()),
                "I12-H-1");
  world.advance(60);
  world.permit(close(entered));
  EXPECT_EQ(row(entered).closed_at, world.now);
  EXPECT_EQ(close(entered).error->code, ErrorCode::kConflict);
  EXPECT_EQ(close(Sequence{1}).error->code, ErrorCode::kNotFound);
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(RecordsRequests, I12_H_1_SharingNeverAnswersThem) {
  const Sequence entered = world.permit(enter(request()));
  EXPECT_EQ(world.refused(honor(admin, entered), "I12-H-1"), "public-request");
  EXPECT_EQ(world.refused(release(officer, release_of(entered)), "I12-H-1"), "public-request");
  EXPECT_EQ(world.refused(decide(world.state(), officer, ExportPackage{entered}, world.moment()),
                          "I12-H-1"),
            "public-request");
  const Sequence asked_for = asked(RecipientClass::kDistrictAttorney);
  EXPECT_EQ(answer(asked_for, "DISCLOSED").error->code, ErrorCode::kNotFound)
      << "nor do they answer an agency";
}

}  // namespace
}  // namespace alpr::policy
