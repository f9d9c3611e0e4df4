// Proves that a payload row is refused when its layout, its members' places or its seal are not
// what the registry of kinds says, even where every digest matches. Rows are laid out by alpr_chain
// and checked against made-up kinds.
#include "ledger/verify/payload_check.h"

#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/payload.h"
#include "ledger/chain/sealing.h"

namespace alpr::verify {
namespace {

using chain::Form;
using chain::Member;
using chain::Retention;

chain::Kind kind(std::vector<std::string_view> members, std::vector<std::string_view> open) {
  return {
      50, "test.kind", Retention::kPermanent, Form::kByMember, std::move(members), std::move(open),
      ""};
}

struct Made {
  chain::Header header;
  Bytes row;
};

Made make(const chain::Members& members, std::optional<std::uint8_t> seal = std::nullopt) {
  const chain::PlainPayload plain = chain::lay_out_members(Salt{7}, members);
  Made made;
  made.header.kind = 50;
  made.header.retention = Retention::kPermanent;
  made.header.commitment = plain.commitment;
  const std::uint8_t natural = plain.secret.empty() ? 0 : 1;
  made.row = {seal.value_or(natural)};
  chain::put_be32(made.row, static_cast<std::uint32_t>(plain.clear.size()));
  made.row.insert(made.row.end(), plain.clear.begin(), plain.clear.end());
  if (seal.value_or(natural) != 0) made.row.insert(made.row.end(), 40, 0x5a);
  return made;
}

Result<Opening> check(const Made& made, const chain::Kind& of) {
  const auto row = parse_row(made.row);
  if (!row) return tl::unexpected(row.error());
  PayloadContext context;
  context.kind = &of;
  const auto checked = check_payload(made.header, chain::encode(made.header), *row, context);
  if (!checked) return tl::unexpected(checked.error());
  return checked->opening;
}

const Member kA{"a", "1", /*open=*/true};
const Member kB{"b", "2", /*open=*/true};
const Member kC{"c", "3", /*open=*/false};

TEST(PayloadCheck, MembersMustStandInTheKindsOrder) {
  const chain::Kind abc = kind({"a", "b", "c"}, {"a", "b"});
  EXPECT_TRUE(check(make({kA, kB, kC}), abc));
  EXPECT_TRUE(check(make({kB, kC}), abc)) << "a is optional";
  EXPECT_FALSE(check(make({kB, kA, kC}), abc));
  EXPECT_FALSE(check(make({kC, kA, kB}), abc));
  EXPECT_FALSE(check(make({kA, kB, kC, Member{"d", "1", true}}), abc));
}

TEST(PayloadCheck, OpenIsWhatTheKindHasOpenAndNothingElse) {
  EXPECT_FALSE(check(make({kA, kB, kC}), kind({"a", "b", "c"}, {"a"}))) << "b stands in clear";
  EXPECT_FALSE(check(make({kA, kC}), kind({"a", "c"}, {"a", "c"}))) << "c is sealed";
  EXPECT_FALSE(check(make({kA, kC}), kind({"a"}, {"a"}))) << "a sealed member too many";
}

TEST(PayloadCheck, SealAndBoxMustFit) {
  const chain::Kind open = kind({"a", "b"}, {"a", "b"});
  EXPECT_EQ(*check(make({kA, kB}), open), Opening::kWhole);
  EXPECT_FALSE(check(make({kA, kB}, 1), open)) << "a box with nothing to hold";
  const chain::Kind sealed = kind({"a", "c"}, {"a"});
  EXPECT_EQ(*check(make({kA, kC}), sealed), Opening::kSealed);
  EXPECT_FALSE(check(make({kA, kC}, 0), sealed)) << "no box for the sealed member";
  EXPECT_FALSE(check(make({kA, kC}, 2), sealed)) << "a permanent event under a bucket's key";
  EXPECT_FALSE(check(make({kA, kC}, 3), sealed)) << "a permanent event under a held key";
  EXPECT_FALSE(check(make({kA, kC}, 4), sealed)) << "a seal that there is none of";
}

TEST(PayloadCheck, AThirtyDayEventIsUnderAHeldKeyOnlyWhenItWasHeld) {
  chain::Kind thirty = kind({"a", "c"}, {"a"});
  thirty.retention = Retention::kThirtyDay;
  for (const auto& [seal, ever, now, good] : {std::tuple{2, false, false, true},
                                              {2, true, false, true},
                                              {2, true, true, false},
                                              {3, false, false, false},
                                              {3, true, false, true},
                                              {3, true, true, true},
                                              {1, false, false, false}}) {
    Made made = make({kA, kC}, static_cast<std::uint8_t>(seal));
    made.header.retention = Retention::kThirtyDay;
    PayloadContext context;
    context.kind = &thirty;
    context.ever_held = ever;
    context.on_hold = now;
    const auto row = parse_row(made.row);
    ASSERT_TRUE(row);
    EXPECT_EQ(check_payload(made.header, chain::encode(made.header), *row, context).has_value(),
              good)
        << seal << ever << now;
  }
}

// Laid out by hand, because alpr_chain does not write such a thing.
TEST(PayloadCheck, AnOpenValueMustBeCanonicalJson) {
  for (const auto& [value, good] : {std::pair<std::string, bool>{"{\"x\":1}", true},
                                    {"{\"x\": 1}", false},
                                    {"1.5", false},
                                    {"1,2", false},
                                    {"", false}}) {
    Bytes clear = {0, 1, 1, 0, 1, 'a'};
    chain::put_be32(clear, static_cast<std::uint32_t>(value.size()));
    clear.insert(clear.end(), value.begin(), value.end());
    Made made;
    made.header.kind = 50;
    made.header.retention = Retention::kPermanent;
    made.header.commitment = chain::commit_digests({chain::member_digest(Salt{}, 0, "a", value)});
    made.row = {0};
    chain::put_be32(made.row, static_cast<std::uint32_t>(clear.size()));
    made.row.insert(made.row.end(), clear.begin(), clear.end());
    EXPECT_EQ(check(made, kind({"a"}, {"a"})).has_value(), good) << value;
  }
}

// What a sealed payload says of its image, opened with its bucket's key.
Result<Checked> check_image(const std::string& json) {
  chain::Kind kind{51, "a.read", Retention::kThirtyDay, chain::Form::kWhole, {"image"}, {}, ""};
  kind.image = "image";
  const chain::PlainPayload plain = chain::lay_out_whole(Salt{7}, json);
  chain::Header header;
  header.kind = kind.number;
  header.retention = kind.retention;
  header.form = kind.form;
  header.commitment = plain.commitment;
  const Digest key{1};
  const std::array<std::uint8_t, chain::kSealNonceSize> nonce{};
  Bytes row = {2, 0, 0, 0, 0};
  row.insert(row.end(), nonce.begin(), nonce.end());
  Bytes box(plain.secret.size() + chain::kSealTagSize);
  chain::seal({key, nonce}, chain::encode(header), plain.secret, box);
  row.insert(row.end(), box.begin(), box.end());
  const auto keys = Keys::parse("{\"format\":1,\"months\":{},\"buckets\":{\"0\":\"" +
                                chain::hex(key) + "\"},\"held\":{},\"blobs\":{}}");
  if (!keys) return tl::unexpected(keys.error());
  PayloadContext context;
  context.kind = &kind;
  context.keys = &*keys;
  return check_payload(header, chain::encode(header), parse_row(row).value(), context);
}

TEST(PayloadCheck, WhatItSaysOfAnImageIsAPlaceAndADigest) {
  const std::string digest = ",\"sha256\":\"" + std::string(64, 'a') + "\"}}";
  const auto good = check_image("{\"image\":{\"offset\":7,\"length\":41" + digest);
  ASSERT_TRUE(good) << good.error().detail;
  ASSERT_TRUE(good->image);
  EXPECT_EQ(good->image->offset, 7U);
  EXPECT_EQ(good->image->length, 41U);
  EXPECT_EQ(good->image->sha256[0], 0xaa);
  const auto none = check_image("{}");
  ASSERT_TRUE(none) << none.error().detail;
  EXPECT_FALSE(none->image) << "not every event of the kind has one";
  for (const std::string& bad :
       {std::string("{\"image\":7}"), "{\"image\":{\"offset\":-1,\"length\":41" + digest,
        "{\"image\":{\"offset\":0,\"length\":39" + digest,
        "{\"image\":{\"offset\":0,\"length\":67108905" + digest,
        std::string("{\"image\":{\"offset\":0,\"length\":41}}"),
        std::string("{\"image\":{\"offset\":0,\"length\":41,\"sha256\":\"ab\"}}")}) {
    EXPECT_FALSE(check_image(bad)) << bad;
  }
}

TEST(PayloadCheck, RowsCutShortAreRefused) {
  const Made made = make({kA, kB});
  for (std::size_t size = 0; size < made.row.size(); ++size) {
    const Made cut{made.header,
                   Bytes(made.row.begin(), made.row.begin() + static_cast<std::ptrdiff_t>(size))};
    EXPECT_FALSE(check(cut, kind({"a", "b"}, {"a", "b"}))) << size;
  }
}

}  // namespace
}  // namespace alpr::verify
