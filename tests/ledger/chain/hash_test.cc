// Proves that SHA-256, HMAC-SHA-256 and HKDF are those of FIPS 180-4, RFC 4231 and RFC 5869, in
// parts and in threads. By the published vectors, by splitting inputs at every place, and by
// hashing in several threads at once.
#include "ledger/chain/hash.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

using fixtures::bytes;

TEST(Hash, Sha256IsThatOfFips180) {
  EXPECT_EQ(hex(sha256(BytesView())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Hash, PartsAndIncrementsHashLikeTheWhole) {
  const std::string text(150, 'x');
  const Digest whole = sha256(as_bytes(text));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view view = text;
    EXPECT_EQ(sha256({as_bytes(view.substr(0, cut)), as_bytes(view.substr(cut))}), whole);
    Sha256 incremental;
    incremental.update(as_bytes(view.substr(0, cut)));
    incremental.update(as_bytes(view.substr(cut)));
    EXPECT_EQ(incremental.finish(), whole);
  }
}

TEST(Hash, TwoBlocksHashLikeAnyMessage) {
  const Bytes message(119, 0x5a);
  for (std::size_t size = 55; size <= 118; ++size) {
    const BytesView rest = BytesView(message).first(size);
    const std::uint8_t prefix = 1;
    const Digest expected = sha256({BytesView(&prefix, 1), rest});
    EXPECT_EQ(sha256_two_blocks(prefix, rest), expected) << size;
    EXPECT_EQ(sha256_two_blocks(prefix, rest.first(20), rest.subspan(20)), expected) << size;
  }
  EXPECT_DEATH(sha256_two_blocks(0, BytesView(message).first(54)), "check failed");
  EXPECT_DEATH(sha256_two_blocks(0, message), "check failed");
}

TEST(Hash, AnHmacKeyServesManyMessages) {
  for (const std::size_t size : {0U, 32U, 64U, 65U, 200U}) {
    const Bytes key(size, 0x21);
    const HmacKey once(key);
    for (const std::string_view text : {"", "a", "another, longer message than the one before"}) {
      EXPECT_EQ(once.mac({as_bytes(text)}), hmac_sha256(key, {as_bytes(text)}));
      EXPECT_EQ(once.mac({as_bytes(text), as_bytes("b")}),
                hmac_sha256(key, {as_bytes(std::string(text) + "b")}));
    }
  }
}

TEST(Hash, HmacIsThatOfRfc4231) {
  EXPECT_EQ(hex(hmac_sha256(Bytes(20, 0x0b), {as_bytes("Hi There")})),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(
      hex(hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want "), as_bytes("for nothing?")})),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(Bytes(20, 0xaa), {Bytes(50, 0xdd)})),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  // A key longer than a block is hashed first.
  EXPECT_EQ(hex(hmac_sha256(Bytes(131, 0xaa),
                            {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hash, HkdfIsThatOfRfc5869) {
  const Bytes key(22, 0x0b);
  const Bytes info = bytes("f0f1f2f3f4f5f6f7f8f9");
  // The first 32 bytes of the 42 of test case 1.
  EXPECT_EQ(hex(hkdf_sha256(key, bytes("000102030405060708090a0b0c"), as_text(info))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  // Test case 3: neither salt nor info.
  EXPECT_EQ(hex(hkdf_sha256(key, BytesView(), "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Hash, ThreadsDoNotDisturbEachOther) {
  const std::string text(1000, 'y');
  const Digest expected = sha256(as_bytes(text));
  std::array<bool, 4> right{};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&, t] {
      bool all = true;
      for (int i = 0; i < 500; ++i) all = all && sha256(as_bytes(text)) == expected;
      right[t] = all;
    });
  }
  for (auto& thread : threads) thread.join();
  for (const bool one : right) EXPECT_TRUE(one);
}

}  // namespace
}  // namespace alpr::chain
