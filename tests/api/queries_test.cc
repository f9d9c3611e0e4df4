// Proves that nothing is revealed that is not on the record first, and nothing after its 30 days
// (I12-C2B, F-2, G-1). Signed uploads, queries and pictures over TLS on a simulated clock; the log
// is compared with what was answered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kPlate = "7ABC123";

// A department with a trained officer, a reader and one read of kPlate.
class Queries : public ::testing::Test {
 protected:
  Queries() {
    d.officer("oreyes");
    d.enrol_device("cam-1");
    read = d.reads("cam-1", 1, {kPlate, "8XYZ987"}).front();
  }
  std::string image_path(const Reply& query) const {
    return "/v1/queries/" + std::to_string(query.number("query")) + "/reads/" +
           std::to_string(read) + "/image";
  }
  Department d;
  std::int64_t read = 0;
};

TEST_F(Queries, I12_C2B_7_PermittedQueryIsRecordedAndAnsweredWithItsReceipt) {
  d.as("oreyes");
  const std::uint64_t before = d.size();
  const Reply reply = d.query("oreyes", kPlate);
  ASSERT_EQ(reply.status, 201) << reply.error << reply.body;
  EXPECT_THAT(disclosed(reply), ElementsAre(read));
  EXPECT_THAT(d.kinds_since(before), ElementsAre("query.performed"));
  EXPECT_EQ(reply.number("query"), static_cast<std::int64_t>(before));
  const Reply receipt = d.as("oreyes").get(reply.text("receipt"));
  ASSERT_EQ(receipt.status, 200) << receipt.body;
  EXPECT_EQ(receipt.text("kind"), "query.performed");
  EXPECT_NE(receipt.body.find("26-000123"), std::string::npos) << "one's own case number";
  EXPECT_THAT(receipt.text("tlog_proof"), ::testing::HasSubstr("c2sp.org/tlog-proof"));
  const Reply others = d.as(kIt).get(reply.text("receipt"));
  ASSERT_EQ(others.status, 200);
  EXPECT_EQ(others.body.find("26-000123"), std::string::npos) << "sealed members are the actor's";
}

TEST_F(Queries, RefusedQueriesNameTheirRuleAndAreOnTheRecord) {
  d.enrol("untrained", "Not Trained");
  d.as("oreyes");
  d.as("untrained");
  struct Case {
    const char* who;
    Json grounds;
    const char* rule;
  };
  const Case cases[] = {
      {"oreyes", with(d.grounds(), "purpose", "TRAFFIC"), "I12-C2B-1"},
      {"oreyes", without(d.grounds(), "legal_standard"), "I12-C2B-2"},
      {"oreyes", without(d.grounds(), "right_to_know"), "I12-C3-c1"},
      {"oreyes", without(d.grounds(), "need_to_know"), "I12-C3-c2"},
      {"oreyes", without(d.grounds(), "attestations"), "I12-E-3"},
      {"untrained", d.grounds(), "I12-C1-1"},
  };
  for (const Case& one : cases) {
    const std::uint64_t before = d.size();
    const Reply reply = d.query(one.who, kPlate, one.grounds);
    EXPECT_EQ(reply.status, 403) << one.rule;
    EXPECT_TRUE(reply.is_problem()) << reply.body;
    EXPECT_TRUE(reply.has_rule(one.rule)) << one.rule << ": " << reply.body;
    EXPECT_THAT(d.kinds_since(before), ElementsAre("query.refused")) << one.rule;
    EXPECT_EQ(reply.number("event"), static_cast<std::int64_t>(before));
    EXPECT_EQ(reply.body.find(kPlate), std::string::npos);
    EXPECT_EQ(reply.body.find("results"), std::string::npos);
  }
}

TEST_F(Queries, I12_C2B_7_NoResultWithoutRecord) {
  const Reply good = d.query("oreyes", kPlate);
  ASSERT_EQ(good.status, 201);
  ASSERT_EQ(d.as("oreyes").get(image_path(good)).status, 200);
  const std::uint64_t before = d.size();
  // Somebody sets the clock: from now on the log takes no event.
  d.step_clock(10 * kMinuteUs);
  const Reply reply = d.query("oreyes", kPlate);
  EXPECT_EQ(reply.status, 503) << reply.body;
  EXPECT_TRUE(reply.is_problem()) << reply.body;
  EXPECT_EQ(reply.body.find(kPlate), std::string::npos);
  EXPECT_EQ(reply.json.member("results"), nullptr);
  const Reply image = d.as("oreyes").get(image_path(good));
  EXPECT_EQ(image.status, 503);
  EXPECT_EQ(image.body.find("PNG"), std::string::npos);
  const Reply hits = d.as("oreyes").get("/v1/hits");
  EXPECT_EQ(hits.status, 503);
  EXPECT_EQ(d.size(), before);
  const Reply health = d.stranger().get("/healthz");
  EXPECT_EQ(health.status, 503);
  EXPECT_NE(health.body.find("\"clock_stopped\":true"), std::string::npos) << health.body;
}

