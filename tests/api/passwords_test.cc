// Proves what passwords are taken, that hashes of both algorithms verify beside each other, and
// that equal letters are equal passwords. By RFC 7914's vectors, hashes made here, and lists
// written to a temporary file.
#include "api/passwords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"

namespace alpr::api {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kPhrase = "correct horse battery";

PasswordSettings cheap(PasswordHash hash) {
  chain::init_crypto();
  PasswordSettings settings;
  settings.hash = hash;
  settings.cost = HashCost::kTest;
  return settings;
}

std::string refused(const Passwords& passwords, std::string_view password) {
  const auto checked = passwords.check("pat", password);
  return checked ? "" : checked.error().detail;
}

std::string stored(std::string_view iterations, std::string_view salt, std::string_view hash) {
  return "$pbkdf2-sha256$i=" + std::string(iterations) + "$" + chain::base64(as_bytes(salt)) + "$" +
         chain::base64(chain::parse_hex(hash).value());
}

TEST(Passwords, Pbkdf2IsThatOfRfc7914) {
  Passwords passwords(cheap(PasswordHash::kArgon2id));
  const std::string one =
      stored("1", "salt", "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  const std::string many =
      stored("80000", "NaCl", "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
  EXPECT_TRUE(passwords.matches(one, "passwd"));
  EXPECT_TRUE(passwords.matches(many, "Password"));
  EXPECT_FALSE(passwords.matches(one, "Passwd"));
}

TEST(Passwords, HashesNameTheirAlgorithmAndBothVerify) {
  Passwords argon(cheap(PasswordHash::kArgon2id));
  Passwords fips(cheap(PasswordHash::kPbkdf2Sha256));
  const std::string a = argon.hash(kPhrase).value();
  const std::string p = fips.hash(kPhrase).value();
  EXPECT_THAT(a, StartsWith("$argon2id$"));
  EXPECT_THAT(p, StartsWith("$pbkdf2-sha256$i=1000$"));
  EXPECT_NE(p, fips.hash(kPhrase).value()) << "each hash has a salt of its own";
  for (Passwords* either : {&argon, &fips}) {
    EXPECT_TRUE(either->matches(a, kPhrase));
    EXPECT_TRUE(either->matches(p, kPhrase));
    EXPECT_FALSE(either->matches(a, "correct horse batterY"));
    EXPECT_FALSE(either->matches(p, "correct horse batterY"));
  }
  EXPECT_TRUE(argon.is_current(a));
  EXPECT_FALSE(argon.is_current(p));
  EXPECT_TRUE(fips.is_current(p));
  EXPECT_FALSE(fips.is_current(a));
  PasswordSettings dear = cheap(PasswordHash::kPbkdf2Sha256);
  dear.cost = HashCost::kInteractive;
  EXPECT_FALSE(Passwords(dear).is_current(p)) << "another cost";
}

TEST(Passwords, WhatIsNoHashMatchesNothing) {
  Passwords passwords(cheap(PasswordHash::kPbkdf2Sha256));
  const std::string good = passwords.hash(kPhrase).value();
  for (const std::string& bad :
       {std::string(), std::string("$"), std::string("$pbkdf2-sha256$i=1000$"),
        good.substr(0, good.size() - 1), good + "=", "$pbkdf2-sha256$i=0$AAAA$" + good.substr(50),
        std::string("$pbkdf2-sha256$i=99999999999$c2FsdA==$") + chain::base64(Bytes(32, 0)),
        std::string(500, 'x')}) {
    EXPECT_FALSE(passwords.matches(bad, kPhrase)) << bad;
    EXPECT_FALSE(passwords.is_current(bad)) << bad;
  }
}

TEST(Passwords, TheSameLettersAreTheSamePassword) {
  Passwords passwords(cheap(PasswordHash::kPbkdf2Sha256));
  const std::string composed = "Stra\u00dfe nach K\u00f6ln";
  const std::string decomposed = "Stra\u00dfe nach Ko\u0308ln";
  EXPECT_TRUE(passwords.matches(passwords.hash(composed).value(), decomposed));
  EXPECT_FALSE(passwords.matches(passwords.hash(composed).value(), "Stra\u00dfe nach Koln"));
  EXPECT_FALSE(passwords.hash("\xff\xfe is no text").has_value());
}

TEST(Passwords, TooShortTheNameOrOneLetterOverAndOverIsRefused) {
  PasswordSettings settings = cheap(PasswordHash::kArgon2id);
  settings.length_min = 15;
  const Passwords passwords(settings);
  EXPECT_EQ(refused(passwords, "fifteen letters"), "");
  EXPECT_THAT(refused(passwords, "fourteen lette"), HasSubstr("at least 15 characters"));
  EXPECT_THAT(refused(passwords, "\u00e9\u00e8\u00ea\u00eb\u00e9\u00e8\u00ea\u00eb"),
              HasSubstr("at least 15 characters"))
      << "characters are counted, not bytes";
  EXPECT_THAT(refused(passwords, "my name is PAT, you know"), HasSubstr("username"));
  EXPECT_THAT(refused(passwords, "abcabcabcabcabcabc"), HasSubstr("different"));
  EXPECT_THAT(refused(passwords, std::string(129, 'x')), HasSubstr("at most 128 bytes"));
}

TEST(Passwords, ABannedOneIsRefusedHoweverItIsCapitalised) {
  PasswordSettings settings = cheap(PasswordHash::kArgon2id);
  settings.banned = std::make_shared<const BannedPasswords>(
      "password1234\r\nletmein please\n\nK\u00f6nigsberg 7");
  const Passwords passwords(settings);
  EXPECT_EQ(settings.banned->size(), 3U);
  EXPECT_THAT(refused(passwords, "PassWord1234"), HasSubstr("list"));
  EXPECT_THAT(refused(passwords, "letmein please"), HasSubstr("list"));
  EXPECT_THAT(refused(passwords, "Ko\u0308nigsberg 7"), HasSubstr("list"));
  EXPECT_EQ(refused(passwords, "password12345"), "");
}

TEST(Passwords, AListThatDoesNotReadIsRefused) {
  std::string name = (std::filesystem::temp_directory_path() / "plateledger-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const std::filesystem::path file = std::filesystem::path(name) / "banned.txt";
  EXPECT_EQ(BannedPasswords::load(file).error().code, ErrorCode::kNotFound);
  std::ofstream(file) << "\n\n";
  EXPECT_EQ(BannedPasswords::load(file).error().code, ErrorCode::kMalformed);
  std::ofstream(file) << "pass\xffword\n";
  EXPECT_EQ(BannedPasswords::load(file).error().code, ErrorCode::kMalformed);
  std::ofstream(file) << "password1234\n";
  EXPECT_EQ(BannedPasswords::load(file)->size(), 1U);
  std::filesystem::remove_all(name);
}

}  // namespace
}  // namespace alpr::api
