// Proves that a vehicle's passage in a video becomes one read, that a video that ends early or is
// none is told as such, and that a camera that is away is asked again. Writes its own videos, of
// drawn cars that move.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "ledger/chain/canonical_json.h"
#include "recognition/camera_stream.h"
#include "recognition/files.h"
#include "recognition/read_command.h"
#include "recognition/video_reading.h"
#include "recognition/video_source.h"
#include "tests/recognition/drive_by.h"
#include "tests/recognition/scratch.h"

namespace alpr::recognition {
namespace {

bool never_stop(int) { return true; }

struct Told {
  int exit_code = 0;
  std::vector<chain::Json> objects;
  std::string log;
};

Told read_all(ReadRequest request) {
  std::ostringstream out;
  std::ostringstream log;
  request.form = OutputForm::kJson;
  Told told;
  told.exit_code = run_read(request, never_stop, out, log);
  told.log = log.str();
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) {
    const Result<chain::Json> json = chain::parse_canonical(line);
    EXPECT_TRUE(json) << line;
    if (json) told.objects.push_back(*json);
  }
  return told;
}

std::string first_plate(const chain::Json& object) {
  const chain::Json::Array& plates = *object.member("plates")->array();
  return plates.empty() ? "" : *plates.front().member("text")->string();
}

TEST(Video, I12_D_1_EachPassageIsOneReadWithItsBestPicture) {
  const Scratch scratch("video");
  std::vector<cv::Mat> frames = drive_by("6TRJ244", 5, 12, 25);
  for (const cv::Mat& frame : drive_by("7KLM678", 2, 10, 0)) frames.push_back(frame);
  write_video(scratch / "street.avi", frames);
  const Told told = read_all({.inputs = {(scratch / "street.avi").string()},
                              .jobs = 2,
                              .draw = scratch.path(),
                              .every_ms = 200});
  EXPECT_EQ(told.exit_code, 0) << told.log;
  ASSERT_EQ(told.objects.size(), 2U);
  EXPECT_EQ(first_plate(told.objects[0]), "6TRJ244");
  EXPECT_EQ(first_plate(told.objects[1]), "7KLM678");
  const chain::Json& first = told.objects[0];
  EXPECT_EQ(*first.member("image")->string(), (scratch / "street.avi").string());
  EXPECT_LE(*first.member("from_ms")->integer(), 500);
  EXPECT_GE(*first.member("until_ms")->integer(), 800);
  EXPECT_LE(*first.member("until_ms")->integer(), 1100);
  EXPECT_GE(first.member("frames")->array()->size(), 4U);
  EXPECT_GE(*told.objects[1].member("from_ms")->integer(), 3700);
  EXPECT_TRUE(std::filesystem::exists(scratch / "street-00001.jpg"));
  EXPECT_TRUE(std::filesystem::exists(scratch / "street-00002.jpg"));
}

TEST(Video, FramesAreAsFarApartAsWasAsked) {
  const Scratch scratch("every");
  write_video(scratch / "a.avi",
              std::vector<cv::Mat>(20, cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(90))));
  Result<VideoSource> source = VideoSource::open_file(scratch / "a.avi", /*every_ms=*/250);
  ASSERT_TRUE(source) << source.error().detail;
  EXPECT_EQ(source->duration_ms(), 2000);
  std::vector<std::int64_t> times;
  for (auto frame = source->next(); frame && *frame; frame = source->next()) {
    times.push_back((*frame)->at_ms);
    EXPECT_EQ((*frame)->number * 100, (*frame)->at_ms);
    EXPECT_EQ((*frame)->picture.size(), cv::Size(64, 48));
  }
  EXPECT_EQ(times, (std::vector<std::int64_t>{0, 300, 600, 900, 1200, 1500, 1800}));
}

TEST(Video, OneThatEndsMidFrameIsReadAsFarAsItGoesAndTold) {
  const Scratch scratch("cut");
  write_video(scratch / "whole.avi", drive_by("6TRJ244", 5, 12, 0));
  ASSERT_TRUE(inspect_video(scratch / "whole.avi")->complete);
  const Bytes whole = read_file(scratch / "whole.avi", 100'000'000).value();
  const BytesView cut = BytesView(whole).first(whole.size() * 7 / 10);
  ASSERT_TRUE(write_file_durably(scratch / "cut.avi", cut));
  EXPECT_FALSE(inspect_video(scratch / "cut.avi")->complete);
  const Told told = read_all({.inputs = {(scratch / "cut.avi").string()}});
  EXPECT_EQ(told.exit_code, 2);
  ASSERT_EQ(told.objects.size(), 1U) << told.log;
  EXPECT_EQ(first_plate(told.objects[0]), "6TRJ244");
  EXPECT_NE(told.log.find("cut.avi: ends early"), std::string::npos) << told.log;
}

