// Proves that a report is the same whether purged events are counted by their summaries or every
// header is read, and that a summary which does not add up is not believed. By both walks over logs
// that the test writes down.
#include "reports/figures/purged_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "policy/records/shift_lists.h"
#include "tests/reports/figures/made_log.h"

namespace alpr::figures::testing {
namespace {

using policy::BucketSummarised;
using policy::HitRaised;
using policy::ReadRecorded;
using policy::UploadReceived;

const Period kMonth{kJanuary, kFebruary};

// A log, and which of its events a purge took.
struct PurgedLog {
  MadeLog log;
  std::set<std::uint64_t> gone;
  std::uint64_t headers_read = 0;

  // So many reads and a hit, in the quarter of an hour that it is; returns its number.
  Bucket upload(int reads) {
    log.add(UploadReceived{});
    for (int i = 0; i < reads; ++i) {
      log.now.value += kSecondUs;
      log.add(ReadRecorded{});
    }
    log.add(HitRaised{});
    return bucket_of(log.now);
  }
  void summarise(Bucket bucket, std::int64_t reads, std::int64_t uploads = 1) {
    BucketSummarised summary;
    summary.bucket = static_cast<std::int64_t>(bucket.value);
    summary.uploads = uploads;
    summary.reads = reads;
    summary.hits = {{policy::HotlistSource::kSvs, uploads, 0}};
    summary.devices = {{"cam-1", "Area 1", uploads, reads, 1}};
    log.add(summary);
  }
  void purge_all() {
    for (const chain::EventView& event : log.events())
      if (event.header.retention == chain::Retention::kThirtyDay)
        gone.insert(event.header.seq.value);
  }
  std::string json(const AnnualReport& report) const { return policy::to_json_text(report); }
  // By the walk over what is there, and by the one over every header.
  struct Both {
    std::string walked, whole;
    std::uint64_t by_summary = 0, by_header = 0;
  };
  Both both(std::uint64_t size = UINT64_MAX, std::int64_t years = 0) {
    size = std::min(size, log.size());
    AnnualFold fold(kMonth, years);
    PurgedEvents walk(fold, [&](Sequence first, std::uint64_t count) {
      std::vector<chain::HeaderBytes> block;
      for (std::uint64_t seq = first.value; seq < std::min(first.value + count, log.size()); ++seq)
        block.push_back(chain::encode(log.events()[seq].header));
      headers_read += block.size();
      return Result<std::vector<chain::HeaderBytes>>(std::move(block));
    });
    for (std::uint64_t seq = 0; seq < size; ++seq) {
      if (gone.contains(seq)) continue;
      const chain::EventView& event = log.events()[seq];
      const bool reads = fold.reads(event.header.kind);
      const auto taken =
          reads ? walk.take({event.header, event.members, true}) : walk.take({event.header});
      EXPECT_TRUE(taken.has_value()) << taken.error().detail;
    }
    const auto done = walk.finish(size);
    EXPECT_TRUE(done.has_value()) << done.error().detail;
    return {json(fold.report({"made.example/log", size, {}, {}})),
            json(log.report(kMonth, true, size, years)), walk.by_summary(), walk.by_header()};
  }
};

// Three buckets of a day, with searches in between, summarised and purged a month later.
PurgedLog a_month(std::int64_t reads_told = 400) {
  PurgedLog made;
  made.log.now.value += kDayUs;
  std::vector<Bucket> buckets;
  for (int i = 0; i < 3; ++i) {
    buckets.push_back(made.upload(200));
    made.log.add(query("officer", policy::QueryPurpose::kBurglary, 3));
    EXPECT_EQ(made.upload(200), buckets.back());
    made.log.now.value = bucket_start({buckets.back().value + 1}).value;
    if (i != 1) made.summarise(buckets.back(), reads_told, 2);
    if (i == 1) made.log.now.value += 1;  // no event between this bucket and the next one
  }
  made.summarise(buckets[1], reads_told, 2);
  made.log.now.value += 30 * kDayUs;
  for (const Bucket bucket : buckets) purge(made.log, bucket, 404, 100);
  made.purge_all();
  return made;
}

TEST(PurgedEvents, I12_B_1_SummariesGiveTheSameReport) {
  PurgedLog made = a_month();
  const auto both = made.both(UINT64_MAX, 1);
  EXPECT_EQ(both.walked, both.whole);
  EXPECT_EQ(both.by_summary, 3U * 404U);
  EXPECT_EQ(both.by_header, 0U);
  EXPECT_LT(made.headers_read, 60U) << "few of 1,200";
  EXPECT_THAT(both.whole, ::testing::HasSubstr("1200"));
}

TEST(PurgedEvents, I12_B_1_ASummaryThatDoesNotAddUpIsNotBelieved) {
  for (const std::int64_t told : {399, 401, 0, 1'000'000'000}) {
    PurgedLog made = a_month(told);
    const auto both = made.both();
    EXPECT_EQ(both.walked, both.whole) << told;
    EXPECT_EQ(both.by_header, 3U * 404U) << told;
  }
}

TEST(PurgedEvents, I12_G_2_WhatIsHeldIsCountedOnce) {
  PurgedLog made = a_month();
  std::vector<std::uint64_t> gone(made.gone.begin(), made.gone.end());
  for (std::size_t i = 0; i < gone.size(); i += 97) made.gone.erase(gone[i]);
  const auto both = made.both();
  EXPECT_EQ(both.walked, both.whole);
  EXPECT_EQ(both.by_header, 0U);
  EXPECT_EQ(both.by_summary, made.gone.size());
}

// Hits that were set aside are in no summary, and an older log has buckets without any.
TEST(PurgedEvents, I12_B_1_WhatNoSummaryCountsIsReadByHeader) {
  PurgedLog made;
  made.log.now.value += kDayUs;
  const Bucket first = made.upload(50);
  made.log.add(policy::HitSetAside{});
  made.log.now.value += kHourUs;
  made.summarise(first, 50);
  const Bucket second = made.upload(70);
  made.log.now.value += 31 * kDayUs;
  purge(made.log, first, 53, 10);
  purge(made.log, second, 72, 4'000);
  made.purge_all();
  const auto both = made.both();
  EXPECT_EQ(both.walked, both.whole);
  EXPECT_EQ(both.by_summary, 0U);
  EXPECT_EQ(both.by_header, 53U + 72U);
}

// A report at an older checkpoint ends wherever that does, also among what is gone by now.
TEST(PurgedEvents, I12_L_5_AnOlderCheckpointGivesTheSameReport) {
  PurgedLog made = a_month();
  for (std::uint64_t size = 1; size <= made.log.size(); size += 31) {
    const auto both = made.both(size);
    EXPECT_EQ(both.walked, both.whole) << size;
  }
}

TEST(PurgedEvents, APermanentEventWithoutPayloadIsAFault) {
  PurgedLog made;
  made.log.add(query("officer", policy::QueryPurpose::kBurglary, 3));
  made.log.add(query("officer", policy::QueryPurpose::kBurglary, 3));
  AnnualFold fold(kMonth);
  PurgedEvents walk(fold, [&](Sequence first, std::uint64_t count) {
    std::vector<chain::HeaderBytes> block;
    for (std::uint64_t i = 0; i < count; ++i)
      block.push_back(chain::encode(made.log.events()[first.value + i].header));
    return Result<std::vector<chain::HeaderBytes>>(std::move(block));
  });
  const chain::EventView& genesis = made.log.events()[0];
  ASSERT_TRUE(walk.take({genesis.header, genesis.members, true}).has_value());
  const auto done = walk.finish(made.log.size());
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace alpr::figures::testing
