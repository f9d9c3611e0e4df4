// Proves that what stands out in a query is flagged in the query's own commit, blocks nothing, and
// is looked at by somebody else. By asking queries that differ in the one thing that stands out.
#include "policy/registers/reviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/registers/reads_index.h"
#include "policy/registers/tables.h"
#include "policy/rules/c2b_queries.h"
#include "policy/rules/c3_reviews.h"
#include "policy/rules/sessions.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Reviews : public ::testing::Test {
 protected:
  Reviews() : officer(world.trained("officer", "SWORN")), coordinator(coordinator_of(world)) {}

  static Actor coordinator_of(World& world) {
    const Actor actor = world.trained("coordinator", "SWORN");
    world.grant("coordinator", Role::kCoordinator);
    return actor;
  }
  QueryGrounds grounds(const std::string& narrative = "locate the car") const {
    QueryGrounds g;
    g.purpose = "VIOLENT_CRIME";
    g.legal_standard = "REASONABLE_SUSPICION";
    g.facts = "seen leaving the scene";
    g.right_to_know = RightToKnowClaim{"STATUTE", "Civ. Code 1798.90.51"};
    g.need_to_know = "assigned investigator";
    g.case_number = "26-000100";
    g.narrative = narrative;
    g.attestations = Attestations{true, true, true, true, true, true};
    return g;
  }
  QueryElements plate(const std::string& text) const {
    QueryElements e;
    e.plate = text;
    return e;
  }
  // The flags that the query's own commit raised; its answer is never held back.
  std::vector<ReviewFlag> ask(const QueryElements& elements, const QueryGrounds& g,
                              const std::string& who = "officer") {
    if (!sessions.contains(who)) sessions[who] = world.log_in(who);
    const Sequence query = world.permit(
        decide(world.state(), sessions[who], PerformQuery{elements, g}, {}, world.moment()));
    EXPECT_EQ(world.log.at(query.value).header.kind, QueryPerformed::kKind.number);
    if (world.log.back().header.kind != ReviewRaised::kKind.number) return {};
    const auto raised = from_event<ReviewRaised>(world.log.back());
    EXPECT_TRUE(raised.has_value());
    EXPECT_EQ(raised->query, query);
    EXPECT_EQ(raised->username, who);
    EXPECT_EQ(raised->rules.size(), raised->flags.size());
    last = world.log.back().header.seq;
    return raised->flags;
  }

  World world;
  Actor officer;
  Actor coordinator;
  std::map<std::string, Actor> sessions;
  Sequence last;  // review.raised
};

