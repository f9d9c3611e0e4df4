// Proves that a hold keeps what it names and nothing else, and only while it lasts. Reads are held,
// released and purged by the book and against it.
#include "ledger/verify/rules.h"
#include "tests/ledger/verify/check.h"

namespace alpr::verify::testing {
namespace {

const Bucket kBucket = bucket_of(kStart);
constexpr TimeUs kDue{kStart.value + 30 * kDay};

// Events 1 to 3 are reads of one bucket; 2 is on hold (event 4), to be reviewed after 60 days.
StoreMaker one_held() {
  StoreMaker maker;
  maker.read();
  maker.read();
  maker.read();
  maker.commit();
  maker.pass(kDay);
  maker.hold({2}, {maker.time().value + 60 * kDay});
  maker.commit();
  return maker;
}

TEST(Hold, I12_G_2_AHeldReadSurvivesThePurgeOfItsBucket) {
  StoreMaker maker = one_held();
  maker.at(kDue);
  maker.purge(kBucket);
  maker.commit();
  const Report report = verify_made(maker, with_keys(maker));
  EXPECT_TRUE(holds(report));
  EXPECT_EQ(report.levels.at(1).not_checked, 0U);
}

TEST(Hold, I12_G_2_PurgingAHeldReadIsAFinding) {
  StoreMaker maker = one_held();
  maker.at(kDue);
  TombstoneLies lies;
  lies.held = std::vector<std::uint64_t>{};
  maker.destroyed(maker.tombstone(kBucket, lies));
  maker.rows("payloads").erase(StoreMaker::key_of(2));
  maker.commit();
  EXPECT_TRUE(has(verify_made(maker), 2, rule::kHold, "while on hold"));
}

TEST(Hold, I12_G_2_KeepingAReadThatNobodyHeldIsAFinding) {
  StoreMaker maker = one_held();
  maker.at(kDue);
  const Bytes row = maker.rows("payloads").at(StoreMaker::key_of(3));
  TombstoneLies lies;
  lies.held = std::vector<std::uint64_t>{2, 3};
  maker.destroyed(maker.tombstone(kBucket, lies));
  maker.rows("payloads")[StoreMaker::key_of(3)] = row;
  maker.commit();
  EXPECT_TRUE(has(verify_made(maker), 3, rule::kHold, "no hold on it was in force"));
}

TEST(Hold, I12_G_2_ListingAsHeldWhatIsNotOfTheBucketIsAFinding) {
  StoreMaker maker = one_held();
  maker.at(kDue);
  TombstoneLies lies;
  lies.held = std::vector<std::uint64_t>{2, 4};
  const std::uint64_t tombstone = maker.tombstone(kBucket, lies);
  maker.destroyed(tombstone);
  maker.commit();
  EXPECT_TRUE(has_only(verify_made(maker), tombstone, rule::kHold, "not of this bucket"));
}

TEST(Hold, I12_G_3_AReleasedReadIsCoveredByALaterTombstone) {
  StoreMaker maker = one_held();
  maker.at(kDue);
  maker.purge(kBucket);
  maker.commit();
  maker.pass(5 * kDay);
  maker.release(4);
  maker.commit();
  maker.pass(10 * kMinute);
  EXPECT_TRUE(holds(verify_made(maker)));
  maker.purge(kBucket);
  maker.commit();
  EXPECT_TRUE(holds(verify_made(maker, with_keys(maker))));
}

TEST(Hold, I12_G_3_AReadThatStaysAfterItsLastHoldEndedIsAFinding) {
  StoreMaker maker = one_held();
  const std::uint64_t second = maker.hold({2});
  maker.at(kDue);
  maker.purge(kBucket);
  maker.pass(kMinute);
  maker.release(4);
  maker.pass(2 * kDay / 48);
  maker.commit();
  maker.heartbeat();
  maker.commit();
  EXPECT_TRUE(holds(verify_made(maker))) << "another hold is still in force";
  maker.pass(kMinute);
  maker.release(second);
  maker.commit();
  Options options;
  options.now = TimeUs{maker.time().value + 61 * kMinute};
  EXPECT_TRUE(has(verify_made(maker, options), 2, rule::kRelease, "last hold has ended"));
}

TEST(Hold, I12_G_3_ALatePurgeAfterAReleaseIsAFinding) {
  StoreMaker maker = one_held();
  maker.at(kDue);
  maker.purge(kBucket);
  maker.pass(kDay);
  maker.release(4);
  maker.pass(2 * 60 * kMinute);
  const std::uint64_t tombstone = maker.tombstone(kBucket);
  maker.destroyed(tombstone);
  maker.commit();
  EXPECT_TRUE(has_only(verify_made(maker), tombstone, rule::kPurge, "late"));
}

TEST(Hold, I12_G_2_AReviewDateThatPassedIsAFinding) {
  StoreMaker maker = one_held();
  maker.at(kDue);
  maker.purge(kBucket);
  maker.commit();
  Options options;
  options.now = TimeUs{kStart.value + 61 * kDay};
  EXPECT_TRUE(holds(verify_made(maker, options)));
  options.now->value += 1;
  EXPECT_TRUE(has_only(verify_made(maker, options), 4, rule::kHold, "review date has passed"));
}

TEST(Hold, I12_G_2_AReviewInMoreThanNinetyDaysIsAFinding) {
  StoreMaker maker;
  maker.read();
  const std::uint64_t hold = maker.hold({1}, {maker.time().value + 90 * kDay + 1});
  maker.commit();
  EXPECT_TRUE(has_only(verify_made(maker), hold, rule::kHold, "more than 90 days"));
}

TEST(Hold, I12_G_2_AHoldOnAReadThatIsPastDueIsAFinding) {
  StoreMaker maker;
  maker.read();
  maker.at(kDue);
  const std::uint64_t hold = maker.hold({1});
  maker.commit();
  EXPECT_TRUE(has_only(verify_made(maker), hold, rule::kHold, "which was past due"));
}

TEST(Hold, I12_G_2_AHoldOnAReadThatWasPurgedIsAFinding) {
  StoreMaker maker = one_held();
  maker.at(kDue);
  maker.purge(kBucket);
  const std::uint64_t hold = maker.hold({3});
  maker.commit();
  EXPECT_TRUE(has(verify_made(maker), hold, rule::kHold, "which was purged before"));
}

TEST(Hold, I12_G_2_AHoldOnWhatIsKeptForEverOrNotThereIsAFinding) {
  StoreMaker maker;
  maker.note();
  const std::uint64_t permanent = maker.hold({1});
  const std::uint64_t future = maker.hold({50});
  maker.commit();
  const Report report = verify_made(maker);
  EXPECT_TRUE(has(report, permanent, rule::kHold, "never erased"));
  EXPECT_TRUE(has(report, future, rule::kKind, "names a later event"));
}

TEST(Hold, AHeldReadThatIsStillUnderItsBucketsKeyIsAFinding) {
  StoreMaker maker;
  maker.read();
  maker.read();
  const Bytes row = maker.rows("payloads").at(StoreMaker::key_of(2));
  maker.hold({2});
  maker.commit();
  maker.rows("payloads")[StoreMaker::key_of(2)] = row;
  EXPECT_TRUE(has_only(verify_made(maker), 2, rule::kPayload, "a key of another sort"));
}

TEST(Hold, AReleaseOfNoHoldAndASecondReleaseAreFindings) {
  StoreMaker maker = one_held();
  maker.release(4);
  const std::uint64_t again = maker.release(4);
  const std::uint64_t none = maker.release(1);
  maker.commit();
  const Report report = verify_made(maker);
  EXPECT_TRUE(has(report, again, rule::kKind, "released before"));
  EXPECT_TRUE(has(report, none, rule::kKind, "no hold before it"));
}

}  // namespace
}  // namespace alpr::verify::testing
