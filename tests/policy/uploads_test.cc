// Proves which uploads are let in, what they record, and that a number is never taken twice. By
// sending signed batches to a log in memory and changing one thing at a time.
#include <gtest/gtest.h>

#include "ledger/chain/hash.h"
#include "policy/records/reads.h"
#include "policy/registers/hits.h"
#include "policy/registers/reads.h"
#include "policy/rules/devices.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class Uploads : public ::testing::Test {
 protected:
  Uploads() { world.enrol_device(kReader); }

  ErrorCode not_judged(const recognition::UploadBatch& batch) {
    const UploadJudgement judged = judge(world, batch);
    EXPECT_TRUE(judged.decision && judged.decision->error) << "was judged";
    return judged.decision && judged.decision->error ? judged.decision->error->code
                                                     : ErrorCode::kMalformed;
  }
  std::string refused(const recognition::UploadBatch& batch, std::string_view rule) {
    const UploadJudgement judged = judge(world, batch);
    EXPECT_TRUE(judged.decision.has_value()) << "was let in, expected " << rule;
    if (!judged.decision) return "";
    const std::string slug = world.refused(*judged.decision, rule);
    EXPECT_EQ(world.log.back().header.kind, UploadRefused::kKind.number);
    return slug;
  }

  World world;
};

TEST_F(Uploads, I12_B_2_EachReadIsRecordedWithAllItsFacts) {
  const auto batch = batch_of(world, kReader, 1, {"7ABC123", "8XYZ999"});
  const Sequence upload = take(world, batch);
  const auto received = from_event<UploadReceived>(world.log.at(upload.value));
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->reads, 2);
  EXPECT_EQ(received->hits, 0);
  EXPECT_EQ(received->newest_capture_age_us, 60 * kSecondUs);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto read = from_event<ReadRecorded>(world.log.at(upload.value + 1 + i));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->upload, upload);
    EXPECT_EQ(read->device, kReader);
    EXPECT_EQ(read->read->plate, batch.reads[i].facts.plate);
    EXPECT_EQ(read->read->captured_at, batch.reads[i].facts.captured_at);
    EXPECT_EQ(read->read->latitude_e7, batch.reads[i].facts.latitude_e7);
    EXPECT_EQ(read->image.sha256, batch.reads[i].facts.image_sha256);
  }
}

