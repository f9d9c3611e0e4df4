// Proves that signatures are those of RFC 8032, that altered ones fail, and that weak or ambiguous
// keys are refused; that salts do not repeat. By RFC 8032 vectors, by flipping every bit, by the
// known list of small-order and non-canonical encodings, and by drawing in threads and a child.
#include "ledger/chain/keys.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>
#include <type_traits>
#include <vector>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

TEST(Keys, SignsLikeRfc8032) {
  const SigningKey key = SigningKey::from_seed(
      fixtures::digest("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
  EXPECT_EQ(hex(key.public_key()),
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
  EXPECT_EQ(hex(key.sign(fixtures::bytes("af82"))),
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
}

TEST(Keys, ThePublishedLogKeyComesOutOfItsSeed) {
  EXPECT_EQ(hex(fixtures::log_key().public_key()),
            "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
  EXPECT_EQ(fixtures::log_key().seed(), fixtures::counting(0));
}

TEST(Keys, EveryFlippedBitOfASignatureIsRefused) {
  const SigningKey key = fixtures::log_key();
  const Bytes message = {1, 2, 3};
  const Signature good = key.sign(message);
  ASSERT_TRUE(verify(key.public_key(), message, good));
  EXPECT_FALSE(verify(key.public_key(), Bytes{1, 2, 4}, good));
  EXPECT_FALSE(verify(fixtures::witness_key().public_key(), message, good));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Signature bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(verify(key.public_key(), message, bad)) << "bit " << bit;
  }
}

TEST(Keys, ASignatureWithAnUnreducedScalarIsRefused) {
  const SigningKey key = fixtures::log_key();
  const Bytes message = {1, 2, 3};
  Signature again = key.sign(message);
  // S + L: the same equation holds modulo the group order.
  const Bytes order =
      fixtures::bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += again[32 + i] + order[i];
    again[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(verify(key.public_key(), message, again));
}

TEST(Keys, SmallOrderAndNonCanonicalKeysAreRefused) {
  for (const std::string_view text :
       {"0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
    const auto key = checked_public_key(fixtures::bytes(text));
    ASSERT_FALSE(key.has_value()) << text;
    EXPECT_EQ(key.error().code, ErrorCode::kMalformed);
    // With a small-order key, R = key and S = 0 would satisfy the bare equation.
    PublicKey raw;
    const Bytes bytes = fixtures::bytes(text);
    std::copy(bytes.begin(), bytes.end(), raw.begin());
    Signature forged{};
    std::copy(raw.begin(), raw.end(), forged.begin());
    EXPECT_FALSE(verify(raw, Bytes{7}, forged)) << text;
  }
}

TEST(Keys, EveryNonCanonicalYIsRefused) {
  for (int low = 0xed; low <= 0xff; ++low) {
    Bytes key(32, 0xff);
    key[0] = static_cast<std::uint8_t>(low);
    key[31] = 0x7f;
    EXPECT_FALSE(checked_public_key(key).has_value()) << low;
  }
}

TEST(Keys, APublicKeyHas32Bytes) {
  const PublicKey good = fixtures::log_key().public_key();
  EXPECT_EQ(checked_public_key(good).value(), good);
  EXPECT_FALSE(checked_public_key(BytesView(good).first(31)).has_value());
  EXPECT_FALSE(checked_public_key(Bytes(33, 1)).has_value());
  EXPECT_FALSE(checked_public_key(BytesView()).has_value());
}

TEST(Keys, AMovedKeySignsAndCannotBeCopied) {
  static_assert(!std::is_copy_constructible_v<SigningKey>);
  static_assert(!std::is_copy_assignable_v<SigningKey>);
  SigningKey first = fixtures::log_key();
  SigningKey second = std::move(first);
  SigningKey third = fixtures::witness_key();
  third = std::move(second);
  EXPECT_TRUE(verify(fixtures::log_key().public_key(), Bytes{9}, third.sign(Bytes{9})));
}

TEST(Keys, RandomBytesDifferAndWipeClears) {
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  random_bytes(first);
  random_bytes(second);
  EXPECT_NE(first, second);
  wipe(first);
  const std::array<std::uint8_t, 32> zeros{};
  EXPECT_EQ(first, zeros);
}

TEST(Keys, SaltsNeverRepeatAcrossRefillsAndThreads) {
  constexpr std::size_t kEach = 3000;  // dozens of refills
  std::array<std::vector<Salt>, 3> drawn;
  std::vector<std::thread> threads;
  for (auto& mine : drawn) {
    threads.emplace_back([&mine] {
      mine.resize(kEach);
      for (Salt& salt : mine) random_salt(salt);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<Salt> distinct;
  for (const auto& mine : drawn) distinct.insert(mine.begin(), mine.end());
  EXPECT_EQ(distinct.size(), drawn.size() * kEach);
  Bytes large(5000);  // more than a refill at once
  random_salt(large);
  EXPECT_LT(std::count(large.begin(), large.end(), 0), 100);
}

TEST(Keys, AChildDoesNotDrawItsParentsSalts) {
  Salt before{};
  random_salt(before);  // the generator has bytes in store
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    Salt theirs{};
    random_salt(theirs);
    _exit(write(pipe_ends[1], theirs.data(), theirs.size()) == 32 ? 0 : 1);
  }
  Salt theirs{};
  Salt ours{};
  ASSERT_EQ(read(pipe_ends[0], theirs.data(), theirs.size()), 32);
  random_salt(ours);
  EXPECT_NE(theirs, ours);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  for (const int fd : pipe_ends) close(fd);
}

TEST(Keys, ConstantTimeComparisonComparesSizesToo) {
  EXPECT_TRUE(equal_constant_time(Bytes{1, 2}, Bytes{1, 2}));
  EXPECT_FALSE(equal_constant_time(Bytes{1, 2}, Bytes{1, 3}));
  EXPECT_FALSE(equal_constant_time(Bytes{1, 2}, Bytes{1, 2, 3}));
  EXPECT_TRUE(equal_constant_time(Bytes{}, Bytes{}));
}

}  // namespace
}  // namespace alpr::chain
