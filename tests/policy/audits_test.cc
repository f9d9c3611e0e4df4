// Proves that a sample audit is planned before its randomness exists, seeded by two persons, judged
// by nobody on their own acts, and concluded only whole (I12-K-5, K-7). By changing one thing at a
// time in a log in memory; populations and figures are handed in.
#include "policy/registers/audits.h"

#include <gtest/gtest.h>

#include "policy/records/audit_worksheets.h"
#include "policy/rules/k_audits.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

const std::string kValue(64, 'a');

class Audits : public ::testing::Test {
 protected:
  Audits() : coordinator(world.trained("coord", "PST")), admin(trained_admin(world)) {
    world.grant("coord", Role::kCoordinator);
  }

  PlanAudit asked() const {
    PlanAudit plan;
    plan.population = "QUERIES";
    plan.from = {1};
    plan.to = {world.now.value - 1};
    plan.beacon = "DRAND";
    plan.round = "round 4096";
    plan.beacon_at = {world.now.value + 60 * kSecondUs};
    plan.reason = "yearly";
    return plan;
  }
  Result<ClosedPopulation> closed(const PlanAudit& plan) const {
    auto all = outline(plan);
    if (!all) return tl::unexpected(all.error());
    ClosedPopulation population;
    population.size = 5;
    population.last = world.now;
    population.outline = std::move(*all);
    for (AuditStratum& stratum : population.outline.strata) {
      stratum.population = 100;
      stratum.n = 3;
    }
    population.n = 3 * static_cast<std::int64_t>(population.outline.strata.size());
    population.needed = population.n;
    population.significant = true;
    population.certain = plan.certain.value_or(std::vector<Sequence>());
    return population;
  }
  Decision plan(const Actor& actor, const PlanAudit& command) {
    return decide(world.state(), actor, command, closed(command), world.moment());
  }
  Decision enter(const Actor& actor, Sequence audit, const std::string& value = kValue) {
    const EnterSeed command{audit, value, published};
    const auto row = find_audit(world.rows, audit).value();
    std::optional<Drawn> drawn;
    if (row && agreeing_entry(*row, actor.username, command))
      drawn = Drawn{beacon_text(BeaconSource::kDrand, value).value(),
                    {},
                    {},
                    {AuditSample{"ALL", {{11}, {12}, {13}}}}};
    return decide(world.state(), actor, command, drawn, world.moment());
  }
  Sequence planned(PlanAudit command) {
    const Sequence audit = world.permit(plan(coordinator, command));
    world.advance(3600);
    published = {world.now.value - 60 * kSecondUs};
    return audit;
  }
  Sequence seeded(const PlanAudit& command) {
    const Sequence audit = planned(command);
    world.permit(enter(coordinator, audit));
    world.permit(enter(admin, audit));
    return audit;
  }
  static JudgedItem judged(std::uint64_t item, ItemVerdict first = ItemVerdict::kPass) {
    JudgedItem one{{item}, {}, "file 12", ""};
    for (const AuditTest& test : audit_tests(96))
      one.results.push_back({std::string(test.code), ItemVerdict::kPass});
    one.results.front().verdict = first;
    return one;
  }
  Decision judge(const Actor& actor, Sequence audit, std::vector<JudgedItem> items,
                 const std::string& whose = "officer") {
    const std::vector<SampledEvent> events(items.size(), SampledEvent{96, false, {whose}});
    return decide(world.state(), actor, RecordVerdicts{audit, std::move(items)}, events,
                  world.moment());
  }
  Decision conclude(const Actor& actor, Sequence audit, bool accepted = true) {
    const AuditRow row = find_audit(world.rows, audit).value().value();
    const AuditTally tally = tally_audit(world.rows, row).value();
    AuditFigures figures;
    figures.strata.assign(row.plan.strata.size(), 1);
    figures.accepted = accepted;
    return decide(world.state(), actor, ConcludeAudit{audit, "as it should be"}, tally, figures,
                  world.moment());
  }
  AuditConcluded concluded(Sequence audit) const {
    return find_audit(world.rows, audit).value().value().concluded.value();
  }

