// Proves that a payload laid out is a payload opened, that its commitments are the documented ones,
// and that no byte of clear part, box or commitment can change unseen. By vectors made with another
// program and by exhaustive alteration.
#include "ledger/chain/payload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "ledger/chain/canonical_json.h"
#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

using fixtures::counting;
using State = ListedMember::State;

Members known_members() {
  return {{"reason", "\"trial\"", true},
          {"case_number", "\"26-014503\"", false},
          {"count", "3", false}};
}

Members random_members(std::mt19937_64& random) {
  Members members;
  for (std::uint64_t i = random() % 7; i > 0; --i) {
    std::string value;
    write_string(value, std::string(random() % 40, 'v'));
    members.push_back({"m" + std::to_string(i), value, random() % 3 == 0});
  }
  return members;
}

// The list as somebody discloses it: member i as `states` says, opened with its salt alone.
MemberList disclosed(const Opened& opened, const std::vector<State>& states) {
  MemberList list = opened.list;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].state == State::kOpen || states[i] != State::kDisclosed) continue;
    list[i].state = State::kDisclosed;
    list[i].name = opened.members[i].name;
    list[i].value = opened.members[i].value;
    list[i].salt = member_salt(opened.salt, static_cast<std::uint16_t>(i), /*open=*/false);
  }
  return list;
}

TEST(Payload, CommitsAsDocumented) {
  const Salt salt = counting(0);
  EXPECT_EQ(hex(commit_whole(salt, R"({"plate":"7ABC123"})")),
            "834d0cb6a1f51d3b63d9c31b87a0769fa0a17a19724f9c99753aedc9d218f493");
  EXPECT_EQ(hex(member_salt(salt, 1, false)),
            "119f0f261da2139109768e236f262633f3c7b1190da5798122053ff1184cd780");
  EXPECT_EQ(member_salt(salt, 1, true), Salt{});
  EXPECT_EQ(hex(member_digest(Salt{}, 0, "reason", "\"trial\"")),
            "ccfb997d7b78bf0c257974425a5e516b7f2bef45315d936495018aaa072d4ada");
  EXPECT_EQ(hex(member_digest(member_salt(salt, 2, false), 2, "count", "3")),
            "08bec26880e16ab9b57e6dba792fb6d1717bb648e019f539d17560b41715522b");
  EXPECT_EQ(hex(commit_members(salt, known_members())),
            "5385d138b0bbc5d836a142089aeeb7e1e128a81a1b0d586ba9146c2ae6c317e5");
}

TEST(Payload, ToJsonIsTheCanonicalObject) {
  const std::string json = to_json(known_members());
  EXPECT_EQ(json, R"({"reason":"trial","case_number":"26-014503","count":3})");
  EXPECT_TRUE(parse_canonical(json).has_value());
  EXPECT_EQ(to_json({}), "{}");
}

TEST(Payload, HasTheDocumentedBytes) {
  const PlainPayload plain = lay_out_members(counting(0), known_members());
  EXPECT_EQ(hex(plain.clear),
            "0003"
            "01"
            "0006"
            "726561736f6e"
            "00000007"
            "22747269616c22"
            "00"
            "422bb5d2c0ae5165600eaf8fbe631f0b07d74acfc8abb33ef5bea76038a9c9e6"
            "00"
            "08bec26880e16ab9b57e6dba792fb6d1717bb648e019f539d17560b41715522b");
  EXPECT_EQ(hex(plain.secret), hex(counting(0)) +
                                   "0001"
                                   "000b"
                                   "636173655f6e756d626572"
                                   "0000000b"
                                   "2232362d30313435303322"
                                   "0002"
                                   "0005"
                                   "636f756e74"
                                   "00000001"
                                   "33");
}

TEST(Payload, WholeOpensToWhatWasLaidOut) {
  const std::string json = R"({"plate":"7ABC123"})";
  const PlainPayload plain = lay_out_whole(counting(7), json);
  EXPECT_TRUE(plain.clear.empty());
  const auto opened = open_payload(Form::kWhole, plain.commitment, plain.clear, plain.secret);
  ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  EXPECT_EQ(opened->json, json);
  EXPECT_EQ(opened->salt, counting(7));
  const auto unopened = open_payload(Form::kWhole, plain.commitment, plain.clear, std::nullopt);
  ASSERT_TRUE(unopened.has_value());
  EXPECT_TRUE(unopened->json.empty());
}

