// Proves that an investigative query is answered only on the order's grounds, discloses what it
// records, and never shows a read past its 30 days. By changing one ground at a time, and by
// comparing the search with a naive one on random plates.
#include "policy/registers/queries.h"

#include <gtest/gtest.h>

#include <random>

#include "policy/records/holds.h"
#include "policy/registers/plate_text.h"
#include "policy/registers/query_elements.h"
#include "policy/registers/reads_index.h"
#include "policy/rules/c2b_queries.h"
#include "policy/rules/g_holds.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

constexpr TimeUs kAnyTime{INT64_MAX};

QueryGrounds good_grounds() {
  QueryGrounds grounds;
  grounds.purpose = "VIOLENT_CRIME";
  grounds.legal_standard = "REASONABLE_SUSPICION";
  grounds.facts = "seen leaving the scene";
  grounds.right_to_know = RightToKnowClaim{"STATUTE", "Civ. Code 1798.90.51"};
  grounds.need_to_know = "assigned investigator";
  grounds.case_number = "26-000100";
  grounds.narrative = "locate the car";
  grounds.attestations = Attestations{true, true, true, true, true, true};
  return grounds;
}

QueryElements plate_element(std::string_view plate) {
  QueryElements elements;
  elements.plate = std::string(plate);
  return elements;
}

class Queries : public ::testing::Test {
 protected:
  Queries() : officer(world.trained("officer", "SWORN")) { world.enrol_device(kReader); }

  Decision ask(const Actor& actor, const PerformQuery& query) {
    return ask(actor, query, kResultsMax);
  }
  Decision ask(const Actor& actor, const PerformQuery& query, std::size_t limit) {
    const SearchResult found = world.reads.search(
        query.elements, {query.grounds.case_number.value_or(""), world.now, limit, {}, {}});
    Found page;
    for (const ReadMatch& match : found.matches) page.reads.push_back(match.row.seq);
    page.more = found.more;
    return decide(world.state(), actor, query, page, world.moment());
  }
  std::string refused(const QueryGrounds& grounds, std::string_view rule) {
    const std::string slug = world.refused(ask(officer, {plate_element("7ABC123"), grounds}), rule);
    EXPECT_EQ(world.log.back().header.kind, QueryRefused::kKind.number);
    return slug;
  }
  std::size_t shown(std::string_view plate, std::string_view case_number = "") {
    return world.reads
        .search(plate_element(plate), {std::string(case_number), world.now, kResultsMax, {}, {}})
        .matches.size();
  }

  World world;
  Actor officer;
};

TEST_F(Queries, I12_C2B_7_EachQueryRecordsWhatItDiscloses) {
  const Sequence upload = send(world, 1, {"7ABC123", "8XYZ999"});
  const Sequence query = world.permit(ask(officer, {plate_element("7ABC123"), good_grounds()}));
  const auto event = from_event<QueryPerformed>(world.log.at(query.value));
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->disclosed, std::vector{Sequence{upload.value + 1}});
  EXPECT_EQ(event->result_count, 1);
  EXPECT_EQ(event->by.username, "officer");
  EXPECT_FALSE(event->by.name.empty());
  EXPECT_TRUE(event->by.training.has_value());
  EXPECT_EQ(event->elements.plate, "7ABC123");
}

TEST_F(Queries, I12_C2B_1_OnlyTheOrdersPurposes) {
  for (const char* purpose : {"TRAFFIC", "IMMIGRATION", "STOLEN_VEHICLE", "violent_crime", ""}) {
    QueryGrounds grounds = good_grounds();
    grounds.purpose = purpose;
    EXPECT_EQ(refused(grounds, "I12-C2B-1"), "purpose-not-allowed") << purpose;
  }
}