  World world;
  Actor coordinator;
  Actor admin;
  TimeUs published;
};

TEST_F(Audits, I12_K_5_TheCoordinatorPlansBeforeTheRandomnessExists) {
  EXPECT_EQ(world.refused(plan(admin, asked()), "I12-K-5"), "role-missing");
  PlanAudit late = asked();
  late.beacon_at = world.now;
  EXPECT_EQ(world.refused(plan(coordinator, late), "I12-K-5"), "beacon-too-early");
  PlanAudit unnamed = asked();
  unnamed.round = " ";
  EXPECT_EQ(world.refused(plan(coordinator, unnamed), "I12-K-5"), "beacon-missing");
  unnamed = asked();
  unnamed.beacon = "DICE";
  EXPECT_EQ(world.refused(plan(coordinator, unnamed), "I12-K-5"), "beacon-missing");
  PlanAudit silent = asked();
  silent.reason = "";
  EXPECT_EQ(world.refused(plan(coordinator, silent), "I12-K-5"), "reason-missing");
  world.permit(plan(coordinator, asked()));
}

TEST_F(Audits, I12_K_5_NoEventCanComeIntoAClosedPopulation) {
  PlanAudit open = asked();
  open.to = {world.now.value + 1};
  EXPECT_EQ(world.refused(plan(coordinator, open), "I12-K-5"), "window-not-closed");
  Result<ClosedPopulation> stray = closed(asked());
  stray->strays = {{77}};
  EXPECT_EQ(
      world.refused(decide(world.state(), coordinator, asked(), stray, world.moment()), "I12-K-5"),
      "item-not-in-population");
}

TEST_F(Audits, I12_K_7_ImpossiblePlansAreRefusedOnTheRecord) {
  const auto slug = [&](auto&& change) {
    PlanAudit one = asked();
    change(one);
    return world.refused(plan(coordinator, one), "I12-K-7");
  };
  EXPECT_EQ(slug([](PlanAudit& p) { p.population = "OFFICERS"; }), "plan-impossible");
  EXPECT_EQ(slug([](PlanAudit& p) { p.method = "HUNCH"; }), "plan-impossible");
  EXPECT_EQ(slug([](PlanAudit& p) { p.spread = "WIDE"; }), "plan-impossible");
  EXPECT_EQ(slug([](PlanAudit& p) { p.to = p.from; }), "plan-impossible");
  EXPECT_EQ(slug([](PlanAudit& p) { p.strata = std::vector<AskedStratum>(); }), "plan-impossible");
  EXPECT_EQ(slug([](PlanAudit& p) {
              p.strata = {{{"A", {}, {}, {}}, {"B", {}, {}, {}}}};
            }),
            "plan-impossible")
      << "an event would be in both";
  EXPECT_EQ(slug([](PlanAudit& p) { p.strata = {{{"A", {{77}}, {}, {}}}}; }), "plan-impossible");
  EXPECT_EQ(slug([](PlanAudit& p) { p.strata = {{{" ", {}, {}, {}}}}; }), "plan-impossible");
  using Purposes = std::vector<std::string>;
  for (const Purposes& none : {Purposes{}, Purposes{"CURIOSITY"}, Purposes{"BURGLARY", "BURGLARY"}})
    EXPECT_EQ(slug([&](PlanAudit& p) {
                p.strata = {{{"A", {}, {}, {}, none}}};
              }),
              "plan-impossible");
  EXPECT_EQ(slug([](PlanAudit& p) {
              p.population = "HOLDS";
              p.strata = {{{"A", {}, {}, {}, Purposes{"BURGLARY"}}}};
            }),
            "plan-impossible")
      << "a hold has no purpose of a query";
  EXPECT_EQ(slug([](PlanAudit& p) {
              p.strata = {{{"A", {}, {}, {}, Purposes{"BURGLARY", "GRAND_THEFT"}},
                           {"B", {}, {}, {}, Purposes{"GRAND_THEFT"}}}};
            }),
            "plan-impossible")
      << "a query would be in both";
  EXPECT_EQ(slug([](PlanAudit& p) {
              p.method = "DISCOVERY";
              p.expected_bp = 10;
            }),
            "plan-impossible");
  Result<ClosedPopulation> large = closed(asked());
  large->n = 5001;
  EXPECT_EQ(
      world.refused(decide(world.state(), coordinator, asked(), large, world.moment()), "I12-K-7"),
      "sample-too-large");
  const Result<ClosedPopulation> gone = fail(ErrorCode::kNotFound, "no such checkpoint");
  EXPECT_EQ(decide(world.state(), coordinator, asked(), gone, world.moment()).error->code,
            ErrorCode::kNotFound);
  PlanAudit parts = asked();
  parts.strata = {{{"A", {}, {}, TimeUs{500}}, {"B", {}, TimeUs{500}, {}}}};
  world.permit(plan(coordinator, parts));
  parts.strata = {{{"A", {}, {}, {}, Purposes{"BURGLARY"}},
                   {"B", {}, {}, {}, Purposes{"VIOLENT_CRIME", "GRAND_THEFT"}}}};
  const AuditPlanned split =
      find_audit(world.rows, world.permit(plan(coordinator, parts))).value()->plan;
  EXPECT_EQ(split.strata[1].purposes,
            (std::vector{QueryPurpose::kGrandTheft, QueryPurpose::kViolentCrime}));
}

