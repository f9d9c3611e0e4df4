// Proves that a hold needs two persons and keeps exactly what it names, for its case alone, while
// all else goes at its time (I12-G-1, G-2, G-3). A month passes on the simulated clock, with the
// server's own housekeeping.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Holds : public ::testing::Test {
 protected:
  Holds() {
    d.officer("oreyes");
    d.officer("ccoord");
    d.give_role("ccoord", "COORDINATOR");
    d.train(kAdmin);
    d.enrol_device("cam-1");
    const auto both = d.reads("cam-1", 1, {"7ABC123", "8XYZ987"});
    held = both[0];
    other = both[1];
  }
  Json ask(const std::string& reason = "ACTIVE_CRIMINAL") const {
    return object({{"events", Json::Array{num(held)}},
                   {"reason", reason},
                   {"case_number", "26-000123"},
                   {"justification", "the car of the suspect"},
                   {"review_by", num(d.now().value + 60 * kDayUs)}});
  }
  Reply decide(const std::string& who, std::int64_t request) {
    return d.as(who).post("/v1/holds/" + std::to_string(request) + "/decision",
                          object({{"verdict", "APPROVE"}, {"reason", "documented"}}));
  }
  std::int64_t place() {
    const Reply asked = d.as("oreyes").post("/v1/holds", ask());
    EXPECT_EQ(asked.status, 201) << asked.body;
    const Reply placed = decide("ccoord", asked.number("seq"));
    EXPECT_EQ(placed.status, 201) << placed.body;
    return placed.number("seq");
  }
  std::string image_path(const Reply& query) const {
    return "/v1/queries/" + std::to_string(query.number("query")) + "/reads/" +
           std::to_string(held) + "/image";
  }
  Department d;
  std::int64_t held = 0;
  std::int64_t other = 0;
};

TEST_F(Holds, I12_G_2_AHoldIsDecidedBySomebodyElse) {
  const Reply own = d.as("ccoord").post("/v1/holds", ask());
  ASSERT_EQ(own.status, 201) << own.body;
  const Reply self = decide("ccoord", own.number("seq"));
  EXPECT_EQ(self.status, 403) << self.body;
  EXPECT_TRUE(self.has_rule("I12-G-2"));
  EXPECT_THAT(self.text("type"), ::testing::EndsWith("self-approval"));
  const Reply officer = decide("oreyes", own.number("seq"));
  EXPECT_EQ(officer.status, 403) << "no custodian";
  const Reply other_one = decide(kAdmin, own.number("seq"));
  ASSERT_EQ(other_one.status, 201) << other_one.body;
  EXPECT_EQ(d.kind(other_one.number("seq")), "hold.placed");
  EXPECT_EQ(decide(kAdmin, own.number("seq")).status, 409) << "decided once";
  const Reply fourth = d.as("oreyes").post("/v1/holds", ask("CURIOSITY"));
  EXPECT_EQ(fourth.status, 403);
  EXPECT_TRUE(fourth.has_rule("I12-G-2"));
}

TEST_F(Holds, I12_G_2_AHeldReadAnswersItsCaseAloneAndTheOthersAreGone) {
  place();
  d.advance(kHourUs);
  d.tick();
  d.advance(31 * kDayUs);
  d.tick();
  EXPECT_THAT(disclosed(d.query("oreyes", "8XYZ987")), IsEmpty());
  EXPECT_THAT(disclosed(d.query("oreyes", "7ABC123", d.grounds("26-999999"))), IsEmpty())
      << "another case";
  const Reply query = d.query("oreyes", "7ABC123");
  ASSERT_THAT(disclosed(query), ElementsAre(held)) << query.body;
  const Reply image = d.as("oreyes").get(image_path(query));
  EXPECT_EQ(image.status, 200) << image.body;
  EXPECT_EQ(image.body, png("cam-1/1/7ABC123"));
  std::vector<std::string> kinds = d.kinds_since(0);
  EXPECT_THAT(kinds, ::testing::Contains("bucket.summarised"));
  EXPECT_THAT(kinds, ::testing::Contains("reads.purged"));
  EXPECT_THAT(kinds, ::testing::Contains("keys.destroyed"));
  EXPECT_EQ(d.stranger().get("/healthz").status, 200);
  d.restart();
  EXPECT_THAT(disclosed(d.query("oreyes", "7ABC123")), ElementsAre(held)) << "after a restart too";
  EXPECT_THAT(disclosed(d.query("oreyes", "8XYZ987")), IsEmpty());
}

TEST_F(Holds, I12_G_3_WhatIsReleasedAfterItsTimeIsGoneAtOnce) {
  const std::int64_t hold = place();
  d.advance(31 * kDayUs);
  d.tick();
  const Reply query = d.query("oreyes", "7ABC123");
  ASSERT_THAT(disclosed(query), ElementsAre(held));
  const Reply released = d.as("ccoord").post("/v1/holds/" + std::to_string(hold) + "/release",
                                             object({{"reason", "the case is closed"}}));
  ASSERT_EQ(released.status, 201) << released.body;
  EXPECT_THAT(disclosed(d.query("oreyes", "7ABC123")), IsEmpty());
  EXPECT_EQ(d.as("oreyes").get(image_path(query)).status, 410);
  d.tick();
  EXPECT_EQ(d.as("oreyes").get(image_path(query)).status, 410);
}

TEST_F(Holds, ARequestForAnEventThatIsNotThereCanBeDeniedAndNotApproved) {
  const Reply asked =
      d.as("oreyes").post("/v1/holds", with(ask(), "events", Json::Array{num(99'999'999)}));
  ASSERT_EQ(asked.status, 201) << asked.body;
  EXPECT_EQ(decide("ccoord", asked.number("seq")).status, 404);
  const Reply denied =
      d.as("ccoord").post("/v1/holds/" + std::to_string(asked.number("seq")) + "/decision",
                          object({{"verdict", "DENY"}, {"reason", "there is no such event"}}));
  EXPECT_EQ(denied.status, 201) << denied.body;
}

TEST_F(Holds, APastDueReadIsNotHeldAnyMore) {
  const Reply asked = d.as("oreyes").post("/v1/holds", ask());
  d.advance(30 * kDayUs);
  const Reply late = decide("ccoord", asked.number("seq"));
  EXPECT_TRUE(late.status == 403 || late.status == 410) << late.body;
  EXPECT_THAT(disclosed(d.query("oreyes", "7ABC123")), IsEmpty());
}

TEST_F(Holds, I12_L_3_TheListIsForCustodians) {
  place();
  const Reply refused = d.as("oreyes").get("/v1/holds");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body.find("26-000123"), std::string::npos);
  const Reply shown = d.as("ccoord").get("/v1/holds");
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_NE(shown.body.find("26-000123"), std::string::npos);
}

}  // namespace
}  // namespace alpr::api::testing
