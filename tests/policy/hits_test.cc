// Proves how a hit is answered: which steps validate it, which end it, and that nothing is kept of
// a plate nobody acted on. By recording steps on hits in a log in memory, before and after the hit
// is due.
#include "policy/registers/hits.h"

#include <gtest/gtest.h>

#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class Hits : public ::testing::Test {
 protected:
  Hits() : admin(trained_admin(world)), officer(world.trained("officer", "SWORN")) {
    world.enrol_device(kReader);
    world.permit(load(
        world, admin,
        list_to_load(world, "SVS", {std::string(kSvsRow), "8XYZ0O9,STOLEN", "1PLAIN1,STOLEN"})));
  }

  Sequence hit_of(const std::string& plate) {
    const auto hits = hits_since(world, send(world, ++number, {plate}));
    EXPECT_EQ(hits.size(), 1U);
    return hits.empty() ? Sequence{} : hits.front();
  }
  Decision step(const RecordStep& command) {
    return decide(world.state(), officer, command, world.moment());
  }
  void permit(const RecordStep& command) { world.permit(step(command)); }
  void refused(const RecordStep& command, std::string_view rule) {
    world.refused(step(command), rule);
  }
  ErrorCode not_judged(const RecordStep& command) {
    const Decision decision = step(command);
    EXPECT_TRUE(decision.error.has_value());
    return decision.error ? decision.error->code : ErrorCode::kIo;
  }
  HitStepRecorded last_step() {
    for (auto event = world.log.rbegin(); event != world.log.rend(); ++event) {
      if (auto step = from_event<HitStepRecorded>(*event)) return *step;
    }
    ADD_FAILURE() << "no step";
    return {};
  }

  World world;
  Actor admin;
  Actor officer;
  std::uint64_t number = 0;
};

TEST_F(Hits, I12_C2A_3_AllFourStepsValidateAHitInAnyOrder) {
  std::vector<int> order{0, 1, 2, 3};
  int orders = 0;
  do {
    const Sequence hit = hit_of("7ABC123");
    const std::vector<RecordStep> steps{plate_step(hit, "7abc 123"), visual_step(hit, true),
                                        clets_step(hit, CletsResult::kConfirmed),
                                        checks_step(world, hit, CheckResult::kMatch)};
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(state_of(world, hit), HitState::kUnvalidated);
      permit(steps[static_cast<std::size_t>(order[i])]);
    }
    EXPECT_EQ(state_of(world, hit), HitState::kFullyValidated);
    const auto validated = from_event<HitValidated>(world.log.back());
    ASSERT_TRUE(validated.has_value());
    EXPECT_EQ(validated->by.username, "officer");
    for (const Sequence one : {validated->plate_confirmed, validated->visual_match,
                               validated->clets_verified, validated->attributes_checked}) {
      const auto recorded = from_event<HitStepRecorded>(world.log.at(one.value));
      ASSERT_TRUE(recorded.has_value());
      EXPECT_EQ(recorded->hit, hit);
      EXPECT_TRUE(recorded->done);
    }
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(orders, 24);
}

TEST_F(Hits, I12_C2A_2_AnotherPlateThanTheReadIsAMisread) {
  const Sequence hit = hit_of("7ABC123");
  permit(plate_step(hit, "7ABC128"));
  EXPECT_EQ(state_of(world, hit), HitState::kMisread);
  for (const RecordStep& more :
       {plate_step(hit, "7ABC123"), visual_step(hit, true),
        clets_step(hit, CletsResult::kConfirmed), checks_step(world, hit, CheckResult::kMatch)}) {
    refused(more, "I12-C2A-3");
  }
}

TEST_F(Hits, I12_C2A_2_ThePlateOfAnotherStateIsNotTheVehicle) {
  const Sequence hit = hit_of("7ABC123");
  RecordStep step_ = plate_step(hit, "7ABC123");
  step_.observed_state = "nv";
  permit(step_);
  EXPECT_EQ(state_of(world, hit), HitState::kNotConfirmed);
}