TEST_F(Queries, I12_G_1_AReadIsGoneToTheMicrosecond) {
  d.advance(30 * kDayUs - 1);
  const Reply last = d.query("oreyes", kPlate);
  ASSERT_EQ(last.status, 201) << last.body;
  EXPECT_THAT(disclosed(last), ElementsAre(read));
  EXPECT_EQ(d.as("oreyes").get(image_path(last)).status, 200);
  d.advance(1);
  const Reply late = d.query("oreyes", kPlate);
  ASSERT_EQ(late.status, 201) << late.body;
  EXPECT_THAT(disclosed(late), IsEmpty());
  EXPECT_EQ(late.body.find(kPlate), std::string::npos);
  const std::uint64_t before = d.size();
  const Reply image = d.as("oreyes").get(image_path(last));
  EXPECT_EQ(image.status, 410) << image.body;
  EXPECT_EQ(image.body.find("PNG"), std::string::npos);
  EXPECT_EQ(d.size(), before) << "what is gone is not judged";
  d.tick();
  EXPECT_THAT(disclosed(d.query("oreyes", kPlate)), IsEmpty());
  EXPECT_EQ(image.json.member("tombstone"), nullptr) << "there was none yet";
  const Reply gone = d.as("oreyes").get(image_path(last));
  EXPECT_EQ(gone.status, 410);
  ASSERT_NE(gone.json.member("tombstone"), nullptr) << gone.body;
  const std::int64_t tombstone = *gone.json.member("tombstone")->integer();
  EXPECT_EQ(d.kind(tombstone), "reads.purged");
  const Reply proof = d.as("oreyes").get(gone.text("proof"));
  ASSERT_EQ(proof.status, 200) << gone.body;
  EXPECT_NE(proof.body.find("index " + std::to_string(tombstone)), std::string::npos);
}

TEST_F(Queries, I12_F_2_APictureIsRecordedAndOnlyThenSent) {
  const Reply query = d.query("oreyes", kPlate);
  const std::uint64_t before = d.size();
  const Reply image = d.as("oreyes").get(image_path(query));
  ASSERT_EQ(image.status, 200) << image.body;
  EXPECT_EQ(image.header("content-type"), "image/png");
  EXPECT_EQ(image.body, png("cam-1/1/7ABC123"));
  EXPECT_THAT(d.kinds_since(before), ElementsAre("image.disclosed"));
  EXPECT_EQ(image.header("x-plateledger-event"), std::to_string(before));
}

TEST_F(Queries, APictureIsOnlyForWhoAskedAndForWhatWasDisclosed) {
  d.officer("other");
  const Reply query = d.query("oreyes", kPlate);
  const Reply theirs = d.as("other").get(image_path(query));
  EXPECT_EQ(theirs.status, 403) << theirs.body;
  EXPECT_TRUE(theirs.has_rule("I12-C2B-7"));
  const std::string undisclosed = "/v1/queries/" + std::to_string(query.number("query")) +
                                  "/reads/" + std::to_string(read + 1) + "/image";
  EXPECT_EQ(d.as("oreyes").get(undisclosed).status, 403) << "8XYZ987 was not asked for";
  EXPECT_EQ(d.kind(static_cast<std::int64_t>(d.size()) - 1), "command.refused");
}

TEST_F(Queries, WhatCannotBeSearchedForIsMalformedAndNotRecorded) {
  d.as("oreyes");
  const std::uint64_t before = d.size();
  for (const char* plate : {"", "TOOLONGPLATE99", "7AB\xc3\x9f"})
    EXPECT_EQ(d.query("oreyes", plate).status, 400) << plate;
  EXPECT_EQ(d.as("oreyes")
                .post("/v1/queries", object({{"elements", object({})}, {"grounds", d.grounds()}}))
                .status,
            400);
  EXPECT_EQ(d.size(), before);
}

}  // namespace
}  // namespace alpr::api::testing