TEST(Payload, EveryChangedByteOfAWholePayloadIsFound) {
  const PlainPayload plain = lay_out_whole(counting(7), R"({"plate":"7ABC123"})");
  for (std::size_t at = 0; at < plain.secret.size(); ++at) {
    for (int flip = 1; flip < 256; ++flip) {
      Bytes bad = plain.secret;
      bad[at] ^= static_cast<std::uint8_t>(flip);
      const auto opened = open_payload(Form::kWhole, plain.commitment, plain.clear, bad);
      ASSERT_FALSE(opened.has_value());
      EXPECT_EQ(opened.error().code, ErrorCode::kBadSignature);
    }
    const Bytes cut(plain.secret.begin(), plain.secret.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_FALSE(open_payload(Form::kWhole, plain.commitment, plain.clear, cut).has_value());
  }
  EXPECT_FALSE(open_payload(Form::kWhole, plain.commitment, Bytes{0}, plain.secret).has_value());
}

TEST(Payload, RandomMembersOpenToWhatWasLaidOut) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 300; ++i) {
    const Members members = random_members(random);
    const Salt salt = fixtures::random_digest(random);
    const PlainPayload plain = lay_out_members(salt, members);
    EXPECT_EQ(plain.commitment, commit_members(salt, members));
    const bool sealed = std::any_of(members.begin(), members.end(),
                                    [](const Member& member) { return !member.open; });
    EXPECT_EQ(plain.secret.empty(), !sealed);
    const auto opened = open_payload(Form::kByMember, plain.commitment, plain.clear, plain.secret);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    EXPECT_EQ(opened->members, members);
    EXPECT_EQ(commit_list(opened->list), plain.commitment);
    const auto shut = open_payload(Form::kByMember, plain.commitment, plain.clear, std::nullopt);
    ASSERT_TRUE(shut.has_value());
    EXPECT_EQ(shut->members, sealed ? Members{} : members);
    EXPECT_EQ(shut->list.size(), members.size());
  }
}

TEST(Payload, EveryChangedByteOfClearPartOrBoxIsFound) {
  const PlainPayload plain = lay_out_members(counting(0), known_members());
  for (std::size_t at = 0; at < plain.clear.size(); ++at) {
    for (int flip = 1; flip < 256; ++flip) {
      Bytes bad = plain.clear;
      bad[at] ^= static_cast<std::uint8_t>(flip);
      // Found without the box too: a verifier without keys checks the clear part.
      EXPECT_FALSE(open_payload(Form::kByMember, plain.commitment, bad, std::nullopt).has_value())
          << at;
    }
  }
  for (std::size_t at = 0; at < plain.secret.size(); ++at) {
    for (int flip = 1; flip < 256; ++flip) {
      Bytes bad = plain.secret;
      bad[at] ^= static_cast<std::uint8_t>(flip);
      EXPECT_FALSE(open_payload(Form::kByMember, plain.commitment, plain.clear, bad).has_value())
          << at;
    }
  }
}

TEST(Payload, EveryTruncationAndExtensionIsFound) {
  const PlainPayload plain = lay_out_members(counting(0), known_members());
  const auto opens = [&](BytesView clear, BytesView secret) {
    return open_payload(Form::kByMember, plain.commitment, clear, secret).has_value();
  };
  ASSERT_TRUE(opens(plain.clear, plain.secret));
  for (std::size_t size = 0; size < plain.clear.size(); ++size) {
    EXPECT_FALSE(opens(BytesView(plain.clear).first(size), plain.secret));
  }
  for (std::size_t size = 0; size < plain.secret.size(); ++size) {
    EXPECT_FALSE(opens(plain.clear, BytesView(plain.secret).first(size)));
  }
  Bytes longer = plain.clear;
  longer.push_back(0);
  EXPECT_FALSE(opens(longer, plain.secret));
  longer = plain.secret;
  longer.push_back(0);
  EXPECT_FALSE(opens(plain.clear, longer));
}

TEST(Payload, EveryChangedBitOfTheCommitmentIsFound) {
  const PlainPayload plain = lay_out_members(counting(0), known_members());
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Digest bad = plain.commitment;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const auto opened = open_payload(Form::kByMember, bad, plain.clear, plain.secret);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, ErrorCode::kBadSignature);
  }
}

TEST(Payload, AnySubsetOfTheSealedMembersCanBeDisclosed) {
  const PlainPayload plain = lay_out_members(counting(0), known_members());
  const Opened opened =
      open_payload(Form::kByMember, plain.commitment, plain.clear, plain.secret).value();
  for (unsigned subset = 0; subset < 4; ++subset) {
    const MemberList list =
        disclosed(opened, {State::kOpen, (subset & 1) != 0 ? State::kDisclosed : State::kWithheld,
                           (subset & 2) != 0 ? State::kDisclosed : State::kWithheld});
    const auto read = decode_member_list(encode(list));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(commit_list(*read), plain.commitment);
    EXPECT_EQ(encode(*read), encode(list));
    EXPECT_EQ((*read)[1].value, (subset & 1) != 0 ? "\"26-014503\"" : "");
    EXPECT_EQ((*read)[2].value, (subset & 2) != 0 ? "3" : "");
  }
}