TEST_F(Audits, I12_K_5_EveryPlanIsCounted) {
  for (int i = 1; i <= 3; ++i) {
    const Sequence audit = world.permit(plan(coordinator, asked()));
    EXPECT_EQ(find_audit(world.rows, audit).value()->plan.number, i);
  }
  PlanAudit other = asked();
  other.population = "STOPS";
  EXPECT_EQ(find_audit(world.rows, world.permit(plan(coordinator, other))).value()->plan.number, 1);
  const AuditCountRow count = audit_count(world.rows, AuditPopulation::kQueries).value();
  EXPECT_EQ(count.planned, 3);
  EXPECT_EQ(count.seeded, 0);
  EXPECT_EQ(list_audit_counts(world.rows).value().size(), 2U);
}

TEST_F(Audits, I12_K_5_TwoPersonsReadTheSameValue) {
  const Sequence audit = planned(asked());
  const Actor officer = world.trained("officer", "SWORN");
  EXPECT_EQ(world.refused(enter(officer, audit), "I12-K-5"), "role-missing");
  const auto state = [&] { return find_audit(world.rows, audit).value()->state; };
  world.permit(enter(coordinator, audit));
  world.permit(enter(coordinator, audit));
  EXPECT_EQ(state(), AuditState::kPlanned) << "one person twice is one person";
  world.permit(enter(admin, audit, std::string(64, 'b')));
  EXPECT_EQ(state(), AuditState::kPlanned) << "they read different values";
  EXPECT_EQ(decide(world.state(), admin, EnterSeed{audit, kValue, published}, std::nullopt,
                   world.moment())
                .error->code,
            ErrorCode::kBusy);
  world.permit(enter(admin, audit, std::string(64, 'A')));
  ASSERT_EQ(state(), AuditState::kSeeded) << "upper case is the same value";
  EXPECT_EQ(list_audit_items(world.rows, audit).value().size(), 3U);
  EXPECT_EQ(enter(admin, audit).error->code, ErrorCode::kConflict) << "no second draw";
  EXPECT_EQ(audit_count(world.rows, AuditPopulation::kQueries)->seeded, 1);
}

