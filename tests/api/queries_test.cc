// Proves that nothing is revealed that is not on the record first, and nothing after its 30 days
// (I12-C2B, F-2, G-1). Signed uploads, queries and pictures over TLS on a simulated clock; the log
// is compared with what was answered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kPlate = "7ABC123";

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

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

// 1,100 reads of one plate are three pages: each on the record before it is shown, none with a read
// of another, and nobody else's to go on with.
TEST_F(Queries, I12_C2B_7_FurtherPagesAreEachRecordedFirst) {
  std::vector<std::int64_t> all{read};
  for (std::uint64_t batch = 2; batch < 20; ++batch)
    for (const std::int64_t one : d.reads("cam-1", batch, std::vector<std::string>(61, kPlate)))
      all.push_back(one);
  std::reverse(all.begin(), all.end());
  d.officer("other");
  d.as("other");
  Reply page = d.query("oreyes", kPlate);
  std::vector<std::int64_t> shown = disclosed(page);
  const std::int64_t query = page.number("query");
  for (int pages = 1; pages < 3; ++pages) {
    ASSERT_EQ(shown.size(), 500U * static_cast<std::size_t>(pages)) << page.body;
    const std::string next = page.text("next");
    const Reply theirs = d.as("other").get(next);
    EXPECT_EQ(theirs.status, 403);
    EXPECT_TRUE(theirs.has_rule("I12-C2B-7")) << theirs.body;
    EXPECT_EQ(theirs.body.find(kPlate), std::string::npos);
    const std::uint64_t before = d.size();
    page = d.as("oreyes").get(next);
    ASSERT_EQ(page.status, 201) << page.body;
    EXPECT_THAT(d.kinds_since(before), ElementsAre("query.page-disclosed"));
    EXPECT_EQ(page.number("event"), static_cast<std::int64_t>(before));
    EXPECT_EQ(page.number("query"), query);
    for (const std::int64_t one : disclosed(page)) shown.push_back(one);
  }
  EXPECT_EQ(shown, all);
  EXPECT_EQ(page.json.member("next"), nullptr);
  const std::string made_up = "/v1/queries/" + std::to_string(query) + "/after/";
  EXPECT_EQ(d.as("oreyes").get(made_up + std::to_string(read)).status, 403) << "no page ended so";
  d.advance(30 * kDayUs);
  d.tick();
  const Reply purged = d.as("oreyes").get(made_up + std::to_string(all[499]));
  ASSERT_EQ(purged.status, 201) << purged.body;
  EXPECT_THAT(disclosed(purged), IsEmpty());
}

TEST_F(Queries, AreasCamerasAndColoursNarrowASearch) {
  const auto ask = [&](chain::Json::Object elements) {
    elements.emplace_back("plate", "7ABC1?3");
    return d.as("oreyes").post(
        "/v1/queries", object({{"elements", Json(std::move(elements))}, {"grounds", d.grounds()}}));
  };
  const Reply device = d.as(kIt).get("/v1/devices");
  ASSERT_EQ(device.status, 200);
  const Json& first = device.json.member("devices")->array()->front();
  const std::string area = *first.member("police_area")->string();
  EXPECT_THAT(disclosed(ask({{"police_area", area}})), ElementsAre(read));
  EXPECT_THAT(disclosed(ask({{"police_area", "no such area"}})), IsEmpty());
  EXPECT_THAT(disclosed(ask({{"device", "cam-1"}})), ElementsAre(read));
  EXPECT_THAT(disclosed(ask({{"device", "cam-2"}})), IsEmpty());
  EXPECT_THAT(disclosed(ask({{"color", "white"}})), IsEmpty()) << "the reader named none";
  EXPECT_EQ(ask({{"color", "WHITE"}}).status, 400);
  EXPECT_EQ(ask({{"captured_from", d.now().value + 1}}).status, 400) << "from the future";
}

// What the register made of buckets that are over is kept under their keys; a start takes it up,
// and does without what is damaged.
TEST_F(Queries, I12_G_1_KeptColumnsAreSealedTakenUpAndGoWithTheirBucket) {
  d.advance(kHourUs);
  const std::int64_t later = d.reads("cam-1", 2, {kPlate}).front();
  d.tick();
  const std::filesystem::path folder = d.folder() / "store" / "evidence";
  std::vector<std::filesystem::path> kept;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".reads") kept.push_back(entry.path());
  ASSERT_EQ(kept.size(), 1U) << "of the bucket that is over";
  const std::string bytes = read_file(kept.front());
  EXPECT_EQ(bytes.find("cam-1"), std::string::npos) << "sealed";
  d.restart();
  EXPECT_THAT(disclosed(d.query("oreyes", kPlate)), ElementsAre(later, read));
  for (const std::string& damage :
       {std::string(), bytes.substr(0, bytes.size() - 1), bytes.substr(1) + "x"}) {
    std::ofstream(kept.front(), std::ios::binary) << damage;
    d.restart();
    EXPECT_THAT(disclosed(d.query("oreyes", kPlate)), ElementsAre(later, read));
  }
  d.tick();
  d.advance(30 * kDayUs);
  d.tick();
  EXPECT_FALSE(std::filesystem::exists(kept.front()));
  EXPECT_THAT(disclosed(d.query("oreyes", kPlate)), IsEmpty());
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
