// Proves that level erasure accepts a log that kept the retention rules, with and without keys, and
// counts what it could not open. Stores of a made-up domain are written for it, and one thing is
// wrong in each that must not hold.
#include <fstream>

#include "ledger/chain/encoding.h"
#include "ledger/verify/rules.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

StoreMaker lived_in() {
  StoreMaker maker;
  for (int i = 0; i < 5; ++i) {
    maker.read();
    maker.hit();
    maker.note();
    maker.pass(kMinute);
  }
  maker.commit();
  return maker;
}

TEST(ErasureLevel, WithoutKeysSealedPayloadsAreCountedAsNotChecked) {
  StoreMaker maker = lived_in();
  const Report report = verify_made(maker);
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.levels.at(1).checked, 1U);
  EXPECT_EQ(report.levels.at(1).not_checked, 15U);
}

TEST(ErasureLevel, WithKeysEveryPayloadIsChecked) {
  StoreMaker maker = lived_in();
  const Report report = verify_made(maker, with_keys(maker));
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.levels.at(1).checked, 16U);
  EXPECT_EQ(report.levels.at(1).not_checked, 0U);
}

TEST(ErasureLevel, APayloadThatDoesNotOpenWithItsKeyIsAFinding) {
  StoreMaker maker = lived_in();
  maker.rows("payloads")[StoreMaker::key_of(1)].back() ^= 1;
  EXPECT_TRUE(holds(verify_made(maker)));
  EXPECT_TRUE(has_only(verify_made(maker, with_keys(maker)), 1, rule::kPayload,
                       "does not open with its key"));
}

TEST(ErasureLevel, AMissingPermanentPayloadIsAFinding) {
  StoreMaker maker = lived_in();
  maker.rows("payloads").erase(StoreMaker::key_of(3));
  EXPECT_TRUE(has_only(verify_made(maker), 3, rule::kPayload, "kept for ever"));
}

TEST(ErasureLevel, I12_G_1_AMissingReadWithoutATombstoneIsAFinding) {
  StoreMaker maker = lived_in();
  maker.rows("payloads").erase(StoreMaker::key_of(4));
  EXPECT_TRUE(has_only(verify_made(maker), 4, rule::kPurge, "no tombstone covers them"));
}

TEST(ErasureLevel, ARowThatNoHeaderKnowsIsAFinding) {
  StoreMaker maker = lived_in();
  maker.rows("payloads")[StoreMaker::key_of(16)] = {0, 0, 0, 0, 0};
  EXPECT_TRUE(has_only(verify_made(maker), 16, rule::kStore, "payload without a header"));
}

TEST(ErasureLevel, ADatabaseThatTheFormatDoesNotHaveIsAFinding) {
  StoreMaker maker = lived_in();
  maker.rows("copies")[Bytes{1}] = Bytes{2};
  EXPECT_TRUE(has_only(verify_made(maker), std::nullopt, rule::kStore, "does not have: copies"));
}

TEST(ErasureLevel, ARetentionThatIsNotTheKindsIsAFinding) {
  StoreMaker maker = lived_in();
  const TestFolder folder;
  maker.write(folder.path());
  std::vector<chain::Kind> kinds(test_kinds().all().begin(), test_kinds().all().end());
  for (chain::Kind& kind : kinds) {
    if (kind.number == kNote) kind.retention = chain::Retention::kThirtyDay;
    if (kind.number == kHit) {
      kind.form = chain::Form::kWhole;
      kind.open.clear();
    }
  }
  const auto report = verify_store_here(folder.path(), chain::KindRegistry(kinds), Options{});
  ASSERT_TRUE(report);
  EXPECT_TRUE(has(*report, 3, rule::kKind, "retention is not that of test.note"));
  EXPECT_TRUE(has(*report, 2, rule::kKind, "form is not that of test.hit"));
}

TEST(ErasureLevel, I12_G_1_DueIsJudgedAtTheLastHeaderOrAtNow) {
  StoreMaker maker = lived_in();
  EXPECT_TRUE(holds(verify_made(maker)));
  Options options;
  options.wall_clock = {kStart.value +
                        400 * kDay};  // a simulated log: the real clock says nothing about it
  EXPECT_TRUE(holds(verify_made(maker, options)));
  options.now = TimeUs{kStart.value + 30 * kDay + 60 * kMinute};
  EXPECT_TRUE(holds(verify_made(maker, options)));
  options.now->value += 1;
  EXPECT_TRUE(has_only(verify_made(maker, options), 1, rule::kPurge, "past due and still there"));
  EXPECT_EQ(verify_made(maker, options).as_of, *options.now);
}

TEST(ErasureLevel, I12_G_1_ALogThatIsNotSimulatedIsJudgedByTheRealClockToo) {
  StoreMaker maker(/*simulated=*/false);
  maker.read();
  maker.commit();
  Options options;
  options.wall_clock = {kStart.value + 31 * kDay};
  const Report report = verify_made(maker, options);
  EXPECT_FALSE(report.simulated);
  EXPECT_TRUE(has_only(report, 1, rule::kPurge, "past due and still there"));
}

TEST(ErasureLevel, LevelPolicyIsNotCheckedAndNeverCountsAsHolding) {
  StoreMaker maker = lived_in();
  Options options;
  options.level = Level::kPolicy;
  const Report report = verify_made(maker, options);
  ASSERT_EQ(report.levels.size(), 3U);
  EXPECT_EQ(report.levels[1].holds, true);
  EXPECT_EQ(report.levels[2].holds, std::nullopt);
  EXPECT_FALSE(report.levels[2].note.empty());
  EXPECT_FALSE(report.holds());
}

TEST(ErasureLevel, I12_G_1_FilesOfAPurgedBucketThatAreStillThereAreFindings) {
  StoreMaker maker;
  maker.read();
  const std::uint64_t kept = maker.read();
  const std::uint64_t hold = maker.hold({kept});
  maker.commit();
  maker.at({kStart.value + 10 * kDay});
  maker.release(hold);
  maker.at({kStart.value + 30 * kDay});
  const std::uint64_t tombstone = maker.tombstone(bucket_of(kStart));
  maker.destroyed(tombstone);
  maker.commit();
  const TestFolder folder;
  maker.write(folder.path());
  EXPECT_TRUE(holds(verify_at(folder.path())));
  const std::string bucket = std::to_string(bucket_of(kStart).value);
  std::filesystem::create_directories(folder.path() / "evidence" / "held");
  std::ofstream(folder.path() / "evidence" / (bucket + ".evd")) << "image";
  EXPECT_TRUE(has_only(verify_at(folder.path()), tombstone, rule::kPurge, "evidence file"));
  std::filesystem::remove(folder.path() / "evidence" / (bucket + ".evd"));
  std::ofstream(folder.path() / "evidence" / "held" / (std::to_string(kept) + ".evd")) << "image";
  EXPECT_TRUE(has_only(verify_at(folder.path()), kept, rule::kRelease, "held image"));
}

TEST(ErasureLevel, I12_G_1_AKeysFileThatStillOpensAPurgedBucketIsAFinding) {
  StoreMaker maker;
  maker.read();
  maker.commit();
  const Options before = with_keys(maker);
  maker.at({kStart.value + 30 * kDay});
  const std::uint64_t tombstone = maker.tombstone(bucket_of(kStart));
  maker.destroyed(tombstone);
  maker.commit();
  EXPECT_TRUE(has_only(verify_made(maker, before), tombstone, rule::kPurge, "in the keys file"));
  EXPECT_TRUE(holds(verify_made(maker, with_keys(maker))));
}

}  // namespace
}  // namespace alpr::verify::testing