TEST_F(Audits, I12_K_5_AValueFromBeforeThePlanIsRefused) {
  const Sequence audit = planned(asked());
  const AuditRow row = find_audit(world.rows, audit).value().value();
  published = row.planned_at;
  EXPECT_EQ(world.refused(enter(coordinator, audit), "I12-K-5"), "beacon-too-early");
  published = {row.plan.beacon_at.value - 1};
  EXPECT_EQ(world.refused(enter(coordinator, audit), "I12-K-5"), "beacon-too-early");
  published = {world.now.value + 1};
  EXPECT_EQ(world.refused(enter(coordinator, audit), "I12-K-5"), "beacon-in-future");
  published = world.now;
  EXPECT_EQ(world.refused(enter(coordinator, audit, "00ff"), "I12-K-5"), "beacon-value");
  published = row.plan.beacon_at;
  world.permit(enter(coordinator, audit));
}

TEST_F(Audits, I12_K_5_NobodyJudgesTheirOwnActs) {
  const Sequence audit = seeded(asked());
  const Actor officer = world.trained("officer", "SWORN");
  EXPECT_EQ(world.refused(judge(officer, audit, {judged(11)}), "I12-K-5"), "role-missing");
  EXPECT_EQ(world.refused(judge(coordinator, audit, {judged(11)}, "coord"), "I12-K-5"), "own-act");
  world.permit(judge(admin, audit, {judged(11)}, "coord"));
}

TEST_F(Audits, I12_K_5_ItemsAreNeverReplacedAndEveryTestIsAnswered) {
  const Sequence audit = seeded(asked());
  EXPECT_EQ(world.refused(judge(admin, audit, {judged(14)}), "I12-K-5"), "item-not-in-sample");
  JudgedItem half = judged(11);
  half.results.pop_back();
  EXPECT_EQ(judge(admin, audit, {half}).error->code, ErrorCode::kMalformed);
  half.results.push_back(half.results.front());
  EXPECT_EQ(judge(admin, audit, {half}).error->code, ErrorCode::kMalformed) << "one test twice";
  JudgedItem bare = judged(11);
  bare.evidence = " ";
  EXPECT_EQ(world.refused(judge(admin, audit, {bare}), "I12-K-5"), "evidence-missing");
  EXPECT_EQ(judge(admin, audit, {}).error->code, ErrorCode::kMalformed);
  // All or none: the good one is not recorded beside the bad one.
  world.refused(judge(admin, audit, {judged(11), judged(14)}), "I12-K-5");
  EXPECT_EQ(find_audit(world.rows, audit).value()->judged, 0);
}

TEST_F(Audits, I12_K_5_AVerdictIsOnlyMadeWorse) {
  const Sequence audit = seeded(asked());
  world.permit(judge(admin, audit, {judged(11), judged(12, ItemVerdict::kDeviation)}));
  EXPECT_EQ(judge(coordinator, audit, {judged(11)}).error->code, ErrorCode::kConflict)
      << "the same again is nothing new";
  EXPECT_EQ(world.refused(judge(coordinator, audit, {judged(12)}), "I12-K-5"), "verdict-differs");
  EXPECT_EQ(
      world.refused(judge(coordinator, audit, {judged(12, ItemVerdict::kUnexaminable)}), "I12-K-5"),
      "verdict-differs");
  EXPECT_EQ(
      world.refused(judge(coordinator, audit, {judged(13, ItemVerdict::kDeviation), judged(13)}),
                    "I12-K-5"),
      "verdict-differs")
      << "one sheet that says two things";
  world.permit(judge(coordinator, audit, {judged(11, ItemVerdict::kDeviation)}));
  const AuditRow row = find_audit(world.rows, audit).value().value();
  EXPECT_EQ(row.judged, 2);
  EXPECT_EQ(row.deviations, 2);
}