TEST_F(Hits, I12_C2A_4_AnOcrEquivalentHitIsNeverValidated) {
  const Sequence right = hit_of("8XYZ009");  // listed as 8XYZ0O9
  permit(plate_step(right, "8XYZ009"));
  EXPECT_EQ(state_of(world, right), HitState::kNotConfirmed)
      << "read right, so it is another vehicle";
  const Sequence wrong = hit_of("8XYZ009");
  permit(plate_step(wrong, "8XYZ0O9"));
  EXPECT_EQ(state_of(world, wrong), HitState::kMisread);
}

TEST_F(Hits, I12_C2A_4_AVisualMismatchEndsIt) {
  const Sequence hit = hit_of("7ABC123");
  permit(visual_step(hit, false));
  EXPECT_EQ(state_of(world, hit), HitState::kMisread);
}

TEST_F(Hits, I12_C2A_1_CletsDecidesAndMayBeAskedAgainWhenItWasUnavailable) {
  const Sequence hit = hit_of("7ABC123");
  permit(clets_step(hit, CletsResult::kUnavailable));
  EXPECT_FALSE(last_step().done);
  EXPECT_EQ(state_of(world, hit), HitState::kUnvalidated);
  RecordStep unreferenced = clets_step(hit, CletsResult::kConfirmed);
  unreferenced.clets_reference = " ";
  refused(unreferenced, "I12-C2A-1");
  permit(clets_step(hit, CletsResult::kConfirmed));
  EXPECT_TRUE(last_step().done);
  const Sequence other = hit_of("7ABC123");
  permit(clets_step(other, CletsResult::kNotConfirmed));
  EXPECT_EQ(state_of(world, other), HitState::kNotConfirmed);
}

TEST_F(Hits, I12_C2A_5_EveryKnownAttributeIsChecked) {
  const Sequence hit = hit_of("7ABC123");
  const RecordStep all = checks_step(world, hit, CheckResult::kMatch);
  ASSERT_EQ(all.checks->size(), 8U);
  for (std::size_t i = 0; i < all.checks->size(); ++i) {
    RecordStep without = all;
    without.checks->erase(without.checks->begin() + static_cast<std::ptrdiff_t>(i));
    refused(without, "I12-C2A-5");
  }
  permit(all);
  EXPECT_TRUE(last_step().done);
}

TEST_F(Hits, I12_C2A_5_OneMismatchEndsItAndOneUnseenLeavesItOpen) {
  const Sequence hit = hit_of("7ABC123");
  RecordStep unseen = checks_step(world, hit, CheckResult::kMatch);
  unseen.checks->back().result = CheckResult::kNotObservable;
  for (const RecordStep& one : {plate_step(hit, "7ABC123"), visual_step(hit, true),
                                clets_step(hit, CletsResult::kConfirmed), unseen}) {
    permit(one);
  }
  EXPECT_EQ(state_of(world, hit), HitState::kUnvalidated) << "a known attribute was not seen";
  permit(checks_step(world, hit, CheckResult::kMatch));
  EXPECT_EQ(state_of(world, hit), HitState::kFullyValidated);
  RecordStep mismatch = checks_step(world, hit, CheckResult::kMatch);
  mismatch.checks->front().result = CheckResult::kMismatch;
  permit(mismatch);
  EXPECT_EQ(state_of(world, hit), HitState::kNotConfirmed) << "what is seen later counts too";
}

TEST_F(Hits, I12_C2A_5_AnEntryThatNamesNothingIsCheckedForNothing) {
  const Sequence hit = hit_of("1PLAIN1");
  RecordStep none = checks_step(world, hit, CheckResult::kMatch);
  EXPECT_TRUE(none.checks->empty());
  permit(none);
  EXPECT_TRUE(last_step().done);
  EXPECT_EQ(state_of(world, hit), HitState::kUnvalidated);
}