TEST_F(Queries, I12_C2B_1_CourtProcessNeedsItsInstrument) {
  QueryGrounds grounds = good_grounds();
  grounds.purpose = "COURT_PROCESS";
  EXPECT_EQ(refused(grounds, "I12-C2B-1"), "court-process-incomplete");
  grounds.court_process = CourtProcess{"WARRANT", "22-W-1", "Alameda Superior Court", "2023-02-30"};
  EXPECT_EQ(refused(grounds, "I12-C2B-1"), "court-process-incomplete");
  grounds.court_process->issued_on = "2023-02-28";
  world.permit(ask(officer, {plate_element("7ABC123"), grounds}));
}

TEST_F(Queries, I12_C2B_2_ReasonableSuspicionOrGreaterWithItsFacts) {
  QueryGrounds grounds = good_grounds();
  grounds.legal_standard.reset();
  refused(grounds, "I12-C2B-2");
  grounds.legal_standard = "HUNCH";
  refused(grounds, "I12-C2B-2");
  grounds.legal_standard = "PROBABLE_CAUSE";
  grounds.facts = " \t\xc2\xa0 ";
  refused(grounds, "I12-C2B-2");
}

TEST_F(Queries, I12_C2B_6_PurposeIsDocumented) {
  QueryGrounds grounds = good_grounds();
  grounds.narrative = " ";
  refused(grounds, "I12-C2B-6");
  grounds = good_grounds();
  grounds.case_number.reset();
  refused(grounds, "I12-C2B-6");
  grounds = good_grounds();
  grounds.purpose.reset();
  refused(grounds, "I12-C2B-6");
}

TEST_F(Queries, I12_C3_c1_RightToKnowIsNeeded) {
  QueryGrounds grounds = good_grounds();
  grounds.right_to_know.reset();
  refused(grounds, "I12-C3-c1");
  grounds.right_to_know = RightToKnowClaim{"SWORN_STATUS", "badge"};  // for sharing only
  refused(grounds, "I12-C3-c1");
}

TEST_F(Queries, I12_C3_c2_NeedToKnowIsNeeded) {
  QueryGrounds grounds = good_grounds();
  grounds.need_to_know = "";
  refused(grounds, "I12-C3-c2");
}

TEST_F(Queries, I12_C3_4_EveryAttestationIsNeeded) {
  const std::pair<bool Attestations::*, const char*> kRules[] = {
      {&Attestations::not_harassment, "I12-C3-3"},
      {&Attestations::not_protected_characteristic, "I12-C3-4"},
      {&Attestations::not_personal, "I12-C3-5"},
      {&Attestations::not_first_amendment, "I12-C3-6"},
      {&Attestations::not_reproductive_care, "I12-C3-7"},
      {&Attestations::not_immigration_enforcement, "I12-E-3"}};
  for (const auto& [member, rule] : kRules) {
    QueryGrounds grounds = good_grounds();
    (*grounds.attestations).*member = false;
    EXPECT_EQ(refused(grounds, rule), "attestation-missing");
  }
}

TEST_F(Queries, I12_C1_1_UntrainedIsRefused) {
  world.enrol("rookie", "SWORN");
  const Actor rookie = world.log_in("rookie");
  world.refused(ask(rookie, {plate_element("7ABC123"), good_grounds()}), "I12-C1-1");
  EXPECT_EQ(world.log.back().header.kind, QueryRefused::kKind.number);
}

TEST_F(Queries, TooBroadIsRefusedAndMalformedIsNotJudged) {
  EXPECT_EQ(world.refused(ask(officer, {plate_element("7A*"), good_grounds()}), "I12-C3-c2"),
            "too-broad");
  for (const char* pattern : {"", "7abc", "7-A", "ABCDEFGHIJK", "*********************"}) {
    const auto checked = check_elements(plate_element(pattern), kAnyTime);
    EXPECT_FALSE(checked.has_value()) << pattern;
  }
  EXPECT_FALSE(check_elements(QueryElements{}, kAnyTime).has_value());
  QueryElements window;
  window.captured_from = TimeUs{10};
  window.captured_until = TimeUs{10};
  EXPECT_FALSE(check_elements(window, kAnyTime).has_value());
}

