// Proves that a payload row is refused when its layout, its members' places or its seal are not
// what the registry of kinds says, even where every digest matches. Rows are laid out by alpr_chain
// and checked against made-up kinds.
#include "ledger/verify/payload_check.h"

#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/payload.h"

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
  return check_payload(made.header, chain::encode(made.header), *row, context);
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
