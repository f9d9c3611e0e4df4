// Proves that a vehicle's copy of the lists is read only in the one form in which it is written.
// Builds a small one, then changes bytes, lines and numbers one at a time.
#include "recognition/upload/shift_list.h"

#include <gtest/gtest.h>

#include "tests/recognition/shift_maker.h"

namespace alpr::recognition {
namespace {

const TimeUs kNow{1'760'000'000 * kSecondUs};

std::string good() { return write_shift_list(list_made_at(kNow, "car-7")).value(); }

std::string with(const std::string& from, const std::string& to) {
  std::string text = good();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ShiftList, ComesBackAsItWasWritten) {
  const auto list = parse_shift_list(good());
  ASSERT_TRUE(list.has_value()) << list.error().detail;
  EXPECT_EQ(write_shift_list(*list).value(), good());
  ASSERT_EQ(list->entries.size(), 2U);
  ShiftList shuffled = *list;
  std::swap(shuffled.entries[0], shuffled.entries[1]);
  EXPECT_EQ(write_shift_list(shuffled).value(), good());
  const auto found = matches(*list, "7A8C123", kNow);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].exact);
  EXPECT_EQ(found[0].list->list, Sequence{12});
  EXPECT_EQ(found[0].entry->entry, 4U);
  EXPECT_TRUE(matches(*list, "8XYZ999", {kNow.value + 1800 * kSecondUs}).empty()) << "expired";
}

TEST(ShiftList, AnyOtherFormIsRefused) {
  const std::string text = good();
  for (std::size_t kept = 0; kept < text.size(); ++kept)
    EXPECT_FALSE(parse_shift_list(text.substr(0, kept)).has_value()) << "cut at " << kept;
  for (const std::string& wrong :
       {text + "\n",
        text + text,
        with("v1", "v2"),
        with("\"rows\":2}", "\"rows\":3}"),
        with("\"rows\":2}", "\"rows\":9000000}"),
        with("\"rows\":1}", "\"rows\":2}"),
        with("7ABC123", "7ABC12_"),
        with("7ABC123", "9ABC123"),
        with("\"8XYZ999\",1,14", "\"7ABC123\",0,4"),
        with(",0,4,0,", ",2,4,0,"),
        with(",0,4,0,", ",-1,4,0,"),
        with(",0,4,0,", ",0,-4,0,"),
        with(",0,4,0,", ",0,4,-1,"),
        with(",0,4,0,", ", 0,4,0,"),
        with("BURGLARY", ""),
        with("SVS", "svs"),
        with("\"list\":15", "\"list\":12"),
        with("car-7", "car 7"),
        with("\"origin\"", "\"orig\""),
        with(chain::hex(list_made_at(kNow, "car-7").salt), chain::hex(Salt{})),
        with(std::to_string(kNow.value + kShiftMaxUs),
             std::to_string(kNow.value + kShiftMaxUs + 1)),
        with(std::to_string(kNow.value + kShiftMaxUs), std::to_string(kNow.value))}) {
    EXPECT_FALSE(parse_shift_list(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace alpr::recognition
