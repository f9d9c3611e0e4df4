// Proves that a stop is documented with all that the order asks, and that nobody's freedom is
// restricted before the hit is fully validated. By one missing fact at a time, and by walking every
// path of steps.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "policy/registers/hits.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class Stops : public ::testing::Test {
 protected:
  Stops() : officer(world.trained("officer", "SWORN")) {
    world.enrol_device(kReader);
    world.permit(
        load(world, trained_admin(world), list_to_load(world, "SVS", {std::string(kSvsRow)})));
    hit = hits_since(world, send(world, 1, {"7ABC123"})).at(0);
    world.advance(120);
  }
  Decision document(const DocumentStop& command) {
    return decide(world.state(), officer, command, world.moment());
  }
  DocumentStop unrestricted(std::string disposition) {
    DocumentStop command = stop_command(world, hit);
    command.action = StopAction::kFreedomNotRestricted;
    command.disposition = std::move(disposition);
    return command;
  }

  World world;
  Actor officer;
  Sequence hit;
};

TEST_F(Stops, I12_C2A2_1_I12_C2A2_3_AStopHoldsTheHitAndWhatCameOfIt) {
  validate(world, officer, hit);
  const Sequence stop = world.permit(document(stop_command(world, hit)));
  const auto row = find_stop(world.rows, stop);
  ASSERT_TRUE(row.has_value() && row->has_value());
  const StopDocumented& record = (*row)->record;
  EXPECT_EQ(record.by.name, "Name of officer");  // I12-C2A2-3
  EXPECT_EQ(record.hit, hit);
  EXPECT_EQ(record.validation, HitState::kFullyValidated);
  EXPECT_TRUE(record.clets_confirmed);
  EXPECT_EQ(record.plate_read, "7ABC123");
  EXPECT_EQ(record.plate_listed, "7ABC123");
  EXPECT_EQ(record.facts.source, HotlistSource::kSvs);
  EXPECT_EQ(record.disposition, Disposition::kArrest);
  EXPECT_EQ(state_of(world, hit), HitState::kActioned);
  // The plates are sealed, the outcome can be counted by anybody.
  for (const chain::Member& member : world.log.at(stop.value).members) {
    if (!member.open) continue;
    EXPECT_EQ(member.value.find("7ABC123"), std::string::npos) << member.name;
  }
}

struct Missing {
  std::string rule;
  std::function<void(DocumentStop&)> without;
};

TEST_F(Stops, I12_C2A2_WhatIsMissingIsRefusedByItsRule) {
  validate(world, officer, hit);
  const TimeUs raised = world.log.at(hit.value).header.time;
  const std::vector<Missing> table{
      {"I12-C2A-3", [](DocumentStop& s) { s.action.reset(); }},
      {"I12-C2A2-4", [](DocumentStop& s) { s.justification.reset(); }},
      {"I12-C2A2-4", [](DocumentStop& s) { s.justification = "\t\xe2\x80\x83"; }},
      {"I12-C2A2-5", [](DocumentStop& s) { s.case_number.reset(); }},
      {"I12-C2A2-5", [](DocumentStop& s) { s.case_number = "221"; }},
      {"I12-C2A2-5", [](DocumentStop& s) { s.case_number = "22-00471x"; }},
      {"I12-C2A2-5", [](DocumentStop& s) { s.case_number = "AB-CD"; }},
      {"I12-C2A2-5", [](DocumentStop& s) { s.case_number = std::string(21, '1'); }},
      {"I12-C2A2-6", [](DocumentStop& s) { s.disposition.reset(); }},
      {"I12-C2A2-6", [](DocumentStop& s) { s.disposition = "LET GO"; }},
      {"I12-C2A2-7", [](DocumentStop& s) { s.responded_at.reset(); }},
      {"I12-C2A2-7", [this](DocumentStop& s) { s.responded_at = TimeUs{world.now.value + 1}; }},
      {"I12-C2A2-7", [raised](DocumentStop& s) { s.responded_at = TimeUs{raised.value - 1}; }},
      {"I12-C2A2-8", [](DocumentStop& s) { s.next_steps.reset(); }},
      {"I12-C2A2-8", [](DocumentStop& s) { s.next_steps = " "; }},
  };
  for (const Missing& row : table) {
    DocumentStop command = stop_command(world, hit);
    row.without(command);
    world.refused(document(command), row.rule);
  }
  DocumentStop plain = stop_command(world, hit);
  plain.next_steps = "none known";
  plain.responded_at = raised;
  world.permit(document(plain));
}

