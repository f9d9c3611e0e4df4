// Proves that of a video each passage is queued as one signed read, with its best picture and that
// picture's time. Sends videos of drawn cars with no server in reach and opens what is queued.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "ledger/chain/hash.h"
#include "recognition/credentials.h"
#include "recognition/files.h"
#include "recognition/queue.h"
#include "recognition/send_command.h"
#include "recognition/upload/upload_format.h"
#include "recognition/wall_clock.h"
#include "tests/recognition/drive_by.h"
#include "tests/recognition/scratch.h"

namespace alpr::recognition {
namespace {

constexpr TimeUs kBegan{1'795'000'000'000'000};  // in November 2026

class SendVideo : public ::testing::Test {
 protected:
  SendVideo() {
    std::ofstream(scratch / "server.pem") << "not asked\n";
    const std::string credentials =
        R"({"device":"car-7","origin":"oakland.example/alpr","seed":")" + std::string(64, '7') +
        R"(","server_certificate":"server.pem","latitude_e7":378044000,"longitude_e7":-1222712000,)"
        R"("place":"Broadway","queue":"queue"})";
    EXPECT_TRUE(write_file_durably(scratch / "device.json", as_bytes(credentials)));
  }
  int send(const std::string& video, std::optional<TimeUs> began) {
    std::ostringstream out;
    std::ostringstream complaints;
    SendRequest request;
    request.server = "https://127.0.0.1:1";
    request.credentials = scratch / "device.json";
    request.paths = {scratch / video};
    request.captured_at = began;
    request.retry_seconds = 0;
    const int code = run_send(request, out, complaints);
    log = complaints.str();
    said = out.str();
    return code;
  }
  // The queued batches, opened and parsed; the bodies stay, for the parsed images point into them.
  std::vector<ParsedUpload> queued() {
    std::vector<ParsedUpload> uploads;
    const Credentials device = load_credentials(scratch / "device.json").value();
    const auto queue = UploadQueue::open(device.queue, wall_clock(), device.key);
    const auto pending = queue ? queue->pending() : tl::unexpected(queue.error());
    if (!pending) {
      ADD_FAILURE() << pending.error().detail;
      return uploads;
    }
    bodies.clear();
    for (const std::uint64_t batch : *pending) bodies.push_back(queue->load(batch).value());
    for (const Bytes& body : bodies) {
      const auto upload = parse_upload(body);
      if (upload) {
        uploads.push_back(*upload);
      } else {
        ADD_FAILURE() << upload.error().detail;
      }
    }
    return uploads;
  }
  void write_two_cars() {
    std::vector<cv::Mat> frames = drive_by("6TRJ244", 5, 12, 25);
    for (const cv::Mat& frame : drive_by("7KLM678", 2, 10, 0)) frames.push_back(frame);
    write_video(scratch / "street.avi", frames);
  }

  Scratch scratch{"send-video"};
  std::vector<Bytes> bodies;
  std::string log;
  std::string said;
};

TEST_F(SendVideo, I12_D_1_EachPassageIsOneReadWithItsBestPictureAndItsTime) {
  ASSERT_NO_FATAL_FAILURE(write_two_cars());
  EXPECT_EQ(send("street.avi", kBegan), 3) << "the server is away: " << log;
  const std::vector<ParsedUpload> uploads = queued();
  ASSERT_EQ(uploads.size(), 2U) << said << log;
  const std::vector<std::string> plates{"6TRJ244", "7KLM678"};
  const std::vector<std::int64_t> from_ms{0, 3700};
  const std::vector<std::int64_t> until_ms{1100, 4600};
  for (std::size_t i = 0; i < uploads.size(); ++i) {
    ASSERT_EQ(uploads[i].batch.reads.size(), 1U);
    const ReadFacts& facts = uploads[i].batch.reads[0].facts;
    EXPECT_EQ(facts.plate, plates[i]);
    EXPECT_GE(facts.captured_at.value, kBegan.value + from_ms[i] * 1000);
    EXPECT_LE(facts.captured_at.value, kBegan.value + until_ms[i] * 1000);
    ASSERT_FALSE(uploads[i].images[0].empty());
    EXPECT_EQ(facts.image_sha256, chain::sha256(uploads[i].images[0]));
    // The picture is the frame that the read says it is of: it shows the same plate.
    const auto plate = read_plates(uploads[i].images[0]);
    ASSERT_TRUE(plate && !plate->empty());
    EXPECT_EQ(plate->front().text, plates[i]);
  }
}

TEST_F(SendVideo, WithoutATimeTheVideoEndedWhenItsFileWasFinished) {
  write_video(scratch / "car.avi", drive_by("6TRJ244", 5, 12, 0));
  const auto finished = std::filesystem::file_time_type::clock::now() - std::chrono::hours(30);
  std::filesystem::last_write_time(scratch / "car.avi", finished);
  send("car.avi", std::nullopt);
  const std::vector<ParsedUpload> uploads = queued();
  ASSERT_EQ(uploads.size(), 1U) << said << log;
  const std::int64_t ago = wall_clock().value - uploads[0].batch.reads[0].facts.captured_at.value;
  EXPECT_GE(ago, std::int64_t{30} * 3600 * kSecondUs);
  EXPECT_LE(ago, std::int64_t{30} * 3600 * kSecondUs + 60 * kSecondUs);
}

TEST_F(SendVideo, OneThatEndsEarlyNeedsATimeAndIsReadAsFarAsItGoes) {
  write_video(scratch / "whole.avi", drive_by("6TRJ244", 5, 12, 0));
  const Bytes whole = read_file(scratch / "whole.avi", 100'000'000).value();
  ASSERT_TRUE(
      write_file_durably(scratch / "cut.avi", BytesView(whole).first(whole.size() * 7 / 10)));
  EXPECT_EQ(send("cut.avi", std::nullopt), 2);
  EXPECT_NE(log.find("cut.avi: the video ends early"), std::string::npos) << log;
  EXPECT_NE(log.find("give --captured-at"), std::string::npos) << log;
  EXPECT_TRUE(queued().empty());
  send("cut.avi", kBegan);
  EXPECT_NE(log.find("what there is was read"), std::string::npos) << log;
  ASSERT_EQ(queued().size(), 1U);
  EXPECT_EQ(queued()[0].batch.reads[0].facts.plate, "6TRJ244");
}

TEST_F(SendVideo, WhatIsNoVideoIsRefusedByName) {
  ASSERT_TRUE(write_file_durably(scratch / "empty.mp4", {}));
  EXPECT_EQ(send("empty.mp4", kBegan), 2);
  EXPECT_NE(log.find("empty.mp4: video: the file is empty"), std::string::npos) << log;
  EXPECT_TRUE(queued().empty());
}

}  // namespace
}  // namespace alpr::recognition
