// Proves what becomes of a reader's batch: the good, the changed, the repeated, the stray and the
// broken one (I12-DEF-1, F-3). Batches are signed here with the device's key, altered byte by byte
// and sent over TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <vector>

#include "recognition/upload/upload_format.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using ::testing::ElementsAre;

class Uploads : public ::testing::Test {
 protected:
  Uploads() { d.enrol_device("cam-1"); }
  std::uint64_t evidence_bytes() {
    std::uint64_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(d.folder() / "store" / "evidence"))
      if (file.path().extension() == ".evd") bytes += file.file_size();
    return bytes;
  }
  Department d;
};

TEST_F(Uploads, AGoodBatchIsRecordedAndARepeatedOneIsAnsweredAsAtFirst) {
  const std::string body = d.batch("cam-1", 1, {"7ABC123", "8XYZ987"});
  const std::uint64_t before = d.size();
  const Reply first = d.upload("cam-1", body);
  ASSERT_EQ(first.status, 201) << first.error << first.body;
  EXPECT_THAT(d.kinds_since(before),
              ElementsAre("upload.received", "read.recorded", "read.recorded"));
  EXPECT_EQ(first.number("upload"), static_cast<std::int64_t>(before));
  EXPECT_EQ(first.body.find("7ABC123"), std::string::npos);
  const std::uint64_t after = d.size();
  const std::uint64_t stored = evidence_bytes();
  EXPECT_GT(stored, 0U);
  const Reply again = d.upload("cam-1", body);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  // A number says which batch it is; what else the device would put under it is not taken.
  EXPECT_EQ(d.upload("cam-1", d.batch("cam-1", 1, {"9OTHER1"})).body, first.body);
  EXPECT_EQ(d.size(), after);
  EXPECT_EQ(evidence_bytes(), stored);
  d.advance(30 * kDayUs);
  EXPECT_EQ(d.upload("cam-1", body).status, 410) << "due, not yet purged";
  d.tick();
  EXPECT_EQ(d.upload("cam-1", body).status, 410) << "purged";
}

