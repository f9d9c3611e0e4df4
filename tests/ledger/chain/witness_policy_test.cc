// Proves that a witness policy counts exactly the cosignatures it says and that anything ambiguous
// is refused. By policies with nested groups against every set of signers, and by lists of near
// misses.
#include "ledger/chain/witness_policy.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

using namespace fixtures;

SigningKey witness_number(std::uint8_t i) {
  return SigningKey::from_seed(counting(static_cast<std::uint8_t>(0x40 + 0x10 * i)));
}
VerifierKey key_of(std::uint8_t i) {
  return {"w" + std::to_string(i) + ".example", KeyType::kCosignature,
          witness_number(i).public_key()};
}
std::string witness_line(std::uint8_t i) {
  const std::string n = std::to_string(i);
  return "witness W" + n + " " + format_vkey(key_of(i)) + "\n";
}
std::string five() {
  std::string text = "log " + std::string(kLogVkey) + "\n";
  for (std::uint8_t i = 0; i < 5; ++i) text += witness_line(i);
  return text;
}
// The signers whose bits are set.
std::vector<Verified> signers(unsigned bits) {
  std::vector<Verified> all;
  for (std::uint8_t i = 0; i < 5; ++i)
    if ((bits >> i & 1) != 0) all.push_back({key_of(i), 1});
  return all;
}
std::string why(std::string_view text) {
  const auto policy = WitnessPolicy::parse(text);
  return policy ? "accepted" : policy.error().detail;
}

TEST(WitnessPolicy, CountsWitnessesGroupsAndGroupsOfGroups) {
  const auto bits = [](unsigned set, unsigned of) { return __builtin_popcount(set & of); };
  const struct {
    std::string lines;
    std::function<bool(unsigned)> expected;
  } policies[] = {
      {"quorum none\n", [](unsigned) { return true; }},
      {"quorum W3\n", [](unsigned set) { return (set & 8) != 0; }},
      {"group g all W0 W1 W2\nquorum g\n", [&](unsigned set) { return bits(set, 7) == 3; }},
      {"group g any W0 W4\nquorum g\n", [&](unsigned set) { return bits(set, 17) >= 1; }},
      {"group g 3 W0 W1 W2 W3 W4\nquorum g\n", [&](unsigned set) { return bits(set, 31) >= 3; }},
      {"group a 2 W0 W1 W2\ngroup b any W3 W4\ngroup g all a b\nquorum g\n",
       [&](unsigned set) { return bits(set, 7) >= 2 && bits(set, 24) >= 1; }},
      {"group a all W0 W1\ngroup g any a W2\nquorum g\n",
       [&](unsigned set) { return bits(set, 3) == 2 || (set & 4) != 0; }},
  };
  for (const auto& [lines, expected] : policies) {
    const auto policy = WitnessPolicy::parse(five() + lines);
    ASSERT_TRUE(policy) << lines << policy.error().detail;
    for (unsigned set = 0; set < 32; ++set)
      EXPECT_EQ(policy->satisfied_by(signers(set)), expected(set)) << lines << set;
  }
}

TEST(WitnessPolicy, AStrangersSignatureCountsForNobody) {
  const auto policy = WitnessPolicy::parse(five() + "quorum W0\n").value();
  VerifierKey other = key_of(0);
  other.name = "else.example";
  EXPECT_FALSE(policy.satisfied_by({{other, 1}}));
  VerifierKey as_log = key_of(0);
  as_log.type = KeyType::kEd25519;
  EXPECT_FALSE(policy.satisfied_by({{as_log, std::nullopt}}));
}

TEST(WitnessPolicy, BlanksCommentsAndUrlsAreRead) {
  const auto policy =
      WitnessPolicy::parse("# a comment with caf\xc3\xa9\n\n \t\n\tlog\t" + std::string(kLogVkey) +
                           "  https://ledger.example/log \n  # indented\nwitness \xff\xfe " +
                           std::string(kWitnessVkey) + " https://w.example\nquorum \xff\xfe");
  ASSERT_TRUE(policy) << policy.error().detail;
  EXPECT_EQ(policy->logs().front().url, "https://ledger.example/log");
  EXPECT_EQ(policy->witnesses().front().name, "\xff\xfe");
  EXPECT_EQ(policy->witnesses().front().url, "https://w.example");
  EXPECT_EQ(policy->keys_of(kLogName).size(), 1U);
  EXPECT_TRUE(policy->keys_of("other.example").empty());
}