TEST_F(Queries, I12_G_1_AReadIsGoneToTheMicrosecond) {
  send(world, 1, {"7ABC123"});
  const TimeUs uploaded = world.now;
  world.now = TimeUs{due_time(uploaded).value - 1};
  EXPECT_EQ(shown("7ABC123"), 1u);
  world.now = due_time(uploaded);
  EXPECT_EQ(shown("7ABC123"), 0u);
}

TEST_F(Queries, I12_G_2_AHeldReadAnswersItsOwnCaseAlone) {
  const Sequence upload = send(world, 1, {"7ABC123"});
  const Sequence read{upload.value + 1};
  world.enrol("custodian", "SWORN");
  world.train("custodian");
  world.grant("custodian", Role::kCoordinator);
  const Actor custodian = world.log_in("custodian");
  const RequestHold request{{read},         "ACTIVE_CRIMINAL",
                            "26-000100",    std::nullopt,
                            "at the scene", TimeUs{world.now.value + 60 * 86'400 * kSecondUs}};
  const Sequence asked = world.permit(decide(world.state(), officer, request, world.moment()));
  const std::vector<EventFacts> facts{
      {read, chain::Retention::kThirtyDay, world.log[read.value].header.time, true}};
  const DecideHold approve{asked, Verdict::kApprove, "good grounds"};
  const Sequence hold =
      world.permit(decide(world.state(), custodian, approve, facts, world.moment()));
  world.advance(31 * 86'400);
  EXPECT_EQ(shown("7ABC123", "26-000100"), 1u);
  EXPECT_EQ(shown("7ABC123", "26-000999"), 0u);
  world.permit(decide(world.state(), custodian, ReleaseHold{hold, "case closed"}, world.moment()));
  EXPECT_EQ(shown("7ABC123", "26-000100"), 0u);
}

TEST_F(Queries, I12_C2B_7_AFurtherPageIsForThePersonWhoseQueryItContinues) {
  const Sequence upload = send(world, 1, {"7ABC123", "7ABC123", "7ABC123"});
  const auto read = [&](std::uint64_t i) { return Sequence{upload.value + i}; };
  const PerformQuery question{plate_element("7ABC123"), good_grounds()};
  const Sequence query = world.permit(ask(officer, question, 1));
  const Actor other = world.trained("other", "SWORN");
  const Found page{{read(2)}, true};
  const auto next = [&](const Actor& actor, Sequence after) {
    return decide(world.state(), actor, DisclosePage{query, after}, page, world.moment());
  };
  EXPECT_EQ(world.refused(next(other, read(3)), "I12-C2B-7"), "page-not-yours");
  EXPECT_EQ(world.refused(next(officer, read(2)), "I12-C2B-7"), "page-not-yours")
      << "no page ended with it yet";
  const Sequence disclosed = world.permit(next(officer, read(3)));
  const auto event = from_event<QueryPageDisclosed>(world.log.at(disclosed.value));
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->query, query);
  EXPECT_EQ(event->disclosed, std::vector{read(2)});
  world.permit(next(officer, read(2)));
  world.permit(
      decide(world.state(), officer, DiscloseImage{read(2), query, std::nullopt}, world.moment()));
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(Queries, AnImageIsForThePersonWhoseQueryDisclosedIt) {
  const Sequence upload = send(world, 1, {"7ABC123"});
  const Sequence read{upload.value + 1};
  const Sequence query = world.permit(ask(officer, {plate_element("7ABC123"), good_grounds()}));
  const Actor other = world.trained("other", "SWORN");
  const DiscloseImage command{read, query, std::nullopt};
  EXPECT_EQ(world.refused(decide(world.state(), other, command, world.moment()), "I12-C2B-7"),
            "image-not-disclosed");
  world.permit(decide(world.state(), officer, command, world.moment()));
  world.advance(30 * 86'400);
  const Decision late = decide(world.state(), world.log_in("officer"), command, world.moment());
  ASSERT_TRUE(late.error.has_value());
  EXPECT_EQ(late.error->code, ErrorCode::kGone);
}

TEST_F(Queries, WildcardsAndFoldingFindWhatANaiveSearchFinds) {
  std::mt19937 random(7);
  const std::string_view alphabet = "01258ABDGIOQSZ67";
  std::vector<std::string> plates;
  std::uint64_t batch = 0;
  for (int i = 0; i < 20; ++i) {
    std::vector<std::string> some;
    for (int k = 0; k < 20; ++k) {
      std::string plate;
      for (std::size_t n = 2 + random() % 7; n > 0; --n)
        plate += alphabet[random() % alphabet.size()];
      some.push_back(plate);
      plates.push_back(plate);
    }
    send(world, ++batch, some);
  }
  for (int i = 0; i < 200; ++i) {
    std::string pattern = plates[random() % plates.size()];
    QueryElements elements;
    std::size_t expected = 0;
    if (random() % 2 == 0) {
      elements.matching = PlateMatching::kOcrEquivalent;
      for (const std::string& plate : plates)
        expected += fold_plate(plate) == fold_plate(pattern) ? 1 : 0;
    } else {
      pattern[random() % pattern.size()] = '?';
      if (random() % 2 == 0) pattern.replace(random() % pattern.size(), 1, "*");
      for (const std::string& plate : plates) expected += matches_pattern(pattern, plate) ? 1 : 0;
    }
    elements.plate = pattern;
    ASSERT_TRUE(check_elements(elements, world.now).has_value());
    EXPECT_EQ(world.reads.search(elements, {"", world.now, 10'000, {}, {}}).matches.size(),
              expected)
        << pattern;
  }
}

TEST_F(Queries, AreasAndWindows) {
  send(world, 1, {"7ABC123"});
  const ReadRow row =
      world.reads.search(plate_element("7ABC123"), {"", world.now, 1, {}, {}}).matches.at(0).row;
  QueryElements near;
  near.circle = Circle{{row.latitude_e7 + 8'000, row.longitude_e7}, 90};  // 0.0008 degrees are 89 m
  EXPECT_EQ(world.reads.search(near, {"", world.now, 10, {}, {}}).matches.size(), 1u);
  near.circle->radius_m = 80;
  EXPECT_EQ(world.reads.search(near, {"", world.now, 10, {}, {}}).matches.size(), 0u);
  QueryElements box;
  box.polygon = std::vector<Point>{{row.latitude_e7 - 10, row.longitude_e7 - 10},
                                   {row.latitude_e7 - 10, row.longitude_e7 + 10},
                                   {row.latitude_e7 + 10, row.longitude_e7 + 10},
                                   {row.latitude_e7 + 10, row.longitude_e7 - 10}};
  EXPECT_EQ(world.reads.search(box, {"", world.now, 10, {}, {}}).matches.size(), 1u);
  for (Point& corner : *box.polygon) corner.latitude_e7 += 30;
  EXPECT_EQ(world.reads.search(box, {"", world.now, 10, {}, {}}).matches.size(), 0u);
  QueryElements window;
  window.captured_from = row.captured;
  window.captured_until = TimeUs{row.captured.value + 1};
  EXPECT_EQ(world.reads.search(window, {"", world.now, 10, {}, {}}).matches.size(), 1u);
  window.captured_from = TimeUs{row.captured.value + 1};
  window.captured_until = TimeUs{row.captured.value + 2};
  EXPECT_EQ(world.reads.search(window, {"", world.now, 10, {}, {}}).matches.size(), 0u);
}

TEST_F(Queries, TheRegisterAndTheIndexComeOutOfARebuildAsTheyWere) {
  send(world, 1, {"7ABC123", "8XYZ999"});
  world.permit(ask(officer, {plate_element("7ABC123"), good_grounds()}));
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
  ReadsIndex again;
  again.committed(world.log);
  EXPECT_EQ(again.dump(), world.reads.dump());
}

}  // namespace
}  // namespace alpr::policy