TEST_F(Hits, I12_C2A_6_FollowingIsAllowedInAnyStateAndValidatesNothing) {
  const Sequence hit = hit_of("7ABC123");
  permit(following_step(hit));
  EXPECT_EQ(state_of(world, hit), HitState::kUnvalidated);
  permit(visual_step(hit, false));
  permit(following_step(hit));
  EXPECT_EQ(state_of(world, hit), HitState::kMisread);
  const Sequence other = hit_of("7ABC123");
  validate(world, officer, other);
  permit(following_step(other));
  EXPECT_EQ(state_of(world, other), HitState::kFullyValidated);
  world.permit(decide(world.state(), officer, stop_command(world, other), world.moment()));
  permit(following_step(other));
  EXPECT_EQ(state_of(world, other), HitState::kActioned);
  refused(visual_step(other, true), "I12-C2A-3");
}

TEST_F(Hits, AStepStatesItsOwnMembersAndNoOthers) {
  const Sequence hit = hit_of("7ABC123");
  RecordStep command = following_step(hit);
  command.clets = CletsResult::kConfirmed;
  EXPECT_EQ(not_judged(command), ErrorCode::kMalformed);
  command = plate_step(hit, "7ABC123");
  command.observed_plate.reset();
  EXPECT_EQ(not_judged(command), ErrorCode::kMalformed);
  EXPECT_EQ(not_judged(plate_step(hit, "not/a/plate")), ErrorCode::kMalformed);
  command = checks_step(world, hit, CheckResult::kMatch);
  command.checks->push_back(command.checks->front());
  EXPECT_EQ(not_judged(command), ErrorCode::kMalformed);
}

TEST_F(Hits, I12_G_1_AHitPastDueIsGone) {
  const Sequence hit = hit_of("7ABC123");
  const std::int64_t raised = world.now.value;
  world.now.value = raised + kRetentionUs - 1;
  officer = world.log_in("officer");
  EXPECT_EQ(select_hits(world.state(), officer.username, {}, world.moment())->size(), 1U);
  permit(following_step(hit));
  world.now.value = raised + kRetentionUs;
  EXPECT_EQ(not_judged(visual_step(hit, true)), ErrorCode::kGone);
  EXPECT_EQ(not_judged(following_step(hit)), ErrorCode::kGone);
  EXPECT_TRUE(select_hits(world.state(), officer.username, {}, world.moment())->empty());
  EXPECT_EQ(select_hits(world.state(), officer.username, {hit, std::nullopt}, world.moment())
                .error()
                .code,
            ErrorCode::kGone);
  world.purge(hit);
  EXPECT_EQ(not_judged(visual_step(hit, true)), ErrorCode::kGone);
  EXPECT_EQ(not_judged(visual_step({world.log.size()}, true)), ErrorCode::kNotFound);
}

TEST_F(Hits, I12_G_1_AStepKeepsNoPlate) {
  const Sequence hit = hit_of("7ABC123");
  const std::size_t from = world.log.size();
  validate(world, officer, hit);
  permit(following_step(hit));
  for (std::size_t i = from; i < world.log.size(); ++i) {
    EXPECT_EQ(world.log[i].header.retention, chain::Retention::kPermanent);
    EXPECT_EQ(world.log[i].json.find("7ABC123"), std::string::npos) << world.log[i].json;
    EXPECT_EQ(world.log[i].json.find("VIN123"), std::string::npos);
    EXPECT_EQ(world.log[i].json.find("Broadway"), std::string::npos);
  }
  const HitFacts facts = last_step().facts;
  EXPECT_EQ(facts.source, HotlistSource::kSvs);
  EXPECT_EQ(facts.reason, "STOLEN VEHICLE");
  EXPECT_EQ(facts.read, hit_at(world, hit).read);
  EXPECT_EQ(facts.list, hit_at(world, hit).entry.list);
}