TEST_F(Uploads, ABatchThatIsSentManyTimesAtOnceIsTakenOnce) {
  d.reads("cam-1", 1, {"8XYZ987"});  // pictures of the next are stored ahead of its job
  const std::string body = d.batch("cam-1", 2, {"7ABC123"});
  const std::uint64_t before = d.size();
  std::vector<Reply> replies(8);
  std::vector<std::thread> threads;
  for (Reply& reply : replies)
    threads.emplace_back([&] {
      Client reader(d.url(), d.certificate());
      reply = reader.send("POST", "/v1/reads",
                          {"Content-Type: " + std::string(recognition::kUploadContentType),
                           "Authorization: Device cam-1"},
                          body);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(d.kinds_since(before), ElementsAre("upload.received", "read.recorded"));
  EXPECT_EQ(std::ranges::count(replies, 201, &Reply::status), 1);
  for (const Reply& reply : replies) {
    EXPECT_TRUE(reply.status == 200 || reply.status == 201) << reply.error << reply.body;
    EXPECT_EQ(reply.body, replies.front().body);
  }
  d.officer("ann");
  const Reply answer = d.as("ann").post(
      "/v1/queries",
      object({{"elements", object({{"plate", "7ABC123"}})}, {"grounds", d.grounds()}}));
  ASSERT_EQ(answer.status, 201) << answer.body;
  const Json* results = answer.json.member("results");
  ASSERT_TRUE(results && results->array() && results->array()->size() == 1);
  const Reply picture = d.as("ann").get(*results->array()->front().member("image")->string());
  EXPECT_EQ(picture.status, 200);
  EXPECT_NE(body.find(picture.body), std::string::npos);
}

TEST_F(Uploads, I12_F_3_AChangedByteIsRefusedOnTheRecord) {
  std::string body = d.batch("cam-1", 1, {"7ABC123"});
  body.replace(body.find("7ABC123"), 7, "7ABC124");
  const std::uint64_t before = d.size();
  const Reply reply = d.upload("cam-1", body);
  EXPECT_EQ(reply.status, 403) << reply.body;
  EXPECT_TRUE(reply.is_problem());
  EXPECT_TRUE(reply.has_rule("I12-F-3")) << reply.body;
  EXPECT_THAT(d.kinds_since(before), ElementsAre("upload.refused"));
  EXPECT_EQ(reply.number("event"), static_cast<std::int64_t>(before));
}

TEST_F(Uploads, NoChangedByteAnywhereBecomesARead) {
  const std::string body = d.batch("cam-1", 1, {"7ABC123"});
  const std::uint64_t before = d.size();
  for (std::size_t at = 0; at < body.size(); at += 23) {
    std::string changed = body;
    changed[at] = static_cast<char>(changed[at] ^ 0x01);
    const Reply reply = d.upload("cam-1", changed);
    EXPECT_TRUE(reply.is_problem()) << at << ": " << reply.status << reply.error << reply.body;
    EXPECT_LT(reply.status, 500) << at;
  }
  EXPECT_THAT(d.kinds_since(before), ::testing::Each("upload.refused"));
}

TEST_F(Uploads, ACutOffBatchIsMalformedAndNotRecorded) {
  const std::string body = d.batch("cam-1", 1, {"7ABC123"});
  const std::uint64_t before = d.size();
  for (const std::size_t kept :
       {std::size_t{0}, std::size_t{3}, std::size_t{4}, body.size() / 2, body.size() - 1}) {
    const Reply reply = d.upload("cam-1", body.substr(0, kept));
    EXPECT_EQ(reply.status, 400) << kept << reply.body;
    EXPECT_TRUE(reply.is_problem());
  }
  EXPECT_EQ(d.upload("cam-1", body + "x").status, 400) << "bytes beyond the pictures";
  EXPECT_EQ(d.size(), before);
}

TEST_F(Uploads, APictureOver8MiBAndABatchOver16MiBAreTooLarge) {
  const std::uint64_t before = d.size();
  const std::string tag = png("cam-1/1/7ABC123");
  const std::string largest((8 << 20) - tag.size(), '\0');
  const Reply picture = d.upload("cam-1", d.batch("cam-1", 1, {"7ABC123"}, largest + "x"));
  EXPECT_EQ(picture.status, 413) << picture.error << picture.body;
  EXPECT_TRUE(picture.is_problem());
  const Reply batch =
      d.upload("cam-1", d.batch("cam-1", 1, {"7ABC123", "8XYZ987", "6DEF456"}, largest));
  EXPECT_EQ(batch.status, 413) << batch.error << batch.body;
  EXPECT_EQ(d.size(), before);
  EXPECT_EQ(d.upload("cam-1", d.batch("cam-1", 1, {"7ABC123"}, largest)).status, 201);
}

TEST_F(Uploads, I12_F_3_NumbersMustGrow) {
  const std::string third = d.batch("cam-1", 3, {"7ABC123"});
  d.reads("cam-1", 1, {"8XYZ987"});
  d.reads("cam-1", 5, {"8XYZ987"});
  const std::uint64_t before = d.size();
  const Reply reply = d.upload("cam-1", third);
  EXPECT_EQ(reply.status, 403) << reply.body;
  EXPECT_TRUE(reply.is_problem());
  EXPECT_THAT(d.kinds_since(before), ElementsAre("upload.refused"));
}

TEST_F(Uploads, I12_DEF_1_OnlyEnrolledReadersUpload) {
  const std::uint64_t before = d.size();
  const Reply unknown = d.upload("cam-9", d.batch("cam-9", 1, {"7ABC123"}));
  EXPECT_EQ(unknown.status, 403) << unknown.body;
  EXPECT_TRUE(unknown.has_rule("I12-DEF-1")) << unknown.body;
  EXPECT_THAT(d.kinds_since(before), ElementsAre("upload.refused"));
  const Reply other = d.upload("cam-2", d.batch("cam-1", 1, {"7ABC123"}));
  EXPECT_EQ(other.status, 400) << "the header names another device than the batch";
  const Reply revoked =
      d.as(kAdmin).post("/v1/devices/cam-1/revocation", object({{"reason", "lens is broken"}}));
  ASSERT_EQ(revoked.status, 201) << revoked.body;
  EXPECT_EQ(d.upload("cam-1", d.batch("cam-1", 1, {"7ABC123"})).status, 403);
}

}  // namespace
}  // namespace alpr::api::testing
