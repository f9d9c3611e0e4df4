// Proves that a pattern and an area ask what they say, and that what is no area is refused. By
// random plates, held against the patterns one by one, and areas written here.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "policy/registers/areas.h"
#include "policy/registers/plate_question.h"
#include "policy/registers/plate_text.h"
#include "recognition/upload/plate_fold.h"

namespace alpr::policy {
namespace {

constexpr std::string_view kAlphabet = "01258ABDGIOQSZ67";  // few, and most are confused

std::string random_plate(std::mt19937& random) {
  std::string plate;
  for (std::size_t n = 1 + random() % 10; n > 0; --n) plate += kAlphabet[random() % 16];
  return plate;
}

TEST(PlateQuestion, PackingKeepsEveryPlate) {
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const std::string plate = random_plate(random);
    EXPECT_EQ(unpacked_plate(packed_plate(plate)), plate);
  }
  EXPECT_NE(packed_plate("A"), packed_plate("AA"));
}

bool passes(const PlateQuestion& question, const std::string& plate) {
  const std::uint64_t packed = packed_plate(plate);
  return std::any_of(question.tests().begin(), question.tests().end(),
                     [&](const PlateTest& test) {
                       const bool passed = test.passes(packed);
                       EXPECT_TRUE(!passed || (packed >= test.first && packed <= test.last))
                           << plate;
                       return passed;
                     }) &&
         question.passes_rest(packed);
}

TEST(PlateQuestion, AsksWhatThePatternAsks) {
  std::mt19937 random(2);
  std::vector<std::string> plates;
  for (int i = 0; i < 300; ++i) plates.push_back(random_plate(random));
  std::size_t matched = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string pattern = plates[random() % plates.size()];
    for (std::size_t n = random() % 4; n > 0; --n)
      pattern[random() % pattern.size()] = random() % 2 == 0 ? '?' : '*';
    if (random() % 2 == 0) pattern.insert(random() % (pattern.size() + 1), "*");
    pattern = normalise_pattern(pattern).value();
    if (!has_wildcard(pattern) && !valid_plate(pattern)) continue;
    const PlateQuestion question(pattern, PlateMatching::kExact);
    for (const std::string& plate : plates) {
      const bool expected = matches_pattern(pattern, plate);
      ASSERT_EQ(passes(question, plate), expected) << pattern << " " << plate;
      matched += expected ? 1 : 0;
    }
  }
  EXPECT_GT(matched, 2000U);
}

TEST(PlateQuestion, I12_C2A_8_ConfusedCharactersAreAMaskAndLabelled) {
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    const std::string asked = random_plate(random);
    std::string plate = asked;
    for (char& c : plate)
      if (random() % 3 == 0) c = kAlphabet[random() % 16];
    const PlateQuestion question(asked, PlateMatching::kOcrEquivalent);
    const bool expected = recognition::fold_plate(asked) == recognition::fold_plate(plate);
    ASSERT_EQ(passes(question, plate), expected) << asked << " " << plate;
    if (expected) {
      EXPECT_EQ(question.kind(packed_plate(plate)),
                plate == asked ? MatchKind::kExact : MatchKind::kOcrEquivalent);
    }
  }
}

// Texts as numbers, as the register numbers them.
TEST(Areas, SidesThatCrossOrTouchAreNoArea) {
  const auto area = [](std::vector<Point> corners) { return check_area(corners).has_value(); };
  EXPECT_TRUE(area({{0, 0}, {0, 10}, {10, 10}, {10, 0}}));
  EXPECT_TRUE(area({{0, 0}, {0, 10}, {5, 5}, {10, 10}, {10, 0}})) << "a dent";
  EXPECT_FALSE(area({{0, 0}, {10, 10}, {0, 10}, {10, 0}})) << "a bow";
  EXPECT_FALSE(area({{0, 0}, {0, 10}, {0, 5}, {10, 5}})) << "back over its own side";
  EXPECT_FALSE(area({{0, 0}, {0, 10}, {10, 10}, {0, 5}, {10, 0}})) << "a corner on a side";
  EXPECT_FALSE(area({{0, 0}, {0, 0}, {10, 10}})) << "a corner given twice";
  EXPECT_FALSE(area({{0, 0}, {0, 5}, {0, 10}})) << "a line";
  EXPECT_FALSE(area({{0, 1'799'999'999}, {10, -1'799'999'999}, {20, 1'799'999'999}}))
      << "across the antimeridian";
}

TEST(Areas, ABoxHoldsItsWholeCircle) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const Circle circle{{static_cast<std::int64_t>(random() % 1'600'000'000) - 800'000'000,
                         static_cast<std::int64_t>(random() % 3'000'000'000) - 1'500'000'000},
                        1 + static_cast<std::int64_t>(random() % 50'000)};
    const auto near = [&](std::int64_t value, std::int64_t reach) {
      return static_cast<std::int32_t>(value + static_cast<std::int64_t>(random() % (2 * reach)) -
                                       reach);
    };
    const std::int32_t latitude = near(circle.centre.latitude_e7, 5'000'000);
    const std::int32_t longitude = near(circle.centre.longitude_e7, 40'000'000);
    if (in_circle(circle, latitude, longitude)) {
      EXPECT_TRUE(box_of(circle).holds(latitude, longitude));
    }
  }
}

}  // namespace
}  // namespace alpr::policy
