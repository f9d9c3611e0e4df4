// Proves that a header has the documented 96 bytes and hash, reads back, and that every
// undocumented form is refused. By a vector made with another program, by random round trips and by
// setting each checked byte to what it must not be.
#include "ledger/chain/header.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

Header known_header() {
  Header header;
  header.kind = 259;
  header.retention = Retention::kThirtyDay;
  header.form = Form::kWhole;
  header.seq = Sequence{0x0102030405060708};
  header.time = TimeUs{1'795'428'000'123'456};
  header.previous = fixtures::counting(0);
  header.commitment = fixtures::counting(64);
  return header;
}

TEST(Header, HasTheDocumentedBytesAndHash) {
  const HeaderBytes bytes = encode(known_header());
  EXPECT_EQ(hex(bytes),
            "504c4531010302000102030405060708000660eea82aca400000000000000000"
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
            "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f");
  EXPECT_EQ(hex(leaf_hash(bytes)),
            "e531960f2174b342a6c313244f110770627b86b3951586e4862b8b8a100659cd");
  EXPECT_EQ(decode_header(bytes).value(), known_header());
}

TEST(Header, GenesisPreviousIsTheHashOfTheOrigin) {
  EXPECT_EQ(hex(genesis_previous("ledger.example/alpr")),
            "76f334cd3d417138cf480efc531b5b44cf6d71c41d59a488f3dd33b923f72752");
}

TEST(Header, RandomHeadersReadBack) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 1000; ++i) {
    Header header;
    header.kind = static_cast<std::uint16_t>(random());
    header.retention = static_cast<Retention>(random() % 3);
    header.form = static_cast<Form>(random() % 2);
    header.seq = Sequence{random()};
    header.time = TimeUs{static_cast<std::int64_t>(random() >> 1)};
    header.previous = fixtures::random_digest(random);
    header.commitment = fixtures::random_digest(random);
    EXPECT_EQ(decode_header(encode(header)).value(), header);
  }
}

TEST(Header, EveryBitFlipIsRefusedOrGivesAnotherHeader) {
  const HeaderBytes good = encode(known_header());
  for (std::size_t bit = 0; bit < kHeaderSize * 8; ++bit) {
    HeaderBytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_NE(leaf_hash(bad), leaf_hash(good));
    const auto decoded = decode_header(bad);
    if (!decoded) continue;
    EXPECT_NE(*decoded, known_header()) << "bit " << bit;
    EXPECT_EQ(encode(*decoded), bad) << "bit " << bit;
  }
}

TEST(Header, RefusesWhatTheFormatDoesNotHave) {
  const HeaderBytes good = encode(known_header());
  const auto refused = [&](std::size_t at, std::uint8_t value) {
    HeaderBytes bad = good;
    bad[at] = value;
    const auto decoded = decode_header(bad);
    return !decoded && decoded.error().code == ErrorCode::kMalformed;
  };
  for (std::size_t at = 0; at < 4; ++at) EXPECT_TRUE(refused(at, 'X'));
  for (int value = 3; value < 256; ++value)
    EXPECT_TRUE(refused(6, static_cast<std::uint8_t>(value)));
  for (int value = 2; value < 256; ++value)
    EXPECT_TRUE(refused(7, static_cast<std::uint8_t>(value)));
  EXPECT_TRUE(refused(16, 0x80));
  for (std::size_t at = 24; at < 32; ++at) EXPECT_TRUE(refused(at, 1));
}

TEST(Header, RefusesAnotherSize) {
  const HeaderBytes good = encode(known_header());
  Bytes longer(good.begin(), good.end());
  longer.push_back(0);
  EXPECT_FALSE(decode_header(longer).has_value());
  for (std::size_t size = 0; size < kHeaderSize; ++size) {
    EXPECT_FALSE(decode_header(BytesView(good).first(size)).has_value());
  }
}

}  // namespace
}  // namespace alpr::chain
