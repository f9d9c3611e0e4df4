// Proves that plates have one normal form, that folding joins what readers confuse and nothing
// else, and that wildcards match as their definition says. By cases, and against a slow reference
// on random plates and patterns.
#include "policy/registers/plate_text.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace alpr::policy {
namespace {

TEST(PlateText, NormalFormDropsWhatPlatesAreWrittenWith) {
  EXPECT_EQ(normalise_plate("7abc 123").value(), "7ABC123");
  EXPECT_EQ(normalise_plate(" a-b.c-1 ").value(), "ABC1");
  EXPECT_EQ(normalise_plate("ABCDEFGH12").value(), "ABCDEFGH12");
}

TEST(PlateText, RefusesWhatIsNoPlate) {
  for (const std::string_view text : {"", " - ", "ABCDEFGHI12", "7ABC_123", "7ABC*23",
                                      "\xc3\x84"
                                      "B12",
                                      "7ABC\n123"}) {
    const auto plate = normalise_plate(text);
    ASSERT_FALSE(plate.has_value()) << text;
    EXPECT_EQ(plate.error().code, ErrorCode::kMalformed);
  }
  EXPECT_FALSE(valid_plate("abc"));
}

TEST(PlateText, FoldingJoinsGenetecsClassesAndNothingElse) {
  EXPECT_EQ(fold_plate("0ODQ1I2Z5S8B6G"), "00001122558866");
  const std::string rest = "34789ACEFHJKLMNPRTUVWXY";
  std::set<char> folded;
  for (const char c : rest) folded.insert(fold_plate(std::string(1, c))[0]);
  EXPECT_EQ(folded.size(), rest.size());
  EXPECT_EQ(fold_plate("?A*"), "?A*");
}

TEST(PlateText, PackedPlatesDiffer) {
  std::set<std::uint64_t> packed;
  const std::vector<std::string> plates{"0",  "00",         "A",          "A0", "0A",
                                        "AA", "ZZZZZZZZZZ", "9999999999", "1",  "01"};
  for (const std::string& plate : plates) packed.insert(pack_plate(plate));
  EXPECT_EQ(packed.size(), plates.size());
  EXPECT_EQ(packed.count(0), 0U);
}

TEST(PlateText, PatternsKeepWildcardsAndJoinStars) {
  EXPECT_EQ(normalise_pattern("7ab?-**2 3*").value(), "7AB?*23*");
  EXPECT_FALSE(normalise_pattern("7AB%").has_value());
  EXPECT_FALSE(normalise_pattern("").has_value());
  EXPECT_FALSE(normalise_pattern("?????????????????????").has_value());
  EXPECT_TRUE(has_wildcard("7AB?"));
  EXPECT_FALSE(has_wildcard("7AB"));
  EXPECT_EQ(literal_count("7A?B*"), 3U);
}

TEST(PlateText, WildcardsMatchByCases) {
  EXPECT_TRUE(matches_pattern("7AB?23*", "7ABX23"));
  EXPECT_TRUE(matches_pattern("7AB?23*", "7ABX2399"));
  EXPECT_FALSE(matches_pattern("7AB?23*", "7AB23"));
  EXPECT_TRUE(matches_pattern("*", "A"));
  EXPECT_FALSE(matches_pattern("?", ""));
  EXPECT_TRUE(matches_pattern("*A*A", "AAA"));
}

// By the definition, character by character.
bool slow_match(std::string_view pattern, std::string_view plate) {
  if (pattern.empty()) return plate.empty();
  if (pattern[0] == '*') {
    return slow_match(pattern.substr(1), plate) ||
           (!plate.empty() && slow_match(pattern, plate.substr(1)));
  }
  if (plate.empty() || (pattern[0] != '?' && pattern[0] != plate[0])) return false;
  return slow_match(pattern.substr(1), plate.substr(1));
}

TEST(PlateText, WildcardsMatchAsTheSlowReferenceDoes) {
  std::mt19937 random(20221018);
  const auto text = [&](std::string_view letters, std::size_t max) {
    std::string all(random() % max + 1, ' ');
    for (char& c : all) c = letters[random() % letters.size()];
    return all;
  };
  int matched = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string pattern = text("AB1?*", 8);
    const std::string plate = text("AB1", 8);
    const bool expected = slow_match(pattern, plate);
    matched += expected ? 1 : 0;
    ASSERT_EQ(matches_pattern(pattern, plate), expected) << pattern << " " << plate;
  }
  EXPECT_GT(matched, 500);
}

}  // namespace
}  // namespace alpr::policy
