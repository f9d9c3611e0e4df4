// Proves that frames vote character by character, that one outlier does not win, and that the
// confidence never rises above what a frame said. Votes over written reads, in every order.
#include "recognition/vote.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "recognition/confidence.h"

namespace alpr::recognition {
namespace {

PlateCandidate read_of(std::string text, std::int64_t confidence_ppm,
                       std::vector<PlateText> alternatives = {}, float width = 100) {
  const float height = width / 4;
  return {std::move(text),
          confidence_ppm,
          {cv::Point2f(0, 0), cv::Point2f(width, 0), cv::Point2f(width, height),
           cv::Point2f(0, height)},
          std::move(alternatives)};
}

PlateCandidate vote_of(const std::vector<PlateCandidate>& frames) {
  std::vector<const PlateCandidate*> pointers;
  for (const PlateCandidate& frame : frames) pointers.push_back(&frame);
  return vote(pointers);
}

TEST(Vote, OneFrameKeepsWhatItSaid) {
  const PlateCandidate alone =
      read_of("7ABC123", 870'000, {{"7ABC128", 90'000}, {"7A8C123", 20'000}});
  const PlateCandidate out = vote_of({alone});
  EXPECT_EQ(out.text, "7ABC123");
  EXPECT_EQ(out.confidence_ppm, 870'000);
  ASSERT_EQ(out.alternatives.size(), 2U);
  EXPECT_EQ(out.alternatives[0].text, "7ABC128");
  EXPECT_EQ(out.alternatives[0].confidence_ppm, 90'000);
}

TEST(Vote, OneOutlierDoesNotWin) {
  const PlateCandidate out = vote_of({read_of("7ABC123", 700'000), read_of("7ABC123", 700'000),
                                      read_of("7ABC123", 700'000), read_of("1XYZ999", 990'000)});
  EXPECT_EQ(out.text, "7ABC123");
  // What contradicts so surely leaves doubt.
  EXPECT_LT(out.confidence_ppm, 500'000);
  EXPECT_EQ(out.alternatives.front().text, "1XYZ999");
  EXPECT_LE(out.alternatives.front().confidence_ppm, out.confidence_ppm);
}

TEST(Vote, EachCharacterIsVotedByItself) {
  // Each frame errs elsewhere; none has the whole text.
  const PlateCandidate out = vote_of(
      {read_of("8ABC123", 600'000), read_of("7ABD123", 600'000), read_of("7ABC124", 600'000)});
  EXPECT_EQ(out.text, "7ABC123");
  EXPECT_LT(out.confidence_ppm, kSurePpm);
  EXPECT_EQ(out.confidence_ppm, 399'999);  // two thirds of 60 %
}

TEST(Vote, CharactersLeftOutAtTheEndsComeBack) {
  const PlateCandidate out = vote_of(
      {read_of("7ABC12", 500'000), read_of("ABC123", 510'000), read_of("7ABC123", 400'000)});
  EXPECT_EQ(out.text, "7ABC123");
}

TEST(Vote, WhatNoFrameSaidIsNeverSure) {
  const PlateCandidate out = vote_of({read_of("8ABC123", 990'000), read_of("7ABD123", 990'000),
                                      read_of("7ABC124", 990'000), read_of("7XBC123", 990'000),
                                      read_of("7AXC123", 990'000), read_of("7ABCX23", 990'000)});
  EXPECT_EQ(out.text, "7ABC123");
  EXPECT_EQ(out.confidence_ppm, kSurePpm - 1);
}

TEST(Vote, AFrameThatSeesItBadlyTakesNothingAway) {
  std::vector<PlateCandidate> frames(5, read_of("7ABC123", 950'000));
  for (int i = 0; i < 20; ++i) frames.push_back(read_of("7A8C", 380'000));
  const PlateCandidate out = vote_of(frames);
  EXPECT_EQ(out.text, "7ABC123");
  EXPECT_EQ(out.confidence_ppm, 950'000);
}

TEST(Vote, I12_C2A_8_ConfidenceNeverIsAboveTheSurestFrames) {
  const std::vector<PlateCandidate> frames{read_of("7ABC123", 910'000, {{"7ABC128", 50'000}}),
                                           read_of("7ABC123", 880'000, {{"7A8C123", 100'000}}),
                                           read_of("7ABC123", 930'000),
                                           read_of("7ABC128", 610'000, {{"7ABC123", 380'000}}),
                                           read_of("7ABC123", 900'000),
                                           read_of("7ABC123", 890'000),
                                           read_of("7ABC12", 420'000, {{"7ABC123", 400'000}})};
  for (std::size_t count = 1; count <= frames.size(); ++count) {
    const PlateCandidate out = vote_of({frames.begin(), frames.begin() + std::ptrdiff_t(count)});
    EXPECT_EQ(out.text, "7ABC123");
    EXPECT_LE(out.confidence_ppm, 930'000) << count;
    for (const PlateText& other : out.alternatives) {
      EXPECT_LE(other.confidence_ppm, out.confidence_ppm);
      EXPECT_NE(other.text, out.text);
    }
  }
  // Twice the same evidence is no more evidence.
  std::vector<PlateCandidate> doubled(frames.begin(), frames.begin() + 1);
  doubled.push_back(frames.front());
  EXPECT_EQ(vote_of(doubled).confidence_ppm, frames.front().confidence_ppm);
}

TEST(Vote, TheOrderOfFramesDoesNotMatter) {
  std::vector<PlateCandidate> frames{
      read_of("7ABC12", 500'000, {{"7ABC128", 90'000}}), read_of("ABC123", 500'000),
      read_of("7ABC123", 400'000, {{"7ABC12", 100'000}}), read_of("7ABD123", 500'000)};
  const PlateCandidate first = vote_of(frames);
  std::sort(frames.begin(), frames.end(),
            [](const auto& a, const auto& b) { return a.text < b.text; });
  do {
    const PlateCandidate out = vote_of(frames);
    ASSERT_EQ(out.text, first.text);
    ASSERT_EQ(out.confidence_ppm, first.confidence_ppm);
    ASSERT_EQ(out.alternatives.size(), first.alternatives.size());
  } while (std::next_permutation(frames.begin(), frames.end(),
                                 [](const auto& a, const auto& b) { return a.text < b.text; }));
}

TEST(Vote, I12_D_1_TheColourIsTheOneThatMostFramesName) {
  std::vector<PlateCandidate> frames(4, read_of("7ABC123", 900'000));
  frames[0].color = {"red", 600'000};
  frames[1].color = {"red", 800'000};
  frames[2].color = {"brown", 900'000};
  const PlateCandidate out = vote_of(frames);
  EXPECT_EQ(out.color.name, "red");
  EXPECT_EQ(out.color.confidence_ppm, 466'666);  // a third of the frames that named one disagrees
  EXPECT_EQ(vote_of({read_of("7ABC123", 900'000)}).color.name, kUnknownColor);
}

TEST(Vote, TheBestFrameHasTheTextThenIsSureThenNear) {
  const PlateCandidate wrong = read_of("7ABC128", 990'000);
  const PlateCandidate far_off = read_of("7ABC123", 900'000, {}, 60);
  const PlateCandidate near = read_of("7ABC123", 900'000, {}, 160);
  const PlateCandidate unsure = read_of("7ABC123", 500'000, {}, 300);
  EXPECT_EQ(best_frame({&wrong, &far_off, &unsure, &near}, "7ABC123"), 3U);
  EXPECT_EQ(best_frame({&unsure, &far_off}, "7ABC123"), 1U);
  EXPECT_EQ(best_frame({&unsure, &wrong}, "OTHER"), 1U);
}

TEST(TextDistance, CountsChangesAndTakesLookAlikesForEqual) {
  EXPECT_EQ(text_distance("7ABC123", "7ABC123"), 0U);
  EXPECT_EQ(text_distance("7ABC1O3", "7A8C103"), 0U);
  EXPECT_EQ(text_distance("7ABC123", "7ABC12"), 1U);
  EXPECT_EQ(text_distance("ABC123", "7ABC124"), 2U);
  EXPECT_EQ(text_distance("", "XYZ"), 3U);
}

}  // namespace
}  // namespace alpr::recognition
