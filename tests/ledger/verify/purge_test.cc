// Proves that a purge is accepted only when it was due, complete, truthful and followed by the
// death of its keys. A bucket is purged by the book and then with each part of the book left out.
#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/verify/rules.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

const Bucket kBucket = bucket_of(kStart);
constexpr TimeUs kLastDue{kStart.value + 10 * kMinute + 30 * kDay};

chain::Member open(std::string_view name, const chain::Json& value) {
  return {std::string(name), chain::write(value), /*open=*/true};
}

// Reads at minutes 0, 5 and 10 of one bucket, with a permanent event between them.
StoreMaker three_reads() {
  StoreMaker maker;
  maker.read();
  maker.pass(5 * kMinute);
  maker.note();
  maker.hit();
  maker.pass(5 * kMinute);
  maker.read();
  maker.commit();
  return maker;
}

Report purged(TimeUs when, const TombstoneLies& lies = {}, std::uint64_t* seq = nullptr) {
  StoreMaker maker = three_reads();
  maker.at(when);
  const std::uint64_t tombstone = maker.tombstone(kBucket, lies);
  if (seq != nullptr) *seq = tombstone;
  maker.destroyed(tombstone);
  maker.commit();
  return verify_made(maker, with_keys(maker));
}

TEST(Purge, I12_G_1_OnTimeHoldsAndEveryEventIsAccountedFor) {
  const Report report = purged(kLastDue);
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.levels.at(1).checked, 7U);
  EXPECT_EQ(report.levels.at(1).not_checked, 0U);
}

TEST(Purge, I12_G_1_AMicrosecondEarlyIsAFinding) {
  std::uint64_t tombstone = 0;
  const Report report = purged({kLastDue.value - 1}, {}, &tombstone);
  EXPECT_TRUE(has_only(report, tombstone, rule::kPurge, "purged early: 1 event from 4 on"));
}

TEST(Purge, I12_G_1_AnHourAfterTheFirstEventIsDueIsTheLastMoment) {
  const TimeUs last{kStart.value + 30 * kDay + 60 * kMinute};
  EXPECT_TRUE(holds(purged(last)));
  std::uint64_t tombstone = 0;
  const Report report = purged({last.value + 1}, {}, &tombstone);
  EXPECT_TRUE(has_only(report, tombstone, rule::kPurge, "late: the keys died"));
}

TEST(Purge, I12_G_1_AWrongCountRootOrFirstEventIsAFinding) {
  TombstoneLies count, root, first;
  count.count = 2;
  root.root = chain::empty_root();
  first.first = 2;
  constexpr std::uint64_t kTombstone = 5;
  EXPECT_TRUE(
      has_only(purged(kLastDue, count), kTombstone, rule::kPurge, "counts 2 events; it covers 3"));
  EXPECT_TRUE(has_only(purged(kLastDue, root), kTombstone, rule::kPurge, "its root is not"));
  EXPECT_TRUE(has_only(purged(kLastDue, first), kTombstone, rule::kPurge, "run from 1 to 4"));
}

TEST(Purge, I12_G_4_ATombstoneWithoutItsDestroyedKeysIsAFindingAfterFiveMinutes) {
  StoreMaker maker = three_reads();
  maker.at(kLastDue);
  const std::uint64_t tombstone = maker.tombstone(kBucket);
  maker.commit();
  EXPECT_TRUE(holds(verify_made(maker)));
  Options options;
  options.now = TimeUs{kLastDue.value + 5 * kMinute};
  EXPECT_TRUE(holds(verify_made(maker, options)));
  options.now->value += 1;
  EXPECT_TRUE(
      has_only(verify_made(maker, options), tombstone, rule::kProcess, "no keys.destroyed"));
}

TEST(Purge, I12_G_4_KeysDestroyedTooLateStayAFinding) {
  StoreMaker maker = three_reads();
  maker.at(kLastDue);
  const std::uint64_t tombstone = maker.tombstone(kBucket);
  maker.pass(6 * kMinute);
  maker.destroyed(tombstone);
  maker.commit();
  EXPECT_TRUE(has_only(verify_made(maker), tombstone, rule::kProcess, "360 s after it"));
}

TEST(Purge, I12_G_1_APayloadThatIsStillThereAfterItsKeysWereDestroyedIsAFinding) {
  StoreMaker maker = three_reads();
  const Bytes row = maker.rows("payloads").at(StoreMaker::key_of(3));
  maker.at(kLastDue);
  maker.purge(kBucket);
  maker.commit();
  maker.rows("payloads")[StoreMaker::key_of(3)] = row;
  EXPECT_TRUE(has_only(verify_made(maker), 3, rule::kPurge, "their payloads are there"));
}

TEST(Purge, I12_G_1_ATombstoneOfABucketThatNeverWasIsAFinding) {
  StoreMaker maker = three_reads();
  maker.at(kLastDue);
  const std::uint64_t tombstone = maker.append(
      chain::kind::kReadsPurged,
      {open("bucket", std::int64_t{7}), open("first", std::int64_t{1}),
       open("last", std::int64_t{1}), open("count", std::int64_t{0}),
       open("root", chain::hex(chain::empty_root())), open("held", chain::Json::Array{})});
  maker.commit();
  EXPECT_TRUE(has(verify_made(maker), tombstone, rule::kPurge, "bucket 7 never had an event"));
}

TEST(Purge, KeysDestroyedForNoTombstoneIsAFinding) {
  StoreMaker maker = three_reads();
  const std::uint64_t seq =
      maker.append(chain::kind::kKeysDestroyed,
                   {open("tombstone", std::int64_t{2}), open("keyring", std::string("erasable")),
                    open("digest", chain::hex(chain::empty_root()))});
  maker.commit();
  EXPECT_TRUE(has_only(verify_made(maker), seq, rule::kKind, "event 2 is no tombstone"));
}

TEST(Purge, I12_G_4_APurgedListNeedsItsDestroyedKeysToo) {
  StoreMaker maker;
  maker.note();
  maker.note();
  const std::uint64_t seq =
      maker.append(chain::kind::kListPurged,
                   {open("loaded", std::int64_t{1}), open("blob", std::int64_t{99}),
                    open("superseded", std::int64_t{2}), open("count", std::int64_t{3})});
  maker.commit();
  EXPECT_TRUE(holds(verify_made(maker)));
  maker.pass(6 * kMinute);
  maker.heartbeat();
  maker.commit();
  EXPECT_TRUE(has_only(verify_made(maker), seq, rule::kProcess, "no keys.destroyed"));
}

}  // namespace
}  // namespace alpr::verify::testing