TEST(Video, WhatIsNoneIsRefusedByNameAndTheOthersGoOn) {
  const Scratch scratch("none");
  ASSERT_TRUE(write_file_durably(scratch / "empty.mp4", {}));
  ASSERT_TRUE(write_file_durably(scratch / "list.ts", as_bytes("#EXTM3U\nfile:/etc/passwd\n")));
  ASSERT_TRUE(write_file_durably(scratch / "header.avi", as_bytes("RIFF\x10\x27\0\0AVI LIST....")));
  write_video(scratch / "blank.avi",
              std::vector<cv::Mat>(3, cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(90))));
  std::vector<std::string> inputs;
  for (const char* name : {"empty.mp4", "list.ts", "header.avi", "missing.mkv", "blank.avi"}) {
    inputs.push_back((scratch / name).string());
  }
  inputs.emplace_back("http://127.0.0.1/video.mp4");
  const Told told = read_all({.inputs = inputs});
  EXPECT_EQ(told.exit_code, 2);
  ASSERT_EQ(told.objects.size(), 6U) << told.log;
  for (std::size_t i = 0; i < told.objects.size(); ++i) {
    EXPECT_EQ(told.objects[i].member("error") == nullptr, i == 4) << i;
  }
  EXPECT_NE(told.log.find("empty.mp4: video: the file is empty"), std::string::npos);
  EXPECT_NE(told.log.find("list.ts: video: neither AVI"), std::string::npos);
  EXPECT_NE(told.log.find("only rtsp:// is read"), std::string::npos);
}

TEST(Video, ContainersSayWhetherTheyAreWhole) {
  const Scratch scratch("boxes");
  using namespace std::string_view_literals;
  const std::string_view mp4 =
      "\0\0\0\x10"
      "ftypisom\0\0\0\0"
      "\0\0\0\x0c"
      "mdat1234"sv;
  ASSERT_TRUE(write_file_durably(scratch / "a.mp4", as_bytes(mp4)));
  EXPECT_TRUE(inspect_video(scratch / "a.mp4")->complete);
  ASSERT_TRUE(write_file_durably(scratch / "b.mp4", as_bytes(mp4.substr(0, mp4.size() - 1))));
  EXPECT_FALSE(inspect_video(scratch / "b.mp4")->complete);
  EXPECT_EQ(inspect_video(scratch.path()).error().code, ErrorCode::kIo);
  EXPECT_EQ(inspect_video(scratch / "c.mp4").error().code, ErrorCode::kNotFound);
}

TEST(StreamLag, LeavesOutWhatWaitedAndNoMore) {
  // 30 frames a second, a second of them there before the first is asked for; each takes 2 ms to
  // decode and 100 ms to read.
  constexpr double kStep = 1000.0 / 30;
  StreamLag lag(500);
  double clock = 1000;
  int read = 0;
  double longest_behind = 0;
  for (int frame = 0; frame < 900; ++frame) {
    const double own = frame * kStep;
    clock = std::max(clock, own) + 2;
    if (lag.late(clock, own)) continue;
    ++read;
    if (frame > 60) longest_behind = std::max(longest_behind, clock - own);
    clock += 100;
  }
  EXPECT_LT(longest_behind, 700);
  EXPECT_GT(read, 250);  // of 290 that there was time for
  // One that is read in time loses nothing.
  StreamLag quick(500);
  for (int frame = 0; frame < 100; ++frame) {
    EXPECT_FALSE(quick.late(frame * kStep + 20 + frame % 7, frame * kStep));
  }
  // A stream without times of its own goes on.
  StreamLag timeless(500);
  int told = 0;
  for (int frame = 0; frame < 100; ++frame) told += timeless.late(frame * 100.0, 0) ? 0 : 1;
  EXPECT_GE(told, 50);
}

