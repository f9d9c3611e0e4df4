// Proves that the frames of one vehicle become one passage and those of two stay two, whatever the
// order in which they arrive. Plays written passages: cars that drive by, follow each other, stand,
// and are misread on the way.
#include "recognition/passage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "recognition/confidence.h"

namespace alpr::recognition {
namespace {

constexpr std::int64_t kSure = 950'000;
constexpr std::int64_t kUnsure = 600'000;

PlateCandidate plate_at(std::string text, cv::Point2f centre, std::int64_t confidence_ppm = kSure,
                        float width = 100) {
  const cv::Point2f along(width / 2, 0);
  const cv::Point2f down(0, width / 8);
  return {
      std::move(text),
      confidence_ppm,
      {centre - along - down, centre + along - down, centre + along + down, centre - along + down},
      {}};
}

// A car that drives by: seen each 100 ms, 60 pixels further each time.
std::vector<FrameReads> drive_by(const std::string& text, std::int64_t from_ms, int count) {
  std::vector<FrameReads> frames;
  for (int i = 0; i < count; ++i) {
    const std::int64_t at_ms = from_ms + 100 * i;
    frames.push_back(
        {at_ms / 100, at_ms, {plate_at(text, {100.0F + 60.0F * static_cast<float>(i), 300})}});
  }
  return frames;
}

std::vector<Passage> play(const std::vector<FrameReads>& frames, const PassageRules& rules = {}) {
  Passages passages(rules);
  std::vector<Passage> out;
  const auto add = [&out](std::vector<Passage> more) {
    for (Passage& passage : more) out.push_back(std::move(passage));
  };
  for (const FrameReads& frame : frames) add(passages.add(frame));
  add(passages.finish());
  return out;
}

std::vector<std::string> texts_of(const std::vector<Passage>& passages) {
  std::vector<std::string> texts;
  for (const Passage& passage : passages) texts.push_back(passage.plate.text);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Passage, ACarThatDrivesByIsOneRead) {
  const std::vector<Passage> passages = play(drive_by("7ABC123", 1000, 12));
  ASSERT_EQ(texts_of(passages), Texts{"7ABC123"});
  EXPECT_EQ(passages[0].from_ms, 1000);
  EXPECT_EQ(passages[0].until_ms, 2100);
  EXPECT_EQ(passages[0].frames.size(), 12U);
  EXPECT_EQ(passages[0].plate.confidence_ppm, kSure);
}

TEST(Passage, OneOutlierOnTheWayDoesNotWinAndIsNoCarOfItsOwn) {
  std::vector<FrameReads> frames = drive_by("7ABC123", 0, 10);
  frames[4].plates[0] = plate_at("7ABC", {340, 300}, kUnsure);
  frames[6].plates[0] = plate_at("JABC128", {460, 300}, kSure);
  frames[8].plates.clear();
  const std::vector<Passage> passages = play(frames);
  ASSERT_EQ(texts_of(passages), Texts{"7ABC123"});
  EXPECT_EQ(passages[0].frames.size(), 9U);
}

TEST(Passage, TwoCarsBehindEachOtherStayTwo) {
  // The second hangs 150 pixels behind, on a plate of 100, with one character different.
  std::vector<FrameReads> frames = drive_by("7ABC123", 0, 14);
  for (std::size_t i = 3; i < frames.size(); ++i) {
    frames[i].plates.push_back(plate_at("7ABC124", {60.0F * static_cast<float>(i) - 50, 300}));
  }
  const std::vector<Passage> passages = play(frames);
  EXPECT_EQ(texts_of(passages), (Texts{"7ABC123", "7ABC124"}));
  EXPECT_EQ(passages[0].frames.size(), 14U);
  EXPECT_EQ(passages[1].frames.size(), 11U);
}

TEST(Passage, ACarInThePlaceOfTheLastOneIsAnother) {
  std::vector<FrameReads> frames;
  for (int i = 0; i < 20; ++i) {
    // The first leaves at 700 ms; the second stands there from 1,500 ms on.
    const std::string text = i < 8 ? "7ABC123" : "7ABC124";
    if (i >= 8 && i < 15) continue;
    frames.push_back({i, 100 * i, {plate_at(text, {300, 300})}});
  }
  EXPECT_EQ(texts_of(play(frames)), (Texts{"7ABC123", "7ABC124"}));
}

TEST(Passage, LookAlikesAndOneUnsureCharacterAreTheSameCarAnywhere) {
  const std::vector<FrameReads> frames{{0, 0, {plate_at("7ABC1O3", {100, 100})}},
                                       {1, 1000, {plate_at("7ABC103", {900, 500})}},
                                       {2, 1900, {plate_at("7ABC10", {400, 300}, kUnsure)}}};
  const std::vector<Passage> passages = play(frames);
  ASSERT_EQ(passages.size(), 1U);
  EXPECT_EQ(passages[0].frames.size(), 3U);
}

TEST(Passage, AGapEndsItAndTheSameCarMayComeAgain) {
  std::vector<FrameReads> frames = drive_by("7ABC123", 0, 5);
  for (const FrameReads& frame : drive_by("7ABC123", 2401, 5)) frames.push_back(frame);
  EXPECT_EQ(play(frames).size(), 2U);
  EXPECT_EQ(play(frames, {.gap_ms = 2001}).size(), 1U);
}

TEST(Passage, IsToldOnceItIsOverAndNotBefore) {
  Passages passages{PassageRules{.gap_ms = 500, .late_ms = 0}};
  EXPECT_TRUE(passages.add({0, 0, {plate_at("7ABC123", {0, 0})}}).empty());
  EXPECT_TRUE(passages.add({1, 500, {}}).empty());
  EXPECT_EQ(texts_of(passages.add({2, 501, {}})), Texts{"7ABC123"});
  EXPECT_TRUE(passages.finish().empty());
}

TEST(Passage, WhoStandsStillIsToldAgainEachMinute) {
  std::vector<FrameReads> frames;
  for (int i = 0; i < 1500; ++i) frames.push_back({i, 100 * i, {plate_at("7ABC123", {50, 50})}});
  const std::vector<Passage> passages = play(frames);
  ASSERT_EQ(passages.size(), 3U);
  EXPECT_EQ(passages[0].until_ms, 60'000);
  EXPECT_EQ(passages[1].from_ms, 60'100);
}

TEST(Passage, TheOrderOfArrivalDoesNotMatterWithinWhatMayBeLate) {
  std::vector<FrameReads> frames = drive_by("7ABC123", 0, 40);
  std::mt19937 random(7);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (i % 3 == 0) frames[i].plates[0] = plate_at("7ABD123", {100 + 60.0F * i, 300}, kUnsure);
    if (i > 5 && i < 30) frames[i].plates.push_back(plate_at("5KLM678", {60.0F * i - 200, 310}));
  }
  const std::vector<Passage> straight = play(frames);
  ASSERT_EQ(straight.size(), 2U);
  for (int round = 0; round < 20; ++round) {
    std::vector<FrameReads> mixed = frames;
    // Within 400 ms of their places, and the reads of a frame in any order.
    for (std::size_t i = 0; i + 4 <= mixed.size(); i += 4) {
      std::shuffle(mixed.begin() + std::ptrdiff_t(i), mixed.begin() + std::ptrdiff_t(i) + 4,
                   random);
    }
    for (FrameReads& frame : mixed) std::shuffle(frame.plates.begin(), frame.plates.end(), random);
    const std::vector<Passage> passages = play(mixed);
    ASSERT_EQ(texts_of(passages), texts_of(straight));
    for (std::size_t i = 0; i < passages.size(); ++i) {
      EXPECT_EQ(passages[i].frames, straight[i].frames);
      EXPECT_EQ(passages[i].best_frame, straight[i].best_frame);
      EXPECT_EQ(passages[i].plate.confidence_ppm, straight[i].plate.confidence_ppm);
    }
  }
}

TEST(Passage, OnlyPicturesThatMayBecomeTheBestAreWanted) {
  Passages passages{PassageRules{.late_ms = 0}};
  for (int i = 0; i < 10; ++i) {
    const std::int64_t confidence = i == 6 ? kSure : kUnsure;
    passages.add({i, 100 * i, {plate_at("7ABC123", {300, 300}, confidence)}});
    passages.add({100 + i, 100 * i + 50, {}});
  }
  EXPECT_EQ(passages.wanted_pictures(), std::set<std::int64_t>{6});
  const std::vector<Passage> left = passages.finish();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].best_frame, 6);
  EXPECT_TRUE(passages.wanted_pictures().empty());
}

TEST(Passage, HasAnEndWhateverComes) {
  Passages passages{PassageRules{.gap_ms = 1'000'000, .late_ms = 1'000'000}};
  std::size_t told = 0;
  std::mt19937 random(11);
  for (int i = 0; i < 100; ++i) {
    std::vector<PlateCandidate> plates;
    for (int k = 0; k < 4; ++k) {
      std::string text;
      for (int c = 0; c < 7; ++c) text += static_cast<char>('A' + random() % 26);
      plates.push_back(plate_at(text, {400.0F * static_cast<float>(k), 0}));
    }
    told += passages.add({i, i, std::move(plates)}).size();
    ASSERT_LE(passages.wanted_pictures().size(),
              Passages::kOpenMax * Passages::kPicturesMax + Passages::kWaitingMax);
  }
  EXPECT_GT(told, 0U);
}

}  // namespace
}  // namespace alpr::recognition