TEST_F(Stops, I12_C2A2_1_AHitHasOneRecord) {
  validate(world, officer, hit);
  world.permit(document(stop_command(world, hit)));
  EXPECT_EQ(document(stop_command(world, hit)).error->code, ErrorCode::kConflict);
}

TEST_F(Stops, I12_C2A2_8_AFollowUpLeavesTheRecordAsItIs) {
  validate(world, officer, hit);
  const Sequence stop = world.permit(document(stop_command(world, hit)));
  const std::string before = world.log.at(stop.value).json;
  const auto follow = [&](Sequence of, std::string text) {
    return decide(world.state(), officer, FollowUpStop{of, std::move(text)}, world.moment());
  };
  world.refused(follow(stop, " "), "I12-C2A2-8");
  EXPECT_EQ(follow(hit, "owner told").error->code, ErrorCode::kNotFound);
  world.permit(follow(stop, "Owner told of the recovery"));
  world.permit(follow(stop, "Charges filed"));
  EXPECT_EQ(world.log.at(stop.value).json, before);
  const auto row = find_stop(world.rows, stop);
  ASSERT_TRUE(row.has_value() && row->has_value());
  ASSERT_EQ((*row)->follow_ups.size(), 2U);
  EXPECT_EQ((*row)->follow_ups[1].next_steps, "Charges filed");
  EXPECT_EQ((*row)->record.next_steps, "Sent to the District Attorney");
}

TEST_F(Stops, I12_C2A2_1_AResponseOwesItsRecordFromTheFirstStepOn) {
  const auto owed = [&] {
    const auto all = owed_stops(world.state(), world.moment());
    EXPECT_TRUE(all.has_value());
    return all.value_or(std::vector<OwedStop>());
  };
  EXPECT_TRUE(owed().empty()) << "nobody answered the hit";
  const TimeUs began = world.moment().now;
  world.permit(decide(world.state(), officer, following_step(hit), world.moment()));
  world.advance(3600);
  world.permit(decide(world.state(), officer, visual_step(hit, false), world.moment()));
  ASSERT_EQ(owed().size(), 1U) << "also where it turned out a misread";
  EXPECT_EQ(owed()[0].state, HitState::kMisread);
  EXPECT_EQ(owed()[0].by, "officer");
  EXPECT_EQ(owed()[0].first_at, began);
  const std::int64_t time = world.moment().policy->parameters.stop_record_seconds;
  EXPECT_EQ(time, 12 * 3600);
  EXPECT_EQ(owed()[0].due_at.value, began.value + time * kSecondUs);
  EXPECT_FALSE(owed()[0].overdue);
  world.advance(time - 3600);
  EXPECT_TRUE(owed()[0].overdue);
  world.permit(document(unrestricted("NO_ACTION")));
  EXPECT_TRUE(owed().empty());
}

TEST_F(Stops, I12_C2A_3_ADispositionThatRestrictsFreedomIsNotCalledOtherwise) {
  for (const std::string_view disposition : {"ARREST", "CITATION", "RELEASED", "WARNING"}) {
    world.refused(document(unrestricted(std::string(disposition))), "I12-C2A-3");
  }
  validate(world, officer, hit);
  EXPECT_EQ(world.refused(document(unrestricted("WARNING")), "I12-C2A-3"),
            "disposition-contradicts-action");
}

TEST_F(Stops, I12_C2A_1_ARecoveryNeedsClets) {
  world.refused(document(unrestricted("RECOVERED_VEHICLE")), "I12-C2A-1");
  const auto step = [&](const RecordStep& command) {
    world.permit(decide(world.state(), officer, command, world.moment()));
  };
  step(clets_step(hit, CletsResult::kUnavailable));
  world.refused(document(unrestricted("RECOVERED_VEHICLE")), "I12-C2A-1");
  step(clets_step(hit, CletsResult::kConfirmed));
  world.permit(document(unrestricted("RECOVERED_VEHICLE")));
  EXPECT_EQ(state_of(world, hit), HitState::kActioned);
}

