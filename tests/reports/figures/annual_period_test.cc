// Proves that an annual report is whole, that a finished period keeps its figures whatever comes
// later, and that who has no keys counts the same where none are needed. On small logs that are
// written down record by record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "policy/records/devices.h"
#include "policy/records/hits.h"
#include "policy/records/holds.h"
#include "policy/records/hotlists.h"
#include "policy/records/people.h"
#include "policy/records/policies.h"
#include "policy/records/queries.h"
#include "policy/records/records_requests.h"
#include "policy/records/reviews.h"
#include "policy/records/sharing.h"
#include "policy/records/system.h"
#include "reports/figures/annual.h"
#include "tests/reports/figures/made_log.h"

namespace alpr::figures {
namespace {

using namespace policy;  // NOLINT: records of most of its topics
using testing::figure;
using testing::kDayUs;
using testing::kFebruary;
using testing::kJanuary;
using testing::kMinuteUs;
using testing::MadeLog;
using testing::purge;
using testing::query;
using testing::step;
using testing::value;

const Period kYear{kJanuary, {kJanuary.value + 365 * kDayUs}};
const Period kFirstMonth{kJanuary, kFebruary};

TEST(AnnualPeriod, I12_L_5_EveryElementIsThereAlsoInAYearWithoutAnything) {
  const AnnualReport year = MadeLog().report(kYear);
  std::string letters;
  for (const ReportElement& element : year.elements) letters += element.letter;
  EXPECT_EQ(letters, "ABCDEFGHIJK");
  EXPECT_FALSE(year.scope.empty());
  EXPECT_TRUE(year.simulated);
  std::set<std::string> ids;
  for (const Figure& one : year.figures) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    EXPECT_TRUE(letters.find(one.element) != std::string::npos && one.element.size() == 1)
        << one.id;
    EXPECT_TRUE(one.rule.starts_with("I12-")) << one.id;
    EXPECT_TRUE(one.definition.ends_with(".")) << one.id;
    for (const FigureRow& row : one.rows) {
      const bool counted_anyway = one.id == "HDR1.version" || !row.value;
      EXPECT_TRUE(counted_anyway || *row.value == 0) << one.id << " " << row.key;
    }
  }
}

// What comes later ends, decides and undoes what was open, and none of it is of the period.
TEST(AnnualPeriod, AFinishedPeriodStaysAsItIs) {
  MadeLog log;
  const Sequence device = log.add(DeviceEnrolled{});
  const Sequence entry = log.add(EntryRequested{});
  const Sequence review = log.add(ReviewRaised{});
  const Sequence sharing = log.add(SharingRequested{});
  const Sequence records = log.add(RecordsRequested{});
  const Sequence hold = log.add(HoldPlaced{});
  const Sequence hit = log.add(HitRaised{});
  log.add(step(hit, HitStep::kPlateConfirmed, HitState::kUnvalidated));
  TrainingCompleted training;
  for (const auto& [topic, text] : EnumTexts<TrainingTopic>::texts)
    training.topics.push_back(topic);
  log.add(training);
  log.now = kFebruary;
  const AnnualReport before = log.report(kFirstMonth);
  DeviceRevoked revoked;
  revoked.enrolled = device;
  log.add(revoked);
  EntryApproved approved;
  approved.request = entry;
  log.add(approved);
  ReviewDecided decided;
  decided.review = review;
  log.add(decided);
  SharingDecided honored;
  honored.request = sharing;
  log.add(honored);
  RecordsClosed closed;
  closed.request = records;
  log.add(closed);
  HoldReleased released;
  released.hold = hold;
  log.add(released);
  log.add(step(hit, HitStep::kVisualMatch, HitState::kMisread));
  log.add(UserDeactivated{});
  log.add(query("ann", QueryPurpose::kBurglary, 1));
  log.add(CommandRefused{});
  log.add(PolicyAdopted{});
  purge(log, bucket_of(kJanuary), 1, 1);
  const AnnualReport after = log.report(kFirstMonth);
  EXPECT_EQ(before.figures, after.figures);
  EXPECT_EQ(value(after, "I.open"), 1);
  EXPECT_EQ(value(after, "L4.reviews.open"), 1);
  EXPECT_EQ(value(after, "G2.holds.in-force"), 1);
  // And in the month after they are there.
  const AnnualReport next = log.report({kFebruary, {kFebruary.value + kDayUs}});
  EXPECT_EQ(value(next, "I.open"), 0);
  EXPECT_EQ(value(next, "C2A8.misreads"), 1);
  EXPECT_EQ(value(next, "G4.lateness", "1 up to 30 minutes"), 0);
  EXPECT_EQ(value(next, "G4.lateness", "3 over 60 minutes"), 1);
}

// Whoever has no keys gets the same but for what is said to need them.
TEST(AnnualPeriod, WithoutKeysTheOpenFiguresAreTheSame) {
  MadeLog log;
  log.add(DeviceEnrolled{});
  log.add(query("ann", QueryPurpose::kBurglary, 3));
  log.add(TrainingCompleted{});
  log.add(SharingRequested{});
  SharingDecided decided;
  decided.request = {log.size() - 1};
  log.add(decided);
  const AnnualReport whole = log.report(kYear);
  const AnnualReport open = log.report(kYear, /*keys=*/false);
  ASSERT_EQ(whole.figures.size(), open.figures.size());
  std::vector<std::string> left_out;
  for (std::size_t i = 0; i < whole.figures.size(); ++i) {
    if (open.figures[i].computed)
      EXPECT_EQ(whole.figures[i], open.figures[i]) << whole.figures[i].id;
    else
      left_out.push_back(open.figures[i].id);
    EXPECT_TRUE(whole.figures[i].computed);
    if (!open.figures[i].computed) EXPECT_TRUE(open.figures[i].needs_keys) << open.figures[i].id;
  }
  EXPECT_THAT(left_out,
              ::testing::UnorderedElementsAre("A2.devices.mount-class", "C3-2.devices.area",
                                              "C2B.people", "I.decisions.reasons", "J3.trained"));
}

TEST(AnnualPeriod, APeriodStandsOnQuartersOfAnHour) {
  EXPECT_TRUE(period_of(kJanuary, kFebruary).has_value());
  EXPECT_FALSE(period_of(kFebruary, kJanuary).has_value());
  EXPECT_FALSE(period_of(kJanuary, kJanuary).has_value());
  EXPECT_FALSE(period_of({kJanuary.value + kMinuteUs}, kFebruary).has_value());
  EXPECT_FALSE(period_of(kJanuary, {kFebruary.value + 1}).has_value());
  EXPECT_TRUE(period_of(kJanuary, {kJanuary.value + 400 * kDayUs}).has_value());
  EXPECT_FALSE(period_of(kJanuary, {kJanuary.value + 400 * kDayUs + 15 * kMinuteUs}).has_value());
}

TEST(AnnualPeriod, ALogWithAGapIsRefused) {
  AnnualFold fold(kYear);
  chain::Header header;
  header.seq = {1};
  EXPECT_FALSE(fold.take({header}).has_value());
}

}  // namespace
}  // namespace alpr::figures