// The server records the text as it came, and so must not be able to tell it from its own.
TEST_F(Uploads, I12_F_3_TheTextThatWasSignedIsTheTextThatTheRecordHas) {
  const Bytes picture{0xff, 0xd8, 0xff, 0xe0, 1, 2, 3};
  auto batch = batch_of(world, kReader, 1, {"7ABC123", "8XYZ999"});
  for (recognition::SignedRead& read : batch.reads) {
    read.facts.image_sha256 = chain::sha256(picture);
    read.facts.image_bytes = 0;
  }
  batch.reads[0].facts.image_bytes = static_cast<std::int64_t>(picture.size());
  recognition::ReadFacts& all = batch.reads[0].facts;
  all.place = "a \"quoted\" \\ place \xc3\xa9";
  all.color = {"white", 900'000};
  all.make = {"ford", 800'000};
  all.model = {"f-150", 700'000};
  all.vehicle_source = "rekor";
  all.local_hits = {{{1}, {2}, 3, world.now, 60}};
  sign(batch);
  const auto body = recognition::encode_upload(batch, {picture});
  ASSERT_TRUE(body.has_value()) << body.error().detail;
  const auto parsed = recognition::parse_upload(*body);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
  const ReadContents contents = contents_of(*parsed);
  ASSERT_EQ(contents.size(), batch.reads.size());
  for (std::size_t i = 0; i < contents.size(); ++i) {
    EXPECT_EQ(contents[i].text(), to_json_text(content_of(batch.reads[i].facts)));
    ReadRecorded with_text{{7}, 0, "cam", contents[i], {1, 2, Digest{}}};
    ReadRecorded without = with_text;
    without.read = content_of(batch.reads[i].facts);
    EXPECT_EQ(to_json_text(with_text), to_json_text(without));
    const auto again = from_json_text<ReadRecorded>(to_json_text(with_text));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(to_json_text(*again->read), contents[i].text());
    EXPECT_EQ(chain::write(to_json(without)), to_json_text(without));
  }
}

TEST_F(Uploads, I12_F_3_TheDevicesSignatureCanBeCheckedFromTheEventsAlone) {
  auto batch = batch_of(world, kReader, 7, {"7ABC123", "8XYZ999"});
  batch.reads[0].facts.color = recognition::VehicleAttribute{"white", 700'000};
  batch.reads[0].facts.make = recognition::VehicleAttribute{"ford", 600'000};
  batch.reads[0].facts.model = recognition::VehicleAttribute{"f-150", 500'000};
  batch.reads[0].facts.vehicle_source = "rekor";
  sign(batch);
  const Sequence upload = take(world, batch);
  const auto received = from_event<UploadReceived>(world.log.at(upload.value));
  ASSERT_TRUE(received.has_value());
  std::vector<Digest> digests;
  for (std::size_t i = 0; i < received->salts.size(); ++i) {
    const auto json = chain::parse_canonical(world.log.at(upload.value + 1 + i).json);
    ASSERT_TRUE(json.has_value());
    const std::string read = chain::write(*json->member("read"));
    EXPECT_EQ(read, recognition::read_json(batch.reads[i].facts));
    const auto facts = recognition::parse_read_json(read);
    ASSERT_TRUE(facts.has_value());
    digests.push_back(recognition::read_digest({received->salts[i], *facts}));
  }
  const std::string message = recognition::signed_message(
      {kOrigin, received->device, static_cast<std::uint64_t>(received->batch), received->previous},
      digests);
  const auto raw = chain::parse_base64(received->signature);
  ASSERT_TRUE(raw.has_value());
  Signature signature{};
  ASSERT_EQ(raw->size(), signature.size());
  std::copy(raw->begin(), raw->end(), signature.begin());
  EXPECT_TRUE(chain::verify(key_named(kReader).public_key(), as_bytes(message), signature));
}

TEST_F(Uploads, I12_DEF_1_UnknownAndRevokedDevicesAreRefused) {
  EXPECT_EQ(refused(batch_of(world, "stranger", 1, {"7ABC123"}), "I12-DEF-1"), "device-unknown");
  world.permit(decide(world.state(), world.holder(kAdmin),
                      RevokeDevice{std::string(kReader), "stolen"}, world.moment()));
  EXPECT_EQ(refused(batch_of(world, kReader, 1, {"7ABC123"}), "I12-DEF-1"), "device-revoked");
}

TEST_F(Uploads, I12_F_3_AnythingChangedAfterSigningIsRefused) {
  const auto good = batch_of(world, kReader, 1, {"7ABC123"});
  std::vector<recognition::UploadBatch> bad(6, good);
  bad[0].batch = 2;
  bad[1].reads[0].facts.plate = "7ABC124";
  bad[2].reads[0].facts.captured_at.value -= 1;
  bad[3].reads[0].salt[0] ^= 1;
  bad[4].signature[10] ^= 1;
  bad[5].origin = "other.example/alpr";
  for (const auto& batch : bad) EXPECT_EQ(refused(batch, "I12-F-3"), "upload-not-authentic");
  // Signed properly, but for another log, or by another device's key.
  auto elsewhere = good;
  elsewhere.origin = "other.example/alpr";
  sign(elsewhere);
  EXPECT_EQ(refused(elsewhere, "I12-F-3"), "upload-not-authentic");
  auto borrowed = good;
  borrowed.device = "reader-2";
  sign(borrowed);
  borrowed.device = std::string(kReader);
  EXPECT_EQ(refused(borrowed, "I12-F-3"), "upload-not-authentic");
  EXPECT_TRUE(judge(world, good).accepted.has_value());
}

TEST_F(Uploads, I12_B_2_CaptureTimesAreHeldToTheServersClock) {
  auto batch = batch_of(world, kReader, 1, {"7ABC123"});
  const auto at = [&](std::int64_t us) {
    batch.reads[0].facts.captured_at = {us};
    sign(batch);
  };
  at(world.now.value + kCaptureAheadMaxUs + 1);
  EXPECT_EQ(refused(batch, "I12-B-2"), "captured-in-the-future");
  at(world.now.value - kRetentionUs - 1);
  EXPECT_EQ(refused(batch, "I12-G-1"), "captured-too-long-ago");
  at(world.now.value - kRetentionUs);
  EXPECT_TRUE(judge(world, batch).accepted.has_value());
  at(world.now.value + kCaptureAheadMaxUs);
  const Sequence upload = take(world, batch);
  const auto received = from_event<UploadReceived>(world.log.at(upload.value));
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->newest_capture_age_us, -kCaptureAheadMaxUs);
}

TEST_F(Uploads, I12_G_1_TheSameNumberAgainGivesTheFirstResultAndNoEvent) {
  const Sequence upload = send(world, 5, {"7ABC123", "8XYZ999"});
  world.advance(3600);
  const std::size_t size = world.log.size();
  const UploadJudgement again = judge(world, batch_of(world, kReader, 5, {"7ABC123", "8XYZ999"}));
  ASSERT_TRUE(again.first_result.has_value());
  EXPECT_FALSE(again.accepted || again.decision);
  EXPECT_EQ(again.first_result->upload, upload);
  EXPECT_EQ(again.first_result->reads, 2);
  EXPECT_EQ(world.log.size(), size);
  // Whoever does not have the key learns nothing about numbers.
  auto forged = batch_of(world, kReader, 5, {"7ABC123"});
  forged.signature[0] ^= 1;
  EXPECT_EQ(refused(forged, "I12-F-3"), "upload-not-authentic");
}

TEST_F(Uploads, I12_G_1_ANumberOnceUsedIsGoneAfterItsPurge) {
  const Sequence first = send(world, 5, {"7ABC123"});
  world.advance(2'592'000 - 1);
  EXPECT_TRUE(judge(world, batch_of(world, kReader, 5, {"7ABC123"})).first_result.has_value());
  world.advance(1);
  EXPECT_EQ(not_judged(batch_of(world, kReader, 5, {"7ABC123"})), ErrorCode::kGone)
      << "due, and not purged yet";
  world.purge(first);
  world.purge({first.value + 1});
  EXPECT_EQ(not_judged(batch_of(world, kReader, 5, {"7ABC123"})), ErrorCode::kGone);
  EXPECT_EQ(not_judged(batch_of(world, kReader, 4, {"7ABC123"})), ErrorCode::kGone);
  EXPECT_TRUE(judge(world, batch_of(world, kReader, 6, {"7ABC123"})).accepted.has_value());
}

TEST_F(Uploads, I12_F_3_ANumberThatWasSkippedIsRefused) {
  send(world, 5, {"7ABC123"});
  send(world, 9, {"7ABC123"});
  EXPECT_EQ(refused(batch_of(world, kReader, 7, {"7ABC123"}), "I12-F-3"), "batch-out-of-order");
  EXPECT_TRUE(judge(world, batch_of(world, kReader, 10, {"7ABC123"})).accepted.has_value());
}

// What a reader whose queue is as it made it sends, and what it sends otherwise.
class QueueChain : public Uploads {
 protected:
  recognition::UploadBatch chained(std::uint64_t number, std::optional<Digest> previous) {
    auto batch = batch_of(world, kReader, number, {"8XYZ999"});
    batch.previous = previous;
    sign(batch);
    return batch;
  }
  // How the batch does not follow on the one before it, as the record says; "": it does.
  std::string broken_by(const recognition::UploadBatch& batch) {
    const Sequence upload = take(world, batch);
    const auto broken = from_event<QueueBroken>(world.log.back());
    if (!broken) return "";
    EXPECT_EQ(broken->upload, upload);
    EXPECT_EQ(broken->device, kReader);
    EXPECT_EQ(broken->batch, static_cast<std::int64_t>(batch.batch));
    return std::string(to_text(broken->how));
  }
  const Digest strange = chain::sha256(as_bytes("a batch that never came"));
};

TEST_F(QueueChain, I12_F_3_ABatchThatIsTakenOutOfAQueueIsOnTheRecord) {
  const auto first = chained(1, recognition::kFirstLink);
  EXPECT_EQ(broken_by(first), "");
  const auto second = chained(2, recognition::link_of(first));
  EXPECT_EQ(broken_by(second), "");
  const auto third = chained(3, recognition::link_of(second));
  const auto fourth = chained(4, recognition::link_of(third));
  EXPECT_EQ(broken_by(fourth), "MISSING");
  EXPECT_EQ(from_event<QueueBroken>(world.log.back())->after, 2);
  EXPECT_EQ(broken_by(chained(5, recognition::link_of(fourth))), "");
}

TEST_F(QueueChain, I12_F_3_AQueueThatWasLostOrIsNotChainedAnyMoreIsOnTheRecord) {
  broken_by(chained(1, recognition::kFirstLink));
  EXPECT_EQ(broken_by(chained(2, recognition::kFirstLink)), "BEGUN_ANEW");
  EXPECT_EQ(broken_by(chained(3, std::nullopt)), "NOT_CHAINED");
  EXPECT_EQ(broken_by(chained(4, std::nullopt)), "") << "said once";
  EXPECT_EQ(broken_by(chained(5, strange)), "") << "nothing to compare it with";
}

TEST_F(QueueChain, I12_F_3_AReadersFirstBatchHereIsTheFirstOfItsQueue) {
  EXPECT_EQ(broken_by(chained(1, strange)), "MISSING");
  EXPECT_EQ(from_event<QueueBroken>(world.log.back())->after, 0);
}

// What is purged says nothing any more, and is not made up.
TEST_F(QueueChain, I12_G_1_AfterThirtyDaysNobodyCanTell) {
  const auto first = chained(1, recognition::kFirstLink);
  broken_by(first);
  world.advance(31 * 86'400);
  EXPECT_EQ(broken_by(chained(2, strange)), "");
}

TEST_F(Uploads, NumbersAreEachDevicesOwn) {
  world.enrol_device("reader-2");
  send(world, 5, {"7ABC123"});
  EXPECT_TRUE(judge(world, batch_of(world, "reader-2", 1, {"7ABC123"})).accepted.has_value());
}

// The bucket that the world's clock is in, with its thirty-day events.
std::vector<chain::EventView> bucket_events(const World& world, Bucket bucket) {
  std::vector<chain::EventView> events;
  for (const chain::EventView& event : world.log) {
    const bool thirty_day = event.header.retention == chain::Retention::kThirtyDay;
    if (thirty_day && bucket_of(event.header.time) == bucket) events.push_back(event);
  }
  return events;
}

TEST_F(Uploads, I12_B_1_ABucketIsSummarisedOnceItIsOver) {
  world.enrol_device("reader-2");
  const Actor admin = trained_admin(world);
  world.permit(
      load(world, admin, list_to_load(world, "SVS", {"7ABC123,STOLEN", "8XYZ9O9,STOLEN"})));
  const Bucket bucket = bucket_of(world.now);
  send(world, 5, {"7ABC123", "8XYZ909", "1AAA111"});
  send(world, 6, {"1AAA111"});
  take(world, batch_of(world, "reader-2", 40, {"1AAA111"}));
  auto events = bucket_events(world, bucket);
  EXPECT_EQ(summarise(world.state(), bucket, events, world.moment()).error->code,
            ErrorCode::kConflict);
  world.now = bucket_end(bucket);
  EXPECT_EQ(summarise(world.state(), bucket, {}, world.moment()).error->code, ErrorCode::kNotFound);
  world.permit(summarise(world.state(), bucket, events, world.moment()));
  const auto row = find_summary(world.rows, bucket);
  ASSERT_TRUE(row.has_value() && row->has_value());
  const BucketSummarised& counts = (*row)->counts;
  EXPECT_EQ(counts.uploads, 3);
  EXPECT_EQ(counts.reads, 5);
  EXPECT_EQ(counts.first, events.front().header.seq);
  EXPECT_EQ(counts.last, events.back().header.seq);
  ASSERT_EQ(counts.hits.size(), 1U);
  EXPECT_EQ(counts.hits[0].hits, 2);
  EXPECT_EQ(counts.hits[0].ocr_equivalent, 1);
  ASSERT_EQ(counts.devices.size(), 2U);
  EXPECT_EQ(counts.devices[0].reads, 4);
  EXPECT_EQ(counts.devices[0].batch_last, 6);
  EXPECT_EQ(counts.devices[0].police_area, "Area 1");
  EXPECT_EQ(counts.devices[1].batch_last, 40);
  EXPECT_EQ(summarise(world.state(), bucket, events, world.moment()).error->code,
            ErrorCode::kConflict);
}

TEST_F(Uploads, ABucketWhosePayloadsArePurgedIsNotCounted) {
  const Bucket bucket = bucket_of(world.now);
  const Sequence upload = send(world, 5, {"7ABC123"});
  world.purge({upload.value + 1});
  world.now = bucket_end(bucket);
  const Decision decision =
      summarise(world.state(), bucket, bucket_events(world, bucket), world.moment());
  ASSERT_TRUE(decision.error.has_value());
  EXPECT_EQ(decision.error->code, ErrorCode::kGone);
  EXPECT_TRUE(decision.events.empty());
}

TEST_F(Uploads, I12_G_1_TheHighestNumberIsRebuiltFromTheSummaryAlone) {
  const Bucket bucket = bucket_of(world.now);
  const Sequence upload = send(world, 5, {"7ABC123"});
  world.now = bucket_end(bucket);
  world.permit(summarise(world.state(), bucket, bucket_events(world, bucket), world.moment()));
  world.advance(2'592'000);
  world.purge(upload);
  world.purge({upload.value + 1});
  const MemoryRegisters fresh = world.rebuilt();
  EXPECT_EQ(fresh.dump(), world.rows.dump());
  EXPECT_EQ(highest_batch(fresh, kReader).value(), 5);
}

TEST_F(Uploads, ARefusedUploadLeavesItsNumberFree) {
  auto batch = batch_of(world, kReader, 1, {"7ABC123"});
  batch.reads[0].facts.captured_at = {world.now.value + 3600 * kSecondUs};
  sign(batch);
  refused(batch, "I12-B-2");
  EXPECT_TRUE(judge(world, batch_of(world, kReader, 1, {"7ABC123"})).accepted.has_value());
}

}  // namespace
}  // namespace alpr::policy
