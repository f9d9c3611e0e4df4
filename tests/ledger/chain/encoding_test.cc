// Proves that hex, base64, decimals and big-endian integers read back what they wrote and accept
// one form only. By known pairs, by random round trips and by lists of near misses.
#include "ledger/chain/encoding.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

std::string base64_text(std::string_view text) { return base64(as_bytes(text)); }

TEST(Encoding, HexIsLowerCaseAndReadsBack) {
  const Bytes bytes = {0x00, 0x09, 0xaf, 0xff};
  EXPECT_EQ(hex(bytes), "0009afff");
  EXPECT_EQ(parse_hex("0009afff").value(), bytes);
  EXPECT_EQ(parse_hex("").value(), Bytes());
}

TEST(Encoding, HexRefusesUpperCaseOddLengthAndOtherCharacters) {
  for (const std::string_view text : {"0", "AF", "0g", "0x", " 00", "00 ", "\xff\xff"}) {
    ASSERT_FALSE(parse_hex(text).has_value()) << text;
    EXPECT_EQ(parse_hex(text).error().code, ErrorCode::kMalformed);
  }
}

TEST(Encoding, DigestHexHasExactly64Digits) {
  const Digest digest = fixtures::counting(0x40);
  const std::string text = hex(digest);
  EXPECT_EQ(parse_digest_hex(text).value(), digest);
  EXPECT_FALSE(parse_digest_hex(text.substr(2)).has_value());
  EXPECT_FALSE(parse_digest_hex(text + "00").has_value());
  EXPECT_FALSE(parse_digest_hex(std::string(63, '0') + "g").has_value());
}

TEST(Encoding, Base64IsThatOfRfc4648) {
  const std::pair<std::string_view, std::string_view> pairs[] = {{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : pairs) {
    EXPECT_EQ(base64_text(plain), coded);
    EXPECT_EQ(as_text(parse_base64(coded).value()), plain);
  }
  EXPECT_EQ(base64(Bytes{0xfb, 0xff, 0xfe}), "+//+");
}

TEST(Encoding, Base64ReadsBackRandomBytes) {
  std::mt19937_64 random(1);
  for (std::size_t size = 0; size < 200; ++size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    EXPECT_EQ(parse_base64(base64(bytes)).value(), bytes);
  }
}

TEST(Encoding, Base64RefusesEveryOtherSpelling) {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "Z===", "====", "=", "Zg==Zg==", "Zm9v\n",
        " Zm9v", "Zm 9v", "Zm-_", "Zm9\xff", "Z=9v", "Zm=v"}) {
    EXPECT_FALSE(parse_base64(text).has_value()) << text;
  }
}

TEST(Encoding, DecimalsAreWithoutSignAndLeadingZerosUpTo2To63) {
  EXPECT_EQ(decimal(0), "0");
  EXPECT_EQ(decimal(18'446'744'073'709'551'615u), "18446744073709551615");
  EXPECT_EQ(parse_decimal("0").value(), 0u);
  EXPECT_EQ(parse_decimal("9223372036854775807").value(), 9'223'372'036'854'775'807u);
  for (const std::string_view text :
       {"", "00", "01", "+1", "-1", "1 ", " 1", "1e3", "0x1", "9223372036854775808",
        "18446744073709551616", "99999999999999999999999"}) {
    EXPECT_FALSE(parse_decimal(text).has_value()) << text;
  }
}

TEST(Encoding, IntegersAreBigEndian) {
  Bytes out;
  put_be16(out, 0x0102);
  put_be32(out, 0x03040506);
  put_be64(out, 0x0708090a0b0c0d0e);
  EXPECT_EQ(hex(out), "0102030405060708090a0b0c0d0e");
  EXPECT_EQ(get_be16(&out[0]), 0x0102);
  EXPECT_EQ(get_be32(&out[2]), 0x03040506u);
  EXPECT_EQ(get_be64(&out[6]), 0x0708090a0b0c0d0eu);
  const Bytes high(8, 0xff);
  EXPECT_EQ(get_be64(high.data()), ~std::uint64_t{0});
}

}  // namespace
}  // namespace alpr::chain