TEST(Payload, ADisclosedMemberWithAnotherValueOrSaltDoesNotVerify) {
  const PlainPayload plain = lay_out_members(counting(0), known_members());
  const Opened opened =
      open_payload(Form::kByMember, plain.commitment, plain.clear, plain.secret).value();
  const MemberList good = disclosed(opened, {State::kOpen, State::kDisclosed, State::kWithheld});
  MemberList bad = good;
  bad[1].value = "\"26-014504\"";
  EXPECT_NE(commit_list(decode_member_list(encode(bad)).value()), plain.commitment);
  bad = good;
  bad[1].salt[0] ^= 1;
  EXPECT_NE(commit_list(decode_member_list(encode(bad)).value()), plain.commitment);
  // A salt that was disclosed says nothing about the members that were not.
  EXPECT_NE(good[1].salt, member_salt(opened.salt, 2, false));
}

TEST(Payload, APayloadAtRestHasNoDisclosedMember) {
  const PlainPayload plain = lay_out_members(counting(0), known_members());
  const Opened opened =
      open_payload(Form::kByMember, plain.commitment, plain.clear, plain.secret).value();
  const MemberList list = disclosed(opened, {State::kOpen, State::kDisclosed, State::kWithheld});
  const auto at_rest = open_payload(Form::kByMember, plain.commitment, encode(list), plain.secret);
  ASSERT_FALSE(at_rest.has_value());
  EXPECT_EQ(at_rest.error().code, ErrorCode::kMalformed);
}

TEST(Payload, ABoxBesideOpenMembersIsRefused) {
  const PlainPayload plain = lay_out_members(Salt{}, {{"a", "1", true}});
  ASSERT_TRUE(plain.secret.empty());
  EXPECT_TRUE(
      open_payload(Form::kByMember, plain.commitment, plain.clear, std::nullopt).has_value());
  EXPECT_FALSE(
      open_payload(Form::kByMember, plain.commitment, plain.clear, Bytes(32, 0)).has_value());
}

// Bytes of a member list with one open member of this name and value.
Bytes list_of(std::string_view name, std::string_view value) {
  Bytes out = {0, 1, 1};
  put_be16(out, static_cast<std::uint16_t>(name.size()));
  out.insert(out.end(), name.begin(), name.end());
  put_be32(out, static_cast<std::uint32_t>(value.size()));
  out.insert(out.end(), value.begin(), value.end());
  return out;
}

TEST(Payload, NamesAndValuesHaveOneReading) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(decode_member_list(list_of("a", "1")).has_value());
  // "a" with the value b NUL 1 would have the digest of "a NUL b" with the value 1.
  EXPECT_EQ(member_digest(Salt{}, 0, "a", "b\0001"sv), member_digest(Salt{}, 0, "a\0b"sv, "1"));
  EXPECT_FALSE(decode_member_list(list_of("a\0b"sv, "1")).has_value());
  EXPECT_FALSE(decode_member_list(list_of("a", "b\0001"sv)).has_value());
  for (const std::string_view value :
       {"", "1,2", "1,\"x\":2", "1]", "[1],[2]", " 1", "null", "1.5"}) {
    EXPECT_FALSE(decode_member_list(list_of("a", value)).has_value()) << value;
  }
  for (const std::string_view name : {""sv, "\xff"sv}) {
    EXPECT_FALSE(decode_member_list(list_of(name, "1")).has_value());
  }
}

TEST(Payload, TwoMembersOfOneNameAreRefused) {
  Bytes twice = list_of("a", "1");
  const Bytes once(twice.begin() + 2, twice.end());
  twice.insert(twice.end(), once.begin(), once.end());
  twice[1] = 2;
  EXPECT_FALSE(decode_member_list(twice).has_value());
}

TEST(Payload, AListHasAtMost256MembersOfKnownStates) {
  EXPECT_TRUE(decode_member_list(encode(MemberList(256))).has_value());
  Bytes many = {1, 1};
  for (int i = 0; i < 257; ++i) many.insert(many.end(), 33, 0);
  EXPECT_FALSE(decode_member_list(many).has_value());
  Bytes unknown = list_of("a", "1");
  unknown[2] = 3;
  EXPECT_FALSE(decode_member_list(unknown).has_value());
}

TEST(PayloadDeathTest, TheWriterAbortsOnMembersThatTheReaderWouldRefuse) {
  EXPECT_DEATH(lay_out_members(Salt{}, {{"a", "not json", true}}), "check failed");
  EXPECT_DEATH(lay_out_members(Salt{}, {{"", "1", true}}), "check failed");
  EXPECT_DEATH(lay_out_members(Salt{}, {{"a", "1", true}, {"a", "2", false}}), "check failed");
  Members many;
  for (int i = 0; i < 257; ++i) many.push_back({std::to_string(i), "1", true});
  EXPECT_DEATH(lay_out_members(Salt{}, many), "check failed");
}

}  // namespace
}  // namespace alpr::chain