TEST(WitnessPolicy, ThePublishedCheckpointNeedsItsLogAndItsWitness) {
  const std::string both = std::string(kCheckpoint8) + std::string(kCosignature8);
  const std::string lines =
      "log " + std::string(kLogVkey) + "\nwitness w " + std::string(kWitnessVkey) + "\n";
  const auto policy = WitnessPolicy::parse(lines + "quorum w\n").value();
  const auto checkpoint = policy.open(both);
  ASSERT_TRUE(checkpoint) << checkpoint.error().detail;
  EXPECT_EQ(checkpoint->size, 8U);
  EXPECT_EQ(policy.open(kCheckpoint8).error().code, ErrorCode::kBadSignature);
  EXPECT_TRUE(WitnessPolicy::parse(lines + "quorum none\n")->open(kCheckpoint8));
  // A witness alone does not speak for the log.
  const std::string alone = parse_note(kCheckpoint8)->text + "\n" + std::string(kCosignature8);
  EXPECT_EQ(policy.open(alone).error().code, ErrorCode::kBadSignature);
  std::string altered = both;
  altered[altered.size() - 6] ^= 1;
  EXPECT_FALSE(policy.open(altered));
  const auto elsewhere = WitnessPolicy::parse(witness_line(0) + "quorum none\n").value();
  EXPECT_EQ(elsewhere.open(both).error().code, ErrorCode::kBadSignature);
}

TEST(WitnessPolicy, WhatIsAmbiguousIsRefused) {
  const std::string all = five();
  const std::string end = "quorum none\n";
  const std::string vkey(kWitnessVkey);
  for (const std::string& bad : {std::string(),
                                 all,
                                 all + end + end,
                                 all + "quorum\n",
                                 all + "quorum W0 W1\n",
                                 all + "quorum nobody\n",
                                 all + "Quorum W0\n",
                                 "quorum W0\n" + all,
                                 all + "group g all\n" + end,
                                 all + "group g\n" + end,
                                 all + "group g 0 W0\n" + end,
                                 all + "group g 3 W0 W1\n" + end,
                                 all + "group g 01 W0\n" + end,
                                 all + "group g -1 W0\n" + end,
                                 all + "group g some W0\n" + end,
                                 all + "group g all W0 W0\n" + end,
                                 all + "group g all nobody\n" + end,
                                 all + "group g all g\n" + end,
                                 all + "group W0 all W1\n" + end,
                                 all + "group none all W1\n" + end,
                                 all + "group a all W0\ngroup b all W0\n" + end,
                                 all + "group a all W0\ngroup a all W1\n" + end,
                                 all + "witness W0 " + vkey + "\n" + end,
                                 all + "witness none " + vkey + "\n" + end,
                                 all + "witness w\n" + end,
                                 all + "witness w " + vkey + " url more\n" + end,
                                 all + "witness again " + format_vkey(key_of(0)) + "\n" + end,
                                 all + "witness w " + std::string(kLogVkey) + "\n" + end,
                                 "log " + vkey + "\n" + end,
                                 all + "log " + std::string(kLogVkey) + "\n" + end,
                                 "log\n" + end,
                                 "log nonsense\n" + end,
                                 all + "monitor x\n" + end,
                                 all + "\r\n" + end,
                                 all + std::string(1, '\0') + end,
                                 all + "\x7f" + end}) {
    EXPECT_FALSE(WitnessPolicy::parse(bad)) << bad;
  }
  EXPECT_EQ(why(all + "group g all nobody\n" + end), "line 7: nobody is not named above");
}

TEST(WitnessPolicy, ThirtyTwoOfEachAreRead) {
  std::string text;
  for (unsigned i = 0; i < 32; ++i) {
    Digest seed{};
    seed[0] = static_cast<std::uint8_t>(i + 1);
    const PublicKey key = SigningKey::from_seed(seed).public_key();
    const std::string n = std::to_string(i);
    text += "log " + format_vkey({"log" + n, KeyType::kEd25519, key}) + "\n";
    text += "witness w" + n + " " + format_vkey({"w" + n, KeyType::kCosignature, key}) + "\n";
    text += "group g" + n + " any w" + n + "\n";
  }
  const auto policy = WitnessPolicy::parse(text + "quorum g31\n");
  ASSERT_TRUE(policy) << policy.error().detail;
  EXPECT_EQ(policy->logs().size(), 32U);
  EXPECT_EQ(WitnessPolicy::parse(std::string(kPolicySizeMax + 1, '\n')).error().code,
            ErrorCode::kTooLarge);
  EXPECT_EQ(WitnessPolicy::parse(std::string(kPolicyLinesMax + 1, '\n')).error().code,
            ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace alpr::chain