// A camera that answers as written, by a clock that only pauses move.
class Camera {
 public:
  explicit Camera(std::string answers) : answers_(std::move(answers)) {}
  CameraPlan plan(int retry_seconds) {
    CameraPlan plan;
    plan.name = "rtsp://camera/1";
    plan.connect = [this]() -> Result<NextFrame> {
      if (next() == 'x') return fail(ErrorCode::kIo, "no stream there");
      return NextFrame([this]() -> Result<std::optional<Frame>> {
        const char answer = next();
        if (answer == 'f') return std::optional(Frame{0, 0, cv::Mat(1, 1, CV_8UC3)});
        if (answer == 'e') return std::optional<Frame>();
        return fail(ErrorCode::kIo, "the stream stopped");
      });
    };
    plan.now_ms = [this] { return now_ms; };
    plan.pause = [this](int ms) {
      now_ms += ms;
      pauses.push_back(ms);
      return pauses.size() < pauses_max;
    };
    plan.told = [this](const std::string& what) { told.push_back(what); };
    plan.retry_seconds = retry_seconds;
    return plan;
  }

  std::int64_t now_ms = 50'000;
  std::vector<int> pauses;
  std::size_t pauses_max = 100;
  std::vector<std::string> told;

 private:
  char next() { return at_ < answers_.size() ? answers_[at_++] : 'x'; }
  std::string answers_;  // of connecting: c or x (refused); of a frame: f, e (ends) or s (stops)
  std::size_t at_ = 0;
};

TEST(CameraStream, ConnectsAgainAndCountsItsFramesOn) {
  Camera camera(
      "cffs"
      "x"
      "x"
      "cf"
      "e"
      "cf");
  CameraStream stream(camera.plan(60));
  std::vector<std::int64_t> numbers;
  std::vector<std::int64_t> times;
  for (int i = 0; i < 4; ++i) {
    const auto frame = stream.next();
    ASSERT_TRUE(frame && *frame);
    numbers.push_back((*frame)->number);
    times.push_back((*frame)->at_ms);
  }
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(times, (std::vector<std::int64_t>{0, 0, 7000, 8000}));
  // Each loss begins with a short pause again.
  EXPECT_EQ(camera.pauses, (std::vector<int>{1000, 2000, 4000, 1000}));
  EXPECT_EQ(camera.told.front(), "rtsp://camera/1: the stream stopped; trying again in 1 s");
  EXPECT_EQ(camera.told.back(), "rtsp://camera/1: connected again");
}

TEST(CameraStream, GivesUpAfterItsTimeAndEndsWhenAsked) {
  Camera away("");
  CameraStream stream(away.plan(/*retry_seconds=*/50));
  const auto frame = stream.next();
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().detail, "no stream there; gave up after 50 s");
  EXPECT_EQ(away.pauses, (std::vector<int>{1000, 2000, 4000, 8000, 16000, 19000}));
  Camera stopped("");
  stopped.pauses_max = 2;
  CameraStream ended(stopped.plan(/*retry_seconds=*/50));
  const auto nothing = ended.next();
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
}

TEST(CameraStream, AnAddressWhereNothingListensIsToldWithoutItsPassword) {
  const Told told =
      read_all({.inputs = {"rtsp://user:secret@127.0.0.1:9/street"}, .retry_seconds = 0});
  EXPECT_EQ(told.exit_code, 3);
  ASSERT_EQ(told.objects.size(), 1U);
  EXPECT_EQ(*told.objects[0].member("image")->string(), "rtsp://127.0.0.1:9/street");
  EXPECT_NE(told.log.find("rtsp://127.0.0.1:9/street: no stream there; gave up after 0 s"),
            std::string::npos)
      << told.log;
  EXPECT_EQ(told.log.find("secret"), std::string::npos);
  // It would keep what comes after it waiting for ever.
  EXPECT_EQ(read_all({.inputs = {"rtsp://127.0.0.1:9/a", "rtsp://127.0.0.1:9/b"}}).exit_code, 2);
  EXPECT_EQ(read_all({.inputs = {"rtsp://127.0.0.1:9/a"}, .watch = "."}).exit_code, 2);
  EXPECT_EQ(without_password("rtsp://a:p@ss@host/x@y"), "rtsp://host/x@y");
  EXPECT_EQ(without_password("rtsp://host/x@y"), "rtsp://host/x@y");
}

}  // namespace
}  // namespace alpr::recognition
