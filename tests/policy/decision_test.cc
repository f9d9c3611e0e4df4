// Proves what every rule builds on: blank texts, one-use codes, refusals that carry their own
// event. By examples, with codes against RFC 4648's vectors.
#include "policy/rules/decision.h"

#include <gtest/gtest.h>

#include "policy/records/system.h"
#include "policy/rules/codes.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

TEST(Blank, SeesThroughEveryKindOfWhiteSpace) {
  for (const char* text : {"", " ", "\t\r\n", "\u00a0", "\u2003\u3000", "\u200b", "\u200d\ufeff",
                           "\u2060 \u00ad", "\u2800", "\u3164", "\u180e", "\u202e", "\x01\x7f"}) {
    EXPECT_TRUE(blank(text)) << "bytes: " << std::string(text).size();
  }
}

TEST(Blank, IsNotAnyTextThatShows) {
  for (const char* text : {"a", " . ", "\u00e9", "\u200bx\u200b", "\u4e2d", "\U0001F697"}) {
    EXPECT_FALSE(blank(text)) << text;
  }
}

TEST(Blank, IsNotBrokenUtf8) {
  for (const char* text : {"\xff", "\xc2", "\xe2\x80", " \xc0\xa0", "\xf0\x80\x80"}) {
    EXPECT_FALSE(blank(text));
  }
}

TEST(Refusals, CarryTheirEventWithRulesAndPolicyVersion_I12_HDR_1) {
  const Actor actor{"o.ficer", "O. Ficer", "Test PD", Sequence{7}, std::nullopt};
  PolicyRow third;
  third.version = 3;
  const Decision decision = refuse({TimeUs{}, Sequence{}, &third}, actor, "user.enrol",
                                   {{"I12-L-1", "I12-K-1"}, "role-missing", "Needs the role."});
  ASSERT_TRUE(decision.refusal);
  ASSERT_EQ(decision.events.size(), 1U);
  const chain::Draft& draft = decision.events[0];
  EXPECT_EQ(draft.kind, CommandRefused::kKind.number);
  EXPECT_EQ(
      chain::to_json(draft.members),
      R"({"policy":3,"action":"user.enrol","rules":["I12-L-1","I12-K-1"],"slug":"role-missing",)"
      R"("reason":"Needs the role.","by":{"username":"o.ficer","name":"O. Ficer",)"
      R"("organisation":"Test PD","session":7}})");
}

TEST(Refusals, BeforeLogInNameNobody) {
  const PolicyRow first;
  const Decision decision = refuse({TimeUs{}, Sequence{}, &first}, std::nullopt, "password.set",
                                   {{"I12-K-1"}, "codes-rejected", "No."});
  ASSERT_EQ(decision.events.size(), 1U);
  for (const chain::Member& member : decision.events[0].members) EXPECT_NE(member.name, "by");
}

TEST(Codes, AreWrittenInBase32AsInRfc4648) {
  CodeBits bits{};
  EXPECT_EQ(code_text(bits), "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA");
  bits.fill(0xFF);
  EXPECT_EQ(code_text(bits), "7777-7777-7777-7777-7777-7777-7777-7777");
  // RFC 4648 section 10: BASE32("fooba") = "MZXW6YTB", four times over.
  const std::string text = "foobafoobafoobafooba";
  std::copy(text.begin(), text.end(), bits.begin());
  EXPECT_EQ(code_text(bits), "MZXW-6YTB-MZXW-6YTB-MZXW-6YTB-MZXW-6YTB");
}

TEST(Codes, FitHoweverTheyAreTyped) {
  Salt salt{};
  salt.fill(3);
  const CodeDigest digest = digest_code("MZXW-6YTB-MZXW-6YTB-MZXW-6YTB-MZXW-6YTB", salt);
  EXPECT_TRUE(code_fits("mzxw6ytb mzxw6ytb mzxw6ytb mzxw6ytb", digest));
  EXPECT_FALSE(code_fits("MZXW-6YTB-MZXW-6YTB-MZXW-6YTB-MZXW-6YTC", digest));
  EXPECT_FALSE(code_fits("", digest));
  Salt other = salt;
  other[0] ^= 1U;
  EXPECT_NE(digest_code("MZXW", salt).sha256, digest_code("MZXW", other).sha256);
}

TEST(Codes, NoCodeFitsAnEmptyDigest) {
  EXPECT_FALSE(code_fits("", CodeDigest{}));
  EXPECT_FALSE(code_fits("AAAA", CodeDigest{}));
}

TEST(Texts, OverTheirLimitOrNotUtf8AreMalformed) {
  EXPECT_FALSE(text_fault("name", std::string(200, 'x'), kShortTextMax));
  const auto over = text_fault("name", std::string(201, 'x'), kShortTextMax);
  ASSERT_TRUE(over);
  EXPECT_EQ(over->code, ErrorCode::kMalformed);
  EXPECT_EQ(over->detail, "name: over 200 bytes");
  EXPECT_TRUE(text_fault("name", "\xff", kShortTextMax));
}

TEST(Texts, TimesBeyondCanonicalIntegersAreMalformed) {
  EXPECT_FALSE(time_fault("from", TimeUs{chain::kIntegerMax}));
  EXPECT_TRUE(time_fault("from", TimeUs{chain::kIntegerMax + 1}));
  EXPECT_TRUE(time_fault("from", TimeUs{-1}));
}

}  // namespace
}  // namespace alpr::policy