TEST_F(Audits, I12_K_5_ConcludedOnlyWhole) {
  const Sequence audit = seeded(asked());
  world.permit(judge(admin, audit, {judged(11), judged(12, ItemVerdict::kUnexaminable)}));
  EXPECT_EQ(world.refused(conclude(coordinator, audit), "I12-K-5"), "items-left");
  world.permit(judge(admin, audit, {judged(13)}));
  EXPECT_EQ(world.refused(conclude(admin, audit), "I12-K-5"), "role-missing");
  const AuditRow row = find_audit(world.rows, audit).value().value();
  EXPECT_EQ(world.refused(decide(world.state(), coordinator, ConcludeAudit{audit, ""},
                                 tally_audit(world.rows, row).value(), {}, world.moment()),
                          "I12-K-5"),
            "finding-missing");
  world.permit(conclude(coordinator, audit));
  EXPECT_EQ(concluded(audit).deviations, 1) << "what could not be examined deviates";
  EXPECT_TRUE(concluded(audit).accepted);
  EXPECT_EQ(conclude(coordinator, audit).error->code, ErrorCode::kConflict);
  EXPECT_EQ(judge(admin, audit, {judged(11, ItemVerdict::kDeviation)}).error->code,
            ErrorCode::kConflict);
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(Audits, I12_G_1_ReadsAreDrawnAndJudgedBeforeTheyAreDue) {
  PlanAudit late = asked();
  late.population = "READS";
  late.from = {late.beacon_at.value - kRetentionUs};
  EXPECT_EQ(world.refused(plan(coordinator, late), "I12-G-1"), "reads-due");
  late.from.value += 1;
  const Sequence audit = seeded(late);
  JudgedItem item{{11}, {}, "seen", ""};
  for (const AuditTest& test : audit_tests(65))
    item.results.push_back({std::string(test.code), ItemVerdict::kPass});
  const auto judge_read = [&](bool gone) {
    return decide(world.state(), admin, RecordVerdicts{audit, {item}}, {SampledEvent{65, gone, {}}},
                  world.moment());
  };
  EXPECT_EQ(world.refused(judge_read(true), "I12-K-5"), "item-gone");
  for (TestResult& result : item.results) result.verdict = ItemVerdict::kUnexaminable;
  world.permit(judge_read(true));
  const auto show = [&](Sequence read, bool gone) {
    return decide(world.state(), admin, ShowSampledRead{audit, read}, SampledEvent{65, gone, {}},
                  world.moment());
  };
  world.permit(show({12}, false));
  EXPECT_EQ(show({12}, true).error->code, ErrorCode::kGone);
  EXPECT_EQ(show({14}, false).error->code, ErrorCode::kNotFound) << "it was not drawn";
  const Actor officer = world.trained("officer", "SWORN");
  EXPECT_EQ(world.refused(decide(world.state(), officer, ShowSampledRead{audit, {12}},
                                 SampledEvent{65, false, {}}, world.moment()),
                          "I12-K-5"),
            "role-missing");
}

TEST_F(Audits, I12_K_7_FewerThanNeededIsNeverAccepted) {
  Result<ClosedPopulation> few = closed(asked());
  few->significant = false;
  few->needed = 91;
  const Sequence audit =
      world.permit(decide(world.state(), coordinator, asked(), few, world.moment()));
  world.advance(3600);
  published = {world.now.value - 60 * kSecondUs};
  world.permit(enter(coordinator, audit));
  world.permit(enter(admin, audit));
  world.permit(judge(admin, audit, {judged(11), judged(12), judged(13)}));
  world.permit(conclude(coordinator, audit));
  EXPECT_FALSE(concluded(audit).significant);
  EXPECT_FALSE(concluded(audit).accepted);
}

TEST_F(Audits, I12_K_5_ADiscoveryAuditEndsWithAFindAndNotWithout) {
  PlanAudit discovery = asked();
  discovery.method = "DISCOVERY";
  const Sequence audit = seeded(discovery);
  world.permit(judge(admin, audit, {judged(11)}));
  EXPECT_EQ(world.refused(conclude(coordinator, audit), "I12-K-5"), "items-left");
  world.permit(judge(admin, audit, {judged(12, ItemVerdict::kDeviation)}));
  world.permit(conclude(coordinator, audit));
  EXPECT_TRUE(concluded(audit).stopped);
  EXPECT_FALSE(concluded(audit).accepted) << "whatever the figures say";
  EXPECT_EQ(concluded(audit).deviations, 2) << "what nobody examined deviates";
}

TEST_F(Audits, I12_K_5_CertainItemsAreJudgedBesideTheSample) {
  PlanAudit flagged = asked();
  flagged.certain = {{{40}}};
  const Sequence audit = seeded(flagged);
  world.permit(judge(admin, audit, {judged(11), judged(12), judged(13)}));
  EXPECT_EQ(world.refused(conclude(coordinator, audit), "I12-K-5"), "items-left");
  world.permit(judge(admin, audit, {judged(40, ItemVerdict::kDeviation)}));
  world.permit(conclude(coordinator, audit));
  EXPECT_EQ(concluded(audit).certain_deviations, 1);
  EXPECT_EQ(concluded(audit).deviations, 0) << "it is no part of the sample";
  PlanAudit twice = asked();
  twice.certain = {{{40}, {40}}};
  EXPECT_EQ(plan(coordinator, twice).error->code, ErrorCode::kMalformed);
}

TEST_F(Audits, I12_K_5_AWorksheetIsForReviewersAndOnTheRecord) {
  const Sequence audit = planned(asked());
  const DiscloseWorksheet sheet{audit, WorksheetForm::kCsv, 3, 0, {}};
  EXPECT_EQ(decide(world.state(), admin, sheet, world.moment()).error->code, ErrorCode::kNotFound);
  world.permit(enter(coordinator, audit));
  world.permit(enter(admin, audit));
  world.permit(decide(world.state(), admin, sheet, world.moment()));
  const Actor officer = world.trained("officer", "SWORN");
  EXPECT_EQ(world.refused(decide(world.state(), officer, sheet, world.moment()), "I12-K-5"),
            "role-missing");
}

TEST(AuditWorksheets, I12_K_5_EveryAuditedKindHasItsTests) {
  for (const auto& [population, text] : EnumTexts<AuditPopulation>::texts) {
    EXPECT_FALSE(audited_kinds(population).empty()) << text;
    for (const std::int64_t kind : audited_kinds(population))
      EXPECT_GE(audit_tests(kind).size(), 2U) << text;
  }
  EXPECT_TRUE(audit_tests(66).empty());
}

TEST(AuditWorksheets, I12_K_5_ABeaconsValueIsWrittenInOneWay) {
  EXPECT_EQ(beacon_text(BeaconSource::kDrand, std::string(64, 'F')).value(), std::string(64, 'f'));
  EXPECT_EQ(beacon_bytes(BeaconSource::kDrand, std::string(64, 'f'))->size(), 32U);
  EXPECT_FALSE(beacon_bytes(BeaconSource::kDrand, std::string(64, 'F')));
  EXPECT_FALSE(beacon_text(BeaconSource::kDrand, std::string(63, 'f')));
  EXPECT_FALSE(beacon_text(BeaconSource::kDrand, std::string(64, 'g')));
  EXPECT_EQ(beacon_bytes(BeaconSource::kNist, std::string(128, '0'))->size(), 64U);
  EXPECT_EQ(beacon_text(BeaconSource::kLottery, "7 13 22").value(), "7 13 22");
  for (const char* bad : {"", " 7", "7  13", "7 13 ", "7,13", "seven"})
    EXPECT_FALSE(beacon_text(BeaconSource::kLottery, bad)) << bad;
}

}  // namespace
}  // namespace alpr::policy
