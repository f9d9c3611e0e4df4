// Proves that the text which a described struct is written as is the canonical one. Compares with
// the values written one by one, on members of every sort.
#include "policy/records/describe.h"

#include <gtest/gtest.h>

#include <array>

#include "policy/records/enums.h"
#include "policy/records/reads.h"

namespace alpr::policy {
namespace {

struct Everything {
  bool yes = true;
  std::int64_t number = -chain::kIntegerMax;
  std::string text = "a \"quote\"\\ \b\f\n\r\t \x01\x1f é 漢 \U0001F697";
  Sequence seq{7};
  TimeUs time{1'790'000'000'000'001};
  Digest digest{0xab, 0x00, 0xff};
  Role role = Role::kAdministrator;
  std::vector<std::vector<std::int64_t>> box{{1, -2}, {}, {3}};
  std::array<std::array<std::int64_t, 2>, 3> corners{{{1, -2}, {0, 3}, {4, 5}}};
  std::vector<ReadAlternative> alternatives{{"7ABC123", 5}, {"", 0}};
  std::optional<std::string> absent;
  std::optional<ReadAttribute> color = ReadAttribute{"white", 1};
  std::vector<std::string> none;
  template <typename M>
  void members(M& m) {
    m("yes", yes);
    m.open("number", number);
    m("text", text);
    m("seq", seq);
    m("time", time);
    m("digest", digest);
    m("role", role);
    m("box", box);
    m("corners", corners);
    m("alternatives", alternatives);
    m("absent", absent);
    m("color", color);
    m("none", none);
  }
};

TEST(Describe, TheTextIsTheCanonicalOneOfTheSameValue) {
  const Everything value;
  const std::string text = to_json_text(value);
  EXPECT_EQ(text, chain::write(to_json(value)));
  const Result<chain::Json> parsed = chain::parse_canonical(text);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(*parsed, to_json(value));
  const Result<Everything> back = from_json_text<Everything>(text);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(to_json_text(*back), text);
}

// Read straight from the text or by way of values: never two answers.
TEST(Describe, TheTwoWaysOfReadingAgreeOnEveryTextOneByteAway) {
  const std::string whole = to_json_text(Everything());
  ASSERT_TRUE(detail::read_text<Everything>(whole));
  std::size_t read_straight = 0;
  for (std::size_t at = 0; at <= whole.size(); ++at) {
    std::vector<std::string> texts{whole.substr(0, at) + ',' + whole.substr(at)};
    for (const char c : {'"', '0', '1', '-', 'a', ',', ']', '}', '\x1f', '\xff'})
      if (at < whole.size()) {
        texts.push_back(whole);
        texts.back()[at] = c;
      }
    if (at < whole.size()) texts.push_back(whole.substr(0, at) + whole.substr(at + 1));
    for (const std::string& text : texts) {
      const std::optional<Everything> straight = detail::read_text<Everything>(text);
      if (!straight) continue;
      ++read_straight;
      const Result<chain::Json> values = chain::parse_canonical(text);
      ASSERT_TRUE(values) << text;
      const Result<Everything> slow = from_json<Everything>(*values);
      ASSERT_TRUE(slow) << text;
      EXPECT_EQ(to_json_text(*slow), to_json_text(*straight));
      EXPECT_EQ(to_json_text(*straight), text);
    }
  }
  EXPECT_GT(read_straight, 100U);
}

TEST(Describe, MembersInAnotherOrderAreReadAsWell) {
  const Result<ReadAttribute> color =
      from_json_text<ReadAttribute>(R"({"confidence_ppm":1,"value":"white"})");
  ASSERT_TRUE(color) << color.error().detail;
  EXPECT_EQ(color->value, "white");
}

struct Corners {
  std::array<std::int64_t, 3> corners{};
  template <typename M>
  void members(M& m) {
    m("corners", corners);
  }
};

TEST(Describe, AListOfAKnownLengthHasThatLength) {
  const auto corners = from_json_text<Corners>(R"({"corners":[1,2,3]})");
  ASSERT_TRUE(corners) << corners.error().detail;
  EXPECT_EQ(corners->corners, (std::array<std::int64_t, 3>{1, 2, 3}));
  for (const std::string_view text : {R"({"corners":[1,2]})", R"({"corners":[1,2,3,4]})",
                                      R"({"corners":[]})", R"({"corners":3})"}) {
    const auto other = from_json_text<Corners>(text);
    ASSERT_FALSE(other) << text;
    EXPECT_EQ(other.error().detail, "corners: expected a list of 3");
  }
  const auto wrong = from_json_text<Corners>(R"({"corners":[1,"2",3]})");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().detail, "corners[1]: expected an integer");
}

struct Nothing {
  std::optional<std::int64_t> absent;
  template <typename M>
  void members(M& m) {
    m("absent", absent);
  }
};

TEST(Describe, AStructWithoutMembersIsAnEmptyObject) { EXPECT_EQ(to_json_text(Nothing{}), "{}"); }

}  // namespace
}  // namespace alpr::policy