TEST_F(Hits, I12_F_2_HitsAreOnTheRecordBeforeTheyAreShown) {
  const Sequence one = hit_of("7ABC123");
  const Sequence two = hit_of("1PLAIN1");
  EXPECT_FALSE(was_shown(world.rows, one, "officer").value());
  const auto views = select_hits(world.state(), officer.username, {}, world.moment());
  ASSERT_TRUE(views.has_value());
  ASSERT_EQ(views->size(), 2U);
  EXPECT_EQ(views->front().hit.hit, two) << "newest first";
  EXPECT_EQ(views->front().state, HitState::kUnvalidated);
  const Sequence seq =
      world.permit(decide(world.state(), officer, ListHits{}, *views, world.moment()));
  const auto event = from_event<HitsDisclosed>(world.log.at(seq.value));
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->hits, (std::vector<Sequence>{two, one}));
  EXPECT_TRUE(was_shown(world.rows, one, "officer").value());
  EXPECT_FALSE(was_shown(world.rows, one, kAdmin).value());
  EXPECT_EQ(select_hits(world.state(), officer.username, {std::nullopt, 1}, world.moment())->size(),
            1U);
  EXPECT_FALSE(select_hits(world.state(), officer.username, {std::nullopt, 101}, world.moment())
                   .has_value());
}

TEST_F(Hits, I12_C1_1_TheUntrainedSeeAndDoNothing) {
  const Sequence hit = hit_of("7ABC123");
  world.enrol("rookie", "SWORN");
  const Actor rookie = world.log_in("rookie");
  const auto views = select_hits(world.state(), officer.username, {}, world.moment());
  world.refused(decide(world.state(), rookie, ListHits{}, *views, world.moment()), "I12-C1-1");
  world.refused(decide(world.state(), rookie, following_step(hit), world.moment()), "I12-C1-1");
  world.refused(decide(world.state(), rookie, stop_command(world, hit), world.moment()),
                "I12-C1-1");
}

TEST_F(Hits, I12_C2A2_1_ResponsesWithoutARecordAreListed) {
  const Sequence one = hit_of("7ABC123");
  const Sequence two = hit_of("7ABC123");
  hit_of("7ABC123");
  permit(following_step(one));
  permit(following_step(two));
  auto open = undocumented_responses(world.rows);
  ASSERT_TRUE(open.has_value());
  EXPECT_EQ(open->size(), 2U);
  validate(world, officer, two);
  world.permit(decide(world.state(), officer, stop_command(world, two), world.moment()));
  open = undocumented_responses(world.rows);
  ASSERT_EQ(open->size(), 1U);
  EXPECT_EQ(open->front().hit, one);
}

// However far back the hits that somebody may see lie, and however many others lie between.
TEST_F(Hits, I12_C3_b_HitsOfASourceThatIsNotOpenHideNoOthers) {
  world.permit(load(world, admin, list_to_load(world, "AMBER", {"9AMBER9,ABDUCTION"})));
  const Sequence amber = hit_of("9AMBER9");
  for (int i = 0; i < 5; ++i) hit_of("7ABC123");
  const Sequence newest = hit_of("9AMBER9");
  for (int i = 0; i < 3; ++i) hit_of("7ABC123");
  PolicyRow policy = *world.moment().policy;
  policy.parameters.sources_by_grant = std::vector{HotlistSource::kSvs};
  Moment moment = world.moment();
  moment.policy = &policy;
  const auto seen = [&](const ListHits& command) {
    std::vector<Sequence> hits;
    const auto views = select_hits(world.state(), officer.username, command, moment).value();
    for (const HitView& view : views) hits.push_back(view.hit.hit);
    return hits;
  };
  EXPECT_EQ(seen({std::nullopt, 2}), (std::vector{newest, amber})) << "newest first";
  EXPECT_EQ(seen({std::nullopt, 1}), (std::vector{newest}));
  EXPECT_EQ(seen({std::nullopt, 2, Sequence{1}}), (std::vector{amber, newest})) << "as alerts";
  EXPECT_EQ(seen({std::nullopt, 1, amber}), (std::vector{newest}));
  EXPECT_TRUE(seen({std::nullopt, 1, newest}).empty());
}

}  // namespace
}  // namespace alpr::policy