TEST_F(Stops, ARecoveryOfAHitThatTurnedOutWrongIsRefused) {
  for (const RecordStep& step :
       {clets_step(hit, CletsResult::kConfirmed), visual_step(hit, false)}) {
    world.permit(decide(world.state(), officer, step, world.moment()));
  }
  world.refused(document(unrestricted("RECOVERED_VEHICLE")), "I12-C2A-1");
  world.permit(document(unrestricted("NO_ACTION")));
  EXPECT_EQ(state_of(world, hit), HitState::kClosed);
}

TEST_F(Stops, AnUnansweredHitCanBeClosed) {
  world.permit(document(unrestricted("UNABLE_TO_LOCATE")));
  EXPECT_EQ(state_of(world, hit), HitState::kClosed);
}

TEST_F(Stops, I12_G_1_AStopIsDocumentedWhileTheHitLives) {
  validate(world, officer, hit);
  world.now = due_time(world.log.at(hit.value).header.time);
  officer = world.log_in("officer");
  EXPECT_EQ(document(stop_command(world, hit)).error->code, ErrorCode::kGone);
}

// Every path of up to seven steps, each outcome of each step, from one hit. Places are told apart
// by what the registers say of the hit, and by what was done to it as this test counts it, so
// neither can hide behind the other.
TEST_F(Stops, I12_C2A_3_NoPathToARestrictionMissesAStep) {
  const std::vector<RecordStep> steps{plate_step(hit, "7ABC123"),
                                      plate_step(hit, "7ABC128"),
                                      visual_step(hit, true),
                                      visual_step(hit, false),
                                      clets_step(hit, CletsResult::kConfirmed),
                                      clets_step(hit, CletsResult::kNotConfirmed),
                                      clets_step(hit, CletsResult::kUnavailable),
                                      checks_step(world, hit, CheckResult::kMatch),
                                      checks_step(world, hit, CheckResult::kMismatch),
                                      checks_step(world, hit, CheckResult::kNotObservable),
                                      following_step(hit)};
  const std::set<std::size_t> good{0, 2, 4, 7};
  const std::set<std::size_t> fatal{1, 3, 5, 8};
  struct Place {
    MemoryRegisters rows;
    std::set<std::size_t> taken;  // good steps, from the commands alone
    bool ended = false;
  };
  const auto said_of_hit = [&](const Place& place) {
    std::string said = std::to_string(place.taken.size()) + (place.ended ? " ended" : " open");
    for (const std::size_t one : place.taken) said += " " + std::to_string(one);
    const auto row = find_response(place.rows, hit).value();
    if (!row) return said + " none";
    said += " " + std::string(to_text(row->state));
    for (const auto* step : {&row->plate_confirmed, &row->visual_match, &row->clets_verified,
                             &row->attributes_checked, &row->following, &row->validated}) {
      said += *step ? " 1" : " 0";
    }
    return said;
  };
  const PolicyRow* policy = world.moment().policy;
  std::vector<Place> frontier{{world.rows, {}, false}};
  std::set<std::string> seen;
  std::uint64_t seq = world.log.size();
  int permitted = 0;
  int walked = 0;
  for (int depth = 0; depth <= 7; ++depth) {
    std::vector<Place> next;
    for (const Place& place : frontier) {
      if (!seen.insert(said_of_hit(place)).second) continue;
      ++walked;
      const State at = world.state_with(place.rows);
      const Decision stop =
          decide(at, officer, stop_command(world, hit), {world.now, {seq}, policy});
      const bool complete = place.taken == good && !place.ended;
      EXPECT_EQ(!stop.refusal && !stop.error, complete) << said_of_hit(place);
      permitted += complete ? 1 : 0;
      for (std::size_t i = 0; i < steps.size(); ++i) {
        const Decision decision = decide(at, officer, steps[i], {world.now, {seq}, policy});
        if (decision.refusal || decision.error) continue;
        Place after = place;
        for (const chain::Draft& draft : decision.events) {
          ASSERT_TRUE(fold_hits(event_of(draft, {seq++}, world.now), after.rows).has_value());
        }
        if (good.contains(i)) after.taken.insert(i);
        after.ended = after.ended || fatal.contains(i);
        next.push_back(std::move(after));
      }
    }
    frontier = std::move(next);
  }
  EXPECT_EQ(permitted, 2) << "all four steps, with and without following, and no other way";
  EXPECT_GT(walked, 32);
}

}  // namespace
}  // namespace alpr::policy
