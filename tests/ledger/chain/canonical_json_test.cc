// Proves that the reader accepts exactly the bytes that the writer makes: parse then write is the
// identity, and so is write then parse. By random values, by lists of other spellings, and by all
// one-byte changes of a text.
#include "ledger/chain/canonical_json.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

std::string random_text(std::mt19937_64& random) {
  static const std::vector<std::string> pieces = {"a",
                                                  "Z",
                                                  "0",
                                                  "\"",
                                                  "\\",
                                                  "/",
                                                  "\b",
                                                  "\f",
                                                  "\n",
                                                  "\r",
                                                  "\t",
                                                  std::string(1, '\0'),
                                                  "\x1f",
                                                  "\x7f",
                                                  "\xc3\xa9",
                                                  "\xe2\x80\xa8",
                                                  "\xf0\x9f\x9a\x93",
                                                  "u0041"};
  std::string text;
  for (std::uint64_t i = random() % 8; i > 0; --i) text += pieces[random() % pieces.size()];
  return text;
}

Json random_json(std::mt19937_64& random, int depth) {
  switch (random() % (depth == 0 ? 3 : 5)) {
    case 0:
      return Json(random() % 2 == 0);
    case 1:
      return Json(static_cast<std::int64_t>(random() >> (11 + random() % 53)) *
                  (random() % 2 == 0 ? 1 : -1));
    case 2:
      return Json(random_text(random));
    case 3: {
      Json::Array array;
      for (std::uint64_t i = random() % 4; i > 0; --i)
        array.push_back(random_json(random, depth - 1));
      return Json(std::move(array));
    }
    default: {
      Json::Object object;
      for (std::uint64_t i = random() % 4; i > 0; --i) {
        object.emplace_back(std::to_string(i) + random_text(random),
                            random_json(random, depth - 1));
      }
      return Json(std::move(object));
    }
  }
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(CanonicalJson, WritesTheDocumentedForm) {
  const Json value(Json::Object{{"plate", "7ABC123"},
                                {"n", std::int64_t{-5}},
                                {"ok", true},
                                {"list", Json::Array{Json(std::int64_t{0}), Json(false)}},
                                {"empty", Json::Object{}}});
  EXPECT_EQ(write(value), R"({"plate":"7ABC123","n":-5,"ok":true,"list":[0,false],"empty":{}})");
}

TEST(CanonicalJson, WritesOneEscapeForm) {
  std::string out;
  write_string(out, fixtures::text_of_all_codes(0x00, 0x22) + "/\\\x7f\xc3\xa9");
  EXPECT_EQ(
      out,
      "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e"
      "\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a"
      "\\u001b\\u001c\\u001d\\u001e\\u001f !\\\"/\\\\\x7f\xc3\xa9\"");
}

TEST(CanonicalJson, RandomValuesReadBackAndWriteTheSameBytes) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 3000; ++i) {
    const Json value = random_json(random, 4);
    const std::string text = write(value);
    const auto parsed = parse_canonical(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(*parsed, value);
    EXPECT_EQ(write(*parsed), text);
  }
}

TEST(CanonicalJson, EveryAcceptedOneByteChangeWritesBackToItself) {
  const std::string good = "{\"a\":[1,-20,\"\\u001f\\n\xc3\xa9\"],\"b\":{\"c\":true}}";
  ASSERT_TRUE(parse_canonical(good).has_value());
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int code = 0; code < 256; ++code) {
      std::string changed = good;
      changed[at] = static_cast<char>(code);
      const auto parsed = parse_canonical(changed);
      if (parsed) {
        EXPECT_EQ(write(*parsed), changed);
      }
      EXPECT_EQ(check_canonical(changed).has_value(), parsed.has_value()) << changed;
    }
    EXPECT_FALSE(parse_canonical(good.substr(0, at)).has_value()) << at;
  }
}

TEST(CanonicalJson, NamesOfAnObjectAreItsOwnInTheirOrder) {
  const auto names = canonical_object_names(R"({"b":{"x":1,"y":[{"z":2}]},"a\n":[],"c":true})");
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(*names, (std::vector<std::string_view>{"b", "a\\n", "c"}));
  EXPECT_TRUE(canonical_object_names("{}").value().empty());
  for (const std::string_view text : {"[1]", "1", "\"a\"", "", R"({"a":1,"a":2})", R"({"a":1)"}) {
    EXPECT_FALSE(canonical_object_names(text).has_value()) << text;
  }
}

TEST(CanonicalJson, ACharacterIsJudgedAlikeWhereverItStands) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int code = 0; code < 256; ++code) {
        std::string text = "\"" + std::string(size, 'p') + "\"";
        text[1 + at] = static_cast<char>(code);
        const bool plain = code >= 0x20 && code < 0x80 && code != '"' && code != '\\';
        const auto parsed = parse_canonical(text);
        ASSERT_EQ(parsed.has_value(), plain) << size << " " << at << " " << code;
        ASSERT_EQ(check_canonical(text).has_value(), plain);
        if (plain) {
          ASSERT_EQ(*parsed->string(), text.substr(1, size));
        }
      }
    }
  }
}

