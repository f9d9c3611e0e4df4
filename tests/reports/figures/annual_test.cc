// Proves that each figure of the annual report counts what its definition says, of the period and
// of nothing else, and that who has no keys counts the same where none are needed. On small logs
// that are written down record by record.
#include "reports/figures/annual.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "policy/records/audits.h"
#include "policy/records/devices.h"
#include "policy/records/gaps.h"
#include "policy/records/hits.h"
#include "policy/records/holds.h"
#include "policy/records/hotlists.h"
#include "policy/records/oversight.h"
#include "policy/records/people.h"
#include "policy/records/policies.h"
#include "policy/records/queries.h"
#include "policy/records/reads.h"
#include "policy/records/records_requests.h"
#include "policy/records/reviews.h"
#include "policy/records/self_checks.h"
#include "policy/records/sessions.h"
#include "policy/records/sharing.h"
#include "policy/records/stops.h"
#include "policy/records/system.h"
#include "tests/reports/figures/made_log.h"

namespace alpr::figures {
namespace {

using namespace policy;  // NOLINT: records of most of its topics
using testing::figure;
using testing::kDayUs;
using testing::kFebruary;
using testing::kHourUs;
using testing::kJanuary;
using testing::kMinuteUs;
using testing::MadeLog;
using testing::of;
using testing::purge;
using testing::query;
using testing::step;
using testing::value;

const Period kYear{kJanuary, {kJanuary.value + 365 * kDayUs}};
const Period kFirstMonth{kJanuary, kFebruary};

BucketSummarised summary(TimeUs bucket, std::int64_t reads, std::int64_t hits) {
  BucketSummarised record;
  record.bucket = static_cast<std::int64_t>(bucket_of(bucket).value);
  record.reads = reads;
  if (hits > 0) record.hits.push_back({HotlistSource::kSvs, hits, 1});
  record.devices.push_back({"cam-1", "Area 3", 1, reads - 1, 1});
  record.devices.push_back({"cam-2", "Area 1", 1, 1, 1});
  return record;
}

TEST(AnnualFigures, I12_B_1_ReadsAndHitsByMonthAndTheirRate) {
  MadeLog log;
  for (int i = 0; i < 8; ++i) log.add(ReadRecorded{});
  log.add(HitRaised{});
  log.now.value += 15 * kMinuteUs;
  log.add(summary(kJanuary, 8, 1));
  log.now = kFebruary;
  for (int i = 0; i < 4; ++i) log.add(ReadRecorded{});
  const AnnualReport year = log.report(kYear);
  EXPECT_EQ(value(year, "B1.reads"), 12);
  EXPECT_EQ(value(year, "B1.reads.month", "2026-01"), 8);
  EXPECT_EQ(value(year, "B1.reads.month", "2026-02"), 4);
  EXPECT_EQ(value(year, "B1.reads.month", "2026-12"), 0);
  EXPECT_EQ(figure(year, "B1.reads.month").rows.size(), 12U);
  EXPECT_EQ(value(year, "B1.hit-rate"), 1);
  EXPECT_EQ(of(year, "B1.hit-rate"), 12);
  EXPECT_EQ(value(year, "B1.reads.area", "Area 3"), 7);
  EXPECT_EQ(value(year, "B1.reads.area", "Area 1"), 1);
  EXPECT_EQ(value(year, "C2A8.hits.source", "SVS"), 1);
  EXPECT_EQ(value(year, "C2A8.hits.source", "AMBER"), 0);
  EXPECT_EQ(value(year, "B1.reads.not-summarised"), 4);
  // The second of the first month's end belongs to the second month.
  EXPECT_EQ(value(log.report(kFirstMonth), "B1.reads"), 8);
}

TEST(AnnualFigures, ASummaryCountsForItsBucketWheneverItIsMade) {
  MadeLog log;
  log.now.value = kFebruary.value - kMinuteUs;
  log.add(ReadRecorded{});
  const TimeUs bucket = log.now;
  log.now.value = kFebruary.value + kMinuteUs;
  log.add(summary(bucket, 1, 0));
  const AnnualReport month = log.report(kFirstMonth);
  EXPECT_EQ(value(month, "B1.reads.not-summarised"), 0);
  EXPECT_EQ(value(month, "B1.reads.area", "Area 1"), 1);
  EXPECT_EQ(value(log.report({kFebruary, {kFebruary.value + kDayUs}}), "B1.reads.area", "Area 1"),
            -1);
}

TEST(AnnualFigures, I12_C3_2_DevicesAsDeployedAtTheEnd) {
  MadeLog log;
  log.now.value = kJanuary.value - kDayUs;
  DeviceEnrolled device;
  device.kind = DeviceKind::kFixed;
  device.location_class = LocationClass::kPublicProperty;
  device.mount_class = "POLE";
  device.police_area = "Area 3";
  log.add(device);
  const Sequence gone = log.add(device);
  log.now = {kJanuary.value + kDayUs};
  device.kind = DeviceKind::kMobile;
  device.mount_class = "PATROL_VEHICLE";
  log.add(device);
  DeviceRevoked revoked;
  revoked.enrolled = gone;
  log.add(revoked);
  log.now = kFebruary;
  log.add(device);  // after the period
  const AnnualReport month = log.report(kFirstMonth);
  EXPECT_EQ(value(month, "A2.devices.kind", "FIXED"), 1);
  EXPECT_EQ(value(month, "A2.devices.kind", "MOBILE"), 1);
  EXPECT_EQ(value(month, "C3-2.devices.location-class", "PUBLIC_PROPERTY"), 2);
  EXPECT_EQ(value(month, "A2.devices.mount-class", "POLE"), 1);
  EXPECT_EQ(value(month, "A2.devices.mount-class", "PATROL_VEHICLE"), 1);
  EXPECT_EQ(value(month, "C3-2.devices.area", "Area 3"), 2);
  EXPECT_EQ(value(month, "A2.devices.new", "MOBILE"), 1);
  EXPECT_EQ(value(month, "A2.devices.new", "FIXED"), 0);
  EXPECT_EQ(value(month, "A2.devices.revoked"), 1);
}

TEST(AnnualFigures, I12_C2A_8_MisreadsOfTheHitsThatWereLookedAt) {
  MadeLog log;
  const Sequence good = log.add(HitRaised{});
  const Sequence bad = log.add(HitRaised{});
  const Sequence followed = log.add(HitRaised{});
  log.add(HitRaised{});  // nobody looks at it
  log.add(step(good, HitStep::kPlateConfirmed, HitState::kUnvalidated));
  HitValidated validated;
  validated.hit = good;
  log.add(validated);
  log.add(step(bad, HitStep::kPlateConfirmed, HitState::kMisread));
  log.add(step(bad, HitStep::kFollowing, HitState::kMisread));
  log.add(step(followed, HitStep::kFollowing, HitState::kUnvalidated));
  StopDocumented stop;
  stop.disposition = Disposition::kRecoveredVehicle;
  stop.clets_confirmed = true;
  log.add(stop);
  const AnnualReport year = log.report(kYear);
  EXPECT_EQ(value(year, "C2A8.misreads"), 1);
  EXPECT_EQ(of(year, "C2A8.misreads"), 2);
  EXPECT_EQ(value(year, "C2A.hits.state", "FULLY_VALIDATED"), 1);
  EXPECT_EQ(value(year, "C2A.hits.state", "MISREAD"), 1);
  EXPECT_EQ(value(year, "C2A.hits.state", "UNVALIDATED"), 1);
  EXPECT_EQ(value(year, "C2A2.stops.disposition", "RECOVERED_VEHICLE"), 1);
  EXPECT_EQ(value(year, "C2A1.stops.clets"), 1);
}

TEST(AnnualFigures, I12_C2B1_1_ListsAndHowFreshTheyWere) {
  MadeLog log;
  HotlistLoaded loaded;
  loaded.source = HotlistSource::kNcic;
  log.add(loaded);
  log.add(loaded);
  HotlistFetchFailed failed;
  failed.source = HotlistSource::kNcic;
  log.add(failed);
  HotlistStale stale;
  stale.source = HotlistSource::kAmber;
  log.add(stale);
  log.add(HotlistImportRefused{});
  const AnnualReport year = log.report(kYear);
  EXPECT_EQ(value(year, "C2B1.loads", "NCIC"), 2);
  EXPECT_EQ(value(year, "C2B1.fetches-failed", "NCIC"), 1);
  EXPECT_EQ(value(year, "C2B1.stale", "AMBER"), 1);
  EXPECT_EQ(value(year, "C2B1.stale", "NCIC"), 0);
  EXPECT_EQ(value(year, "C2B1.imports-refused"), 1);
}

TEST(AnnualFigures, I12_C2B2_2_EntriesAndHowLongTheyWaited) {
  MadeLog log;
  const auto ask = [&](std::int64_t days) {
    EntryRequested request;
    request.purpose = BoloPurpose::kBurglary;
    request.expires_at = {kJanuary.value + days * kDayUs};
    return log.add(request);
  };
  const auto approve = [&](Sequence request, std::int64_t seconds) {
    log.now = {kJanuary.value + seconds * kSecondUs};
    EntryApproved approved;
    approved.request = request;
    log.add(approved);
  };
  std::vector<Sequence> requests;
  for (int i = 0; i < 10; ++i) requests.push_back(ask(i < 3 ? 5 : 60));
  for (int i = 0; i < 10; ++i) approve(requests[static_cast<std::size_t>(i)], 10 * (i + 1));
  EntryRemoved removed;  // before it expired
  removed.request = requests[0];
  log.add(removed);
  const Sequence waiting = ask(60);
  EntryDenied denied;
  denied.request = ask(60);
  log.add(denied);
  const AnnualReport month = log.report(kFirstMonth);
  EXPECT_EQ(value(month, "C2B2.requested", "BURGLARY"), 12);
  EXPECT_EQ(value(month, "C2B2.approved"), 10);
  EXPECT_EQ(value(month, "C2B2.denied"), 1);
  EXPECT_EQ(value(month, "C2B2.latency.median"), 50);
  EXPECT_EQ(value(month, "C2B2.latency.p90"), 90);
  EXPECT_EQ(value(month, "C2B2.expired"), 2);
  EXPECT_EQ(value(month, "C2B2.pending"), 1);
  EXPECT_GT(waiting.value, 0U);
  // Nothing approved: there is no time to tell.
  EXPECT_EQ(value(MadeLog().report(kYear), "C2B2.latency.median"), -1);
}

TEST(AnnualFigures, I12_K_3_QueriesByPurposeAndStandard) {
  MadeLog log;
  log.add(query("ann", QueryPurpose::kBurglary, 3));
  log.add(query("ann", QueryPurpose::kViolentCrime, 0));
  log.add(query("bob", QueryPurpose::kBurglary, 2));
  QueryPageDisclosed page;
  page.result_count = 4;
  log.add(page);
  log.add(ImageDisclosed{});
  QueryRefused refused;
  refused.rules = {"I12-C2B-1", "I12-C2B-2"};
  log.add(refused);
  CommandRefused command;
  command.rules = {"I12-C2B-1"};
  log.add(command);
  const AnnualReport year = log.report(kYear);
  EXPECT_EQ(value(year, "C2B.queries"), 3);
  EXPECT_EQ(value(year, "C2B.queries.purpose", "BURGLARY"), 2);
  EXPECT_EQ(value(year, "C2B.queries.purpose", "COURT_PROCESS"), 0);
  EXPECT_EQ(value(year, "C2B.queries.legal-standard", "PROBABLE_CAUSE"), 3);
  EXPECT_EQ(value(year, "C2B.results"), 9);
  EXPECT_EQ(value(year, "C2B.people"), 2);
  EXPECT_EQ(value(year, "F2.images"), 1);
  EXPECT_EQ(value(year, "INV3.refusals.rule", "I12-C2B-1"), 2);
  EXPECT_EQ(value(year, "INV3.refusals.rule", "I12-C2B-2"), 1);
  EXPECT_EQ(value(year, "INV3.refusals.kind", "query.refused"), 1);
}

TEST(AnnualFigures, I12_L_4_ReviewsByWhatStoodOutAndWhatWasFound) {
  MadeLog log;
  ReviewRaised raised;
  raised.flags = {ReviewFlag::kOwnPlate, ReviewFlag::kManyQueries};
  const Sequence review = log.add(raised);
  log.add(raised);
  ReviewDecided decided;
  decided.review = review;
  decided.finding = ReviewFinding::kViolation;
  log.add(decided);
  const AnnualReport year = log.report(kYear);
  EXPECT_EQ(value(year, "C3.reviews"), 2);
  EXPECT_EQ(value(year, "C3.reviews.flag", "OWN_PLATE"), 2);
  EXPECT_EQ(value(year, "L4.reviews.finding", "VIOLATION"), 1);
  EXPECT_EQ(value(year, "L4.reviews.finding", "JUSTIFIED"), 0);
  EXPECT_EQ(value(year, "L4.reviews.open"), 1);
}

TEST(AnnualFigures, I12_K_3_SharingByRouteClassAndOutcome) {
  MadeLog log;
  SharingRequested asked;
  asked.route = SharingRoute::kDiscretionary;
  asked.recipient_class = RecipientClass::kCaLawEnforcement;
  asked.purpose = SharingPurpose::kCriminalInvestigation;
  asked.grounds.need_to_know = "the case";
  const Sequence first = log.add(asked);
  const Sequence second = log.add(asked);
  log.add(asked);
  SharingDecided decided;
  decided.reason = "it is within the order";
  decided.request = first;
  decided.outcome = ShareOutcome::kHonored;
  log.add(decided);
  decided.request = second;
  decided.outcome = ShareOutcome::kDenied;
  log.add(decided);
  SharingReleased released;
  released.request = first;
  released.count = 7;
  log.add(released);
  RecordsDecided answered;
  answered.outcome = RecordsOutcome::kDisclosedInPart;
  answered.exception = true;
  log.add(answered);
  const AnnualReport year = log.report(kYear);
  EXPECT_EQ(value(year, "I.requests.route", "DISCRETIONARY"), 3);
  EXPECT_EQ(value(year, "I.requests.class", "CA_LAW_ENFORCEMENT"), 3);
  EXPECT_EQ(value(year, "I.decisions", "DISCRETIONARY HONORED"), 1);
  EXPECT_EQ(value(year, "I.decisions", "DISCRETIONARY DENIED"), 1);
  EXPECT_EQ(value(year, "I.decisions.purpose", "CRIMINAL_INVESTIGATION HONORED"), 1);
  EXPECT_EQ(value(year, "I.decisions.reasons"), 2);
  EXPECT_EQ(value(year, "I.open"), 1);
  EXPECT_EQ(value(year, "I.releases.reads"), 7);
  EXPECT_EQ(value(year, "I.releases.class", "CA_LAW_ENFORCEMENT"), 1);
  EXPECT_EQ(value(year, "H1.decisions", "DISCLOSED_IN_PART"), 1);
  EXPECT_EQ(value(year, "E6.exceptions"), 1);
  EXPECT_EQ(of(year, "E6.exceptions"), 1);
}

TEST(AnnualFigures, I12_G_4_HowLateTheKeysWereDestroyed) {
  MadeLog log;
  log.add(ReadRecorded{});
  const Bucket first = bucket_of(log.now);
  log.now.value += 20 * kMinuteUs;
  log.add(ReadRecorded{});
  log.add(ReadRecorded{});
  const Bucket second = bucket_of(log.now);
  log.now = {kJanuary.value + kRetentionUs + 5 * kMinuteUs};
  purge(log, first, 1, 2);
  log.now = {kJanuary.value + kRetentionUs + 90 * kMinuteUs};
  purge(log, second, 2, 0);
  log.now.value += kDayUs;
  purge(log, second, 1, 0);  // of what was held: late by no rule
  log.own(chain::kind::kPurgeOverdue, {{"bucket", "1"}, {"due", "1"}});
  const AnnualReport year = log.report(kYear);
  EXPECT_EQ(value(year, "G1.purges"), 3);
  EXPECT_EQ(value(year, "G1.purged-events"), 4);
  EXPECT_EQ(value(year, "G4.lateness.maximum"), 70 * 60);
  EXPECT_EQ(value(year, "G4.lateness", "1 up to 30 minutes"), 1);
  EXPECT_EQ(value(year, "G4.lateness", "2 up to 60 minutes"), 0);
  EXPECT_EQ(value(year, "G4.lateness", "3 over 60 minutes"), 1);
  EXPECT_EQ(value(year, "G4.overdue"), 1);
}

TEST(AnnualFigures, I12_G_2_HoldsInForceAndPastTheirReview) {
  MadeLog log;
  HoldPlaced hold;
  hold.reason = HoldReason::kActiveCriminal;
  hold.events = {{1}, {2}};
  hold.review_by = {kJanuary.value + kDayUs};
  const Sequence released = log.add(hold);
  log.add(hold);
  hold.events = {{2}, {3}};
  hold.review_by = {kFebruary.value + kDayUs};
  log.add(hold);
  HoldReleased release;
  release.hold = released;
  log.add(release);
  const AnnualReport month = log.report(kFirstMonth);
  EXPECT_EQ(value(month, "G2.holds.placed", "ACTIVE_CRIMINAL"), 3);
  EXPECT_EQ(value(month, "G3.holds.released"), 1);
  EXPECT_EQ(value(month, "G2.holds.in-force"), 2);
  EXPECT_EQ(value(month, "G2.holds.review-overdue"), 1);
  EXPECT_EQ(value(month, "G2.held-events"), 3);
}

TEST(AnnualFigures, I12_K_5_AndI12_K_4_WhatAuditsHaveShown) {
  MadeLog log;
  AuditPlanned plan;
  plan.population = AuditPopulation::kQueries;
  plan.strata.resize(2);
  plan.strata[0].population = 300;
  plan.strata[1].population = 100;
  AuditConcluded audit;
  audit.audit = log.add(plan);
  audit.upper = 9;
  audit.accepted = true;
  audit.significant = true;
  audit.deviations = 2;
  audit.certain_deviations = 1;
  log.add(audit);
  audit.accepted = false;
  log.add(audit);
  SystemChecked checked;
  checked.checks = {{SystemCheck::kClock, false, "it stepped"},
                    {SystemCheck::kChain, true, "fine"}};
  log.add(checked);
  TrainingsReviewed reviewed;
  reviewed.untrained = {{1}, {2}};
  log.add(reviewed);
  const AnnualReport year = log.report(kYear, /*keys=*/false);
  EXPECT_EQ(value(year, "K5.audits.planned", "QUERIES"), 1);
  EXPECT_EQ(value(year, "K5.audits.accepted"), 1);
  EXPECT_EQ(of(year, "K5.audits.accepted"), 2);
  EXPECT_EQ(value(year, "K7.audits.significant"), 2);
  EXPECT_EQ(value(year, "K5.audits.deviations"), 6);
  const FigureRow upper{"QUERIES " + std::to_string(audit.audit.value), 9, 400};
  EXPECT_EQ(figure(year, "K7.audits.upper").rows, (std::vector<FigureRow>{upper, upper}));
  EXPECT_EQ(value(year, "K4.checks"), 0);
  EXPECT_EQ(of(year, "K4.checks"), 1);
  EXPECT_EQ(value(year, "K4.checks.failed", "CLOCK"), 1);
  EXPECT_EQ(value(year, "K4.checks.failed", "CHAIN"), 0);
  EXPECT_EQ(value(year, "K6.untrained"), 2);
}

TEST(AnnualFigures, I12_L_5_ComplaintsBreachesViolationsAndCost) {
  MadeLog log;
  ComplaintRecorded complaint;
  complaint.subject = policy::ComplaintSubject::kProfiling;
  const Sequence answered = log.add(complaint);
  log.add(complaint);
  ComplaintAnswered answer;
  answer.complaint = answered;
  answer.finding = policy::OversightFinding::kSustained;
  log.add(answer);
  BreachRecorded breach;
  breach.breach = policy::BreachKind::kLostDevice;
  const Sequence closed = log.add(breach);
  log.add(breach);
  BreachStepRecorded step;
  step.breach = closed;
  step.step = policy::BreachStep::kClosed;
  log.add(step);
  ViolationRecorded violation;
  violation.rule = "I12-C3-3";
  const Sequence decided = log.add(violation);
  log.add(violation);
  ViolationDecided decision;
  decision.violation = decided;
  decision.finding = policy::OversightFinding::kSustained;
  decision.sanction = policy::Sanction::kRetraining;
  log.add(decision);
  CostRecorded cost;
  for (const auto& [year, category, cents] :
       {std::tuple(2026, policy::CostCategory::kStorage, 100),
        std::tuple(2026, policy::CostCategory::kStorage, 300),
        std::tuple(2026, policy::CostCategory::kPersonnel, 5),
        std::tuple(2025, policy::CostCategory::kStorage, 7)}) {
    cost.year = year;
    cost.category = category;
    cost.cents = cents;
    log.add(cost);
  }
  const AnnualReport month = log.report(kFirstMonth, /*keys=*/false);
  EXPECT_EQ(value(month, "E.complaints.subject", "PROFILING"), 2);
  EXPECT_EQ(value(month, "E.complaints.finding", "SUSTAINED"), 1);
  EXPECT_EQ(value(month, "E.complaints.open"), 1);
  EXPECT_EQ(value(month, "G.breaches.kind", "LOST_DEVICE"), 2);
  EXPECT_EQ(value(month, "G.breaches.open"), 1);
  EXPECT_EQ(value(month, "F.violations.rule", "I12-C3-3"), 2);
  EXPECT_EQ(value(month, "F.violations.sanction", "RETRAINING"), 1);
  EXPECT_EQ(value(month, "F.violations.open"), 1);
  EXPECT_EQ(value(month, "J.costs", "2026 STORAGE"), 300) << "the later one";
  EXPECT_EQ(value(month, "J.costs.total", "2026"), 305);
  EXPECT_EQ(figure(month, "J.costs.total").rows.size(), 1U) << "2025 is another year";
}

TEST(AnnualFigures, I12_K_2_GapsWithTheirOwnersAndDates) {
  MadeLog log;
  GapRecorded gap;
  gap.rule = "I12-F-1";
  gap.owner = Role::kItUnit;
  gap.due = {kJanuary.value + kDayUs};
  const Sequence mended = log.add(gap);
  log.add(gap);
  gap.rule = "I12-J-2";
  gap.due = kFebruary;
  log.add(gap);
  GapClosed closed;
  closed.gap = mended;
  log.add(closed);
  const AnnualReport month = log.report(kFirstMonth, /*keys=*/false);
  EXPECT_EQ(value(month, "K2.gaps.new"), 3);
  EXPECT_EQ(value(month, "K2.gaps.closed"), 1);
  EXPECT_EQ(value(month, "K2.gaps.rule", "I12-F-1"), 1);
  EXPECT_EQ(value(month, "K2.gaps.rule", "I12-J-2"), 1);
  EXPECT_EQ(value(month, "K2.gaps.owner", "IT_UNIT"), 2);
  EXPECT_EQ(value(month, "K2.gaps.due", "2026-02"), 1);
  EXPECT_EQ(value(month, "K2.gaps.overdue"), 1);
}

TEST(AnnualFigures, I12_J_3_TrainedIsWhoHasAllEightTopics) {
  MadeLog log;
  TrainingCompleted training;
  for (const auto& [topic, text] : EnumTexts<TrainingTopic>::texts)
    training.topics.push_back(topic);
  for (const char* who : {"ann", "bob", "cid"}) {
    training.username = who;
    log.add(training);
  }
  training.username = "dan";
  training.topics.pop_back();
  log.add(training);
  UserDeactivated gone;
  gone.username = "bob";
  log.add(gone);
  SessionFlagged flag;
  flag.elsewhere = true;
  log.add(flag);
  const AnnualReport year = log.report(kYear);
  EXPECT_EQ(value(year, "J3.trained"), 2);
  EXPECT_EQ(value(year, "J2.trainings", "LAW"), 4);
  EXPECT_EQ(value(year, "L2.deactivated"), 1);
  EXPECT_EQ(value(year, "C3-8.sessions.flagged"), 1);
  EXPECT_EQ(value(year, "C3-8.sessions.elsewhere"), 1);
}

}  // namespace
}  // namespace alpr::figures