TEST_F(Reviews, I12_C3_3_AnHourThatIsUnusualForThisPersonIsFlagged) {
  const auto later = [&](std::int64_t seconds) {
    for (const auto& [who, actor] : sessions)
      world.permit(
          decide(world.state(), CloseSession{actor.session, SessionEnd::kLogout}, world.moment()));
    sessions.clear();
    world.advance(seconds);
  };
  for (std::int64_t day = 0; day < kHabitQueriesMin; ++day) {
    EXPECT_THAT(ask(plate("8XYZ" + std::to_string(100 + day)), grounds()), IsEmpty()) << day;
    later(86'400);
  }
  later(3 * 3'600);
  EXPECT_THAT(ask(plate("9AAA001"), grounds()), IsEmpty()) << "within three hours";
  later(4 * 3'600);
  EXPECT_THAT(ask(plate("9AAA002"), grounds()), ElementsAre(ReviewFlag::kUnusualHour));
  EXPECT_THAT(ask(plate("9AAA003"), grounds()), IsEmpty()) << "once, then it is no news";
  world.trained("other", "SWORN");
  EXPECT_THAT(ask(plate("9AAA002"), grounds(), "other"), IsEmpty()) << "nothing is known of them";
  later(17 * 3'600);
  EXPECT_THAT(ask(plate("9AAA004"), grounds()), IsEmpty()) << "the usual hour again";
}

TEST(OlderReviews, I12_C3_3_AVersionFromBeforeTheRuleOfUnusualHoursHasNone) {
  for (const std::size_t added_rules : {std::size_t{0}, kAddedRules}) {
    World world({}, added_rules);
    const Actor officer = world.trained("officer", "SWORN");
    std::vector<TimeUs> habit;
    for (std::int64_t day = 1; day <= kHabitQueriesMin; ++day)
      habit.push_back({world.now.value - 43'200 * kSecondUs - day * 86'400 * kSecondUs});
    ASSERT_TRUE(write_row(world.rows, table::kQueryTimes, text_key("officer"), LookupRow{habit}));
    QueryElements elements;
    elements.plate = "9AAA001";
    const auto flags = flags_of(world.state(), officer, elements, {}, world.moment());
    ASSERT_TRUE(flags.has_value());
    EXPECT_EQ(flags->size(), added_rules == 0 ? 0U : 1U);
  }
}

TEST_F(Reviews, I12_C3_3_LookingOnePlateUpAgainAndAgainIsFlagged) {
  EXPECT_THAT(ask(plate("7ABC123"), grounds()), IsEmpty());
  EXPECT_THAT(ask(plate("8XYZ999"), grounds()), IsEmpty());
  EXPECT_THAT(ask(plate("7ABC123"), grounds()), IsEmpty());
  world.trained("other", "SWORN");
  EXPECT_THAT(ask(plate("7ABC123"), grounds(), "other"), IsEmpty()) << "another person";
  EXPECT_THAT(ask(plate("7ABC123"), grounds()), ElementsAre(ReviewFlag::kRepeatedPlate));
  world.advance(7 * 86'400);
  sessions.clear();
  EXPECT_THAT(ask(plate("7ABC123"), grounds()), IsEmpty()) << "a week later";
}

TEST_F(Reviews, I12_C3_3_MoreQueriesThanUsualAreFlagged) {
  const auto many = world.moment().policy->parameters.queries_a_day;
  for (std::int64_t i = 0; i < many; ++i)
    EXPECT_THAT(ask(plate("7ABC" + std::to_string(100 + i)), grounds()), IsEmpty()) << i;
  EXPECT_THAT(ask(plate("8XYZ999"), grounds()), ElementsAre(ReviewFlag::kManyQueries));
}

TEST_F(Reviews, I12_C3_5_OnesOwnPlateAndAColleaguesAreFlagged) {
  world.trained("other", "SWORN");
  world.permit(
      decide(world.state(), officer, NameMemberPlate{"officer", "7abc 123"}, world.moment()));
  EXPECT_EQ(world.refused(
                decide(world.state(), officer, NameMemberPlate{"other", "8XYZ999"}, world.moment()),
                "I12-C3-5"),
            "not-your-plate");
  EXPECT_THAT(ask(plate("7ABC123"), grounds()), ElementsAre(ReviewFlag::kOwnPlate));
  EXPECT_THAT(ask(plate("7ABC12?"), grounds()), ElementsAre(ReviewFlag::kOwnPlate));
  EXPECT_THAT(ask(plate("7ABC123"), grounds(), "other"), ElementsAre(ReviewFlag::kColleaguesPlate));
  QueryElements misread = plate("7A8C123");
  EXPECT_THAT(ask(misread, grounds()), IsEmpty());
  misread.matching = PlateMatching::kOcrEquivalent;
  EXPECT_THAT(ask(misread, grounds()), ElementsAre(ReviewFlag::kOwnPlate));
}

TEST_F(Reviews, I12_C3_6_SearchesAroundAFlaggedPlaceAndTimeAreFlagged) {
  const TimeUs from{world.now.value - 3 * 3600 * kSecondUs};
  const FlagPlace demonstration{"City Hall",
                                {{378'050'000, -1'222'720'000}, 300},
                                from,
                                {from.value + 3600 * kSecondUs},
                                "a march"};
  EXPECT_EQ(
      world.refused(decide(world.state(), officer, demonstration, world.moment()), "I12-C3-6"),
      "role-missing");
  world.permit(decide(world.state(), coordinator, demonstration, world.moment()));
  QueryElements near;
  near.circle = Circle{{378'052'000, -1'222'722'000}, 100};
  near.captured_from = from;
  near.captured_until = TimeUs{from.value + 1800 * kSecondUs};
  EXPECT_THAT(ask(near, grounds()), ElementsAre(ReviewFlag::kFlaggedPlace));
  QueryElements later = near;
  later.captured_from = TimeUs{from.value + 3600 * kSecondUs};
  later.captured_until = TimeUs{from.value + 7200 * kSecondUs};
  EXPECT_THAT(ask(later, grounds()), IsEmpty());
  QueryElements elsewhere = near;
  elsewhere.circle->centre.latitude_e7 += 200'000;
  EXPECT_THAT(ask(elsewhere, grounds()), IsEmpty());
}

TEST_F(Reviews, I12_C3_7_WordsInTheGroundsAreFlaggedAndTheAnswerIsGiven) {
  EXPECT_THAT(ask(plate("1AAA111"), grounds("outside an Abortion clinic")),
              ElementsAre(ReviewFlag::kReproductiveCareWords));
  EXPECT_THAT(ask(plate("1AAA112"), grounds("for Border-Patrol")),
              ElementsAre(ReviewFlag::kImmigrationWords));
  EXPECT_THAT(ask(plate("1AAA113"), grounds("left the PROTEST on foot")),
              ElementsAre(ReviewFlag::kFirstAmendmentWords));
  EXPECT_THAT(ask(plate("1AAA114"), grounds("the officer noticed a price sticker")), IsEmpty())
      << "no word of its own";
}

TEST_F(Reviews, ScreenWordsAreWordsInARow) {
  const std::vector<std::string> screen{"border patrol", "deport*"};
  EXPECT_TRUE(has_screen_word(screen, "Border  PATROL"));
  EXPECT_TRUE(has_screen_word(screen, "deportation"));
  EXPECT_FALSE(has_screen_word(screen, "border of patrol"));
  EXPECT_FALSE(has_screen_word(screen, "border patrols"));
  EXPECT_FALSE(has_screen_word(screen, "undeported"));
  EXPECT_FALSE(has_screen_word({}, "anything"));
  for (const char* word : {"", "*", "Upper", "two  spaces", "a-b", " a", "a "})
    EXPECT_FALSE(screen_word(word)) << word;
}

TEST_F(Reviews, I12_L_4_AnotherPersonDecidesWithAReason) {
  world.grant("officer", Role::kCoordinator);
  ask(plate("1AAA111"), grounds("near the mosque"));
  const Sequence review = last;
  const auto verdict = [&](const std::string& who, const std::string& reason) {
    return decide(world.state(), world.log_in(who),
                  DecideReview{review, ReviewFinding::kJustified, reason}, world.moment());
  };
  EXPECT_EQ(world.refused(verdict("officer", "it is mine"), "I12-C3-8"), "own-query");
  EXPECT_EQ(world.refused(decide(world.state(), world.log_in("officer"), DiscloseReview{review},
                                 world.moment()),
                          "I12-C3-8"),
            "own-query");
  world.trained("nobody", "SWORN");
  EXPECT_EQ(world.refused(verdict("nobody", "x"), "I12-L-4"), "role-missing");
  EXPECT_EQ(world.refused(verdict("coordinator", " "), "I12-L-4"), "reason-missing");
  world.permit(
      decide(world.state(), world.log_in("coordinator"), DiscloseReview{review}, world.moment()));
  world.permit(verdict("coordinator", "a shooting in front of it"));
  const Decision again = verdict("coordinator", "twice");
  ASSERT_TRUE(again.error.has_value());
  EXPECT_EQ(again.error->code, ErrorCode::kNotFound);
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

}  // namespace
}  // namespace alpr::policy