TEST(CanonicalJson, ManyNamesAreComparedAsFewAre) {
  for (const int count : {2, 16, 17, 40}) {
    std::string text = "{";
    for (int i = 0; i < count; ++i) text += "\"n" + std::to_string(i) + "\":{\"n0\":1},";
    EXPECT_TRUE(check_canonical(text + "\"last\":1}").has_value()) << count;
    EXPECT_FALSE(check_canonical(text + "\"n0\":1}").has_value()) << count;
  }
}

TEST(CanonicalJson, DepthCountsWhatStandsAround) {
  EXPECT_TRUE(check_canonical(nested(15), 1).has_value());
  EXPECT_FALSE(check_canonical(nested(16), 1).has_value());
}

TEST(CanonicalJson, RefusesOtherSpellings) {
  for (const std::string_view text : {"",
                                      " 1",
                                      "1 ",
                                      "{ }",
                                      "{\"a\": 1}",
                                      "[1, 2]",
                                      "[1,]",
                                      "[,1]",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "null",
                                      "[null]",
                                      "1.0",
                                      "1e3",
                                      "0.5",
                                      "-0",
                                      "01",
                                      "-01",
                                      "+1",
                                      "--1",
                                      "-",
                                      "9007199254740992",
                                      "-9007199254740992",
                                      "99999999999999999999",
                                      "True",
                                      "tru",
                                      "\"",
                                      "\"a",
                                      "'a'",
                                      "\"\\/\"",
                                      "\"\\u0041\"",
                                      "\"\\u000a\"",
                                      "\"\\u0008\"",
                                      "\"\\u0022\"",
                                      "\"\\u001F\"",
                                      "\"\\u00e9\"",
                                      "\"\\u2028\"",
                                      "\"\\u00\"",
                                      "\"\\u001\"",
                                      "\"\\x41\"",
                                      "\"\n\"",
                                      "\"\x1f\"",
                                      "{\"a\":1,\"a\":2}",
                                      "{\"a\":1,\"b\":2,\"a\":1}",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "{1:1}",
                                      "{\"a\":}",
                                      "[1}",
                                      "{\"a\":1]",
                                      "[",
                                      "{",
                                      "]",
                                      "1 2",
                                      "[1][2]",
                                      "\xef\xbb\xbf{}",
                                      "NaN",
                                      "Infinity",
                                      "//",
                                      "[1]//"}) {
    const auto parsed = parse_canonical(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kMalformed);
  }
}

TEST(CanonicalJson, IntegersReachExactly2To53Minus1) {
  EXPECT_EQ(*parse_canonical("9007199254740991").value().integer(), kIntegerMax);
  EXPECT_EQ(*parse_canonical("-9007199254740991").value().integer(), -kIntegerMax);
}

TEST(CanonicalJson, DepthIsLimitedTo16) {
  EXPECT_TRUE(parse_canonical(nested(16)).has_value());
  EXPECT_FALSE(parse_canonical(nested(17)).has_value());
  EXPECT_FALSE(parse_canonical(std::string(100'000, '[')).has_value());
}

TEST(CanonicalJson, MembersAreFoundByName) {
  const Json value = parse_canonical(R"({"a":1,"b":"x"})").value();
  ASSERT_NE(value.member("b"), nullptr);
  EXPECT_EQ(*value.member("b")->string(), "x");
  EXPECT_EQ(value.member("c"), nullptr);
  EXPECT_EQ(Json(true).member("a"), nullptr);
  EXPECT_EQ(value.member("a")->string(), nullptr);
}

TEST(CanonicalJson, ALiteralIsAStringAndNotABoolean) {
  const Json value("false");
  ASSERT_NE(value.string(), nullptr);
  EXPECT_EQ(*value.string(), "false");
}

TEST(CanonicalJson, Utf8IsThatOfUnicode) {
  for (const std::string_view text :
       {"", "abc", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(valid_utf8(text)) << text;
  }
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x80\x80", "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xf0\x9f\x9a", "a\xe2\x82z"}) {
    EXPECT_FALSE(valid_utf8(text)) << hex(as_bytes(text));
    EXPECT_FALSE(parse_canonical("\"" + std::string(text) + "\"").has_value());
  }
}

TEST(CanonicalJsonDeathTest, TheWriterAbortsOnWhatItMustNotWrite) {
  std::string out;
  EXPECT_DEATH(write_string(out, "\xff"), "check failed");
  EXPECT_DEATH(write_integer(out, kIntegerMax + 1), "check failed");
  EXPECT_DEATH(write(Json(Json::Object{{"a", true}, {"a", true}})), "check failed");
}

}  // namespace
}  // namespace alpr::chain
