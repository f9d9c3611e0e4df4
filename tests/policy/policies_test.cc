// Proves that the order's parameters change only as a whole document by two persons, never beyond
// the order and never backwards in time, and that each decision names the version it was judged
// under. By changing one thing at a time in a log in memory.
#include "policy/rules/policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/chain/hash.h"
#include "policy/records/system.h"
#include "policy/rules/parameters.h"
#include "policy/rules/people.h"
#include "policy/rules/sessions.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Policies : public ::testing::Test {
 protected:
  ProposePolicy next() const {
    const auto newest = list_policies(world.rows)->back();
    ProposePolicy command;
    command.version = newest.version + 1;
    command.order = std::string(kOrder);
    command.effective = TimeUs{world.now.value + 3'600 * kSecondUs};
    command.parameters = newest.parameters;
    command.justification = "decided by the Commission";
    return command;
  }
  Decision propose(const ProposePolicy& command) {
    return decide(world.state(), world.holder(kAdmin), command, world.moment());
  }
  Decision verdict(std::string_view who, Sequence proposal, Verdict verdict = Verdict::kApprove) {
    return decide(world.state(), world.holder(who), DecidePolicy{proposal, verdict, "agreed"},
                  world.moment());
  }
  void adopt(const ProposePolicy& command) {
    world.permit(verdict(kChief, world.permit(propose(command))));
  }

  World world;
};

TEST(Settings, I12_F_0_AServersSettingsAreOnTheRecordWhereTheyChanged) {
  World world;
  const auto start = [&](const std::string& text) {
    const Decision decision = decide(world.state(), StartWithSettings{text}, world.moment());
    EXPECT_FALSE(decision.error || decision.refusal);
    world.apply(decision);
    return decision.events.size();
  };
  EXPECT_EQ(start("port = 8443\n"), 1U);
  const auto event = from_event<SettingsInForce>(world.log.back());
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->text, "port = 8443\n");
  EXPECT_EQ(start("port = 8443\n"), 0U) << "as before";
  EXPECT_EQ(start("port = 443\n"), 1U);
  EXPECT_EQ(start(""), 1U) << "none is a setting too";
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
  EXPECT_TRUE(
      decide(world.state(), StartWithSettings{std::string(kSettingsMax + 1, 'x')}, world.moment())
          .error);
}

TEST_F(Policies, I12_HDR_1_AVersionNeedsTwoPersonsAndCountsFromItsDate) {
  ProposePolicy command = next();
  command.parameters.idle_lock_seconds = 600;
  const Sequence proposal = world.permit(propose(command));
  world.refused(verdict(kAdmin, proposal), "I12-L-1");  // not the approver's role
  world.permit(verdict(kChief, proposal));
  EXPECT_EQ(world.moment().policy->version, 1) << "not in force yet";
  world.advance(3'599);
  EXPECT_EQ(world.moment().policy->version, 1);
  world.advance(1);
  EXPECT_EQ(world.moment().policy->version, 2);
  EXPECT_EQ(world.moment().policy->parameters.idle_lock_seconds, 600);
  EXPECT_EQ(policy_in_force(world.rows, {world.now.value - 1})->version, 1)
      << "what was decided before is judged by what stood then";
  EXPECT_EQ(verdict(kChief, proposal).error->code, ErrorCode::kConflict) << "decided once";
}

TEST_F(Policies, I12_HDR_1_TheEventSaysWhatChangedFromWhatByWhom) {
  ProposePolicy command = next();
  command.parameters.login_failures_max = 3;
  command.parameters.validation_steps = {"SUPERVISOR_INFORMED"};
  const Sequence proposal = world.permit(propose(command));
  const Sequence adopted = world.permit(verdict(kChief, proposal));
  const auto record = from_event<PolicyAdopted>(world.log[adopted.value]);
  ASSERT_TRUE(record.has_value());
  EXPECT_THAT(*record->changes, ElementsAre("login_failures_max", "validation_steps"));
  EXPECT_EQ(*record->before, list_policies(world.rows)->front().parameters_sha256);
  EXPECT_EQ(record->parameters_sha256, chain::sha256(as_bytes(to_json_text(command.parameters))));
  EXPECT_EQ(record->proposal, proposal);
  EXPECT_EQ(record->by->username, kChief);
}

TEST_F(Policies, I12_HDR_1_EveryDecisionNamesItsVersion) {
  adopt(next());
  const auto enrolled = [&](std::string_view who) {
    return world
        .log[world
                 .permit(decide(world.state(), world.holder(kIt),
                                EnrolUser{std::string(who), "Name Of " + std::string(who), "SWORN",
                                          std::string(kDepartment)},
                                digest_named("a"), world.moment()))
                 .value]
        .json;
  };
  EXPECT_THAT(enrolled("early"), ::testing::HasSubstr(R"("policy":1,)"));
  world.advance(3'600);
  EXPECT_THAT(enrolled("late"), ::testing::HasSubstr(R"("policy":2,)"));
  const std::size_t before = world.log.size();
  world.refused(decide(world.state(), world.holder(kIt),
                       EnrolUser{"odd", "Odd One", "CONTRACTOR", std::string(kDepartment)},
                       digest_named("b"), world.moment()),
                "I12-C1-2");
  EXPECT_THAT(world.log[before].json, ::testing::HasSubstr(R"("policy":2,)"))
      << "a refusal names it too";
}

TEST_F(Policies, I12_HDR_2_OnlyThoseEntitledProposeAndNobodyApprovesTheirOwn) {
  world.refused(decide(world.state(), world.holder(kTrainer), next(), world.moment()), "I12-HDR-2");
  world.enrol("pcoord", "OTHER_DESIGNATED");
  world.grant("pcoord", Role::kPolicyCoordinator);
  const Actor coordinator = world.log_in("pcoord");
  const Sequence first = world.permit(decide(world.state(), coordinator, next(), world.moment()));
  world.permit(verdict(kChief, first, Verdict::kDeny));
  EXPECT_EQ(find_policy_proposal(world.rows, first)->value().state, RequestState::kDenied);
  // The Chief's designee who is Administrator as well approves no version of their own.
  world.grant(kChief, Role::kAdministrator);
  const Sequence own =
      world.permit(decide(world.state(), world.holder(kChief), next(), world.moment()));
  EXPECT_EQ(world.refused(verdict(kChief, own), "I12-L-1"), "self-approval");
}

TEST_F(Policies, I12_HDR_1_NeitherBackwardsNorOutOfOrder) {
  ProposePolicy command = next();
  command.effective = TimeUs{world.now.value - 1};
  EXPECT_EQ(world.refused(propose(command), "I12-HDR-1"), "effective-in-the-past");
  command = next();
  command.version = 3;
  EXPECT_EQ(world.refused(propose(command), "I12-HDR-1"), "version-not-next");
  command = next();
  command.order = "Another order";
  EXPECT_EQ(world.refused(propose(command), "I12-HDR-1"), "another-order");
  // What waited until its date had passed can't be adopted any more, nor what another overtook.
  const Sequence late = world.permit(propose(next()));
  const Sequence other = world.permit(propose(next()));
  world.permit(verdict(kChief, other));
  EXPECT_EQ(world.refused(verdict(kChief, late), "I12-HDR-1"), "version-not-next");
  ProposePolicy later = next();
  later.effective.value += kSecondUs;
  const Sequence slow = world.permit(propose(later));
  world.advance(4'000);
  EXPECT_EQ(world.refused(verdict(kChief, slow), "I12-HDR-1"), "effective-in-the-past");
}

TEST_F(Policies, I12_G_1_NothingBeyondTheOrderIsAdopted) {
  struct Case {
    std::string_view rule;
    std::function<void(Parameters&)> change;
  };
  const std::vector<Case> cases{
      {"I12-G-1", [](Parameters& p) { p.retention_seconds += 1; }},
      {"I12-G-1", [](Parameters& p) { p.hotlist_blob_seconds = 31 * 86'400; }},
      {"I12-C2B1-1", [](Parameters& p) { p.hotlist_refresh_seconds = 86'401; }},
      {"I12-F-1", [](Parameters& p) { p.idle_lock_seconds = 1'801; }},
      {"I12-F-1", [](Parameters& p) { p.login_failures_max = 6; }},
      {"I12-F-1", [](Parameters& p) { p.login_failures_max = 0; }},
      {"I12-G-3", [](Parameters& p) { p.hold_review_seconds = 91 * 86'400; }},
      {"I12-C2A1-1", [](Parameters& p) { p.hotlist_sources.clear(); }},
      {"I12-C2A1-2", [](Parameters& p) { p.bolo_purposes.push_back(p.bolo_purposes.front()); }},
      {"I12-C2B-1", [](Parameters& p) { p.query_purposes.clear(); }},
      {"I12-C2A-7", [](Parameters& p) { p.validation_steps = {"lower case"}; }},
      {"I12-C2A-8", [](Parameters& p) { p.confidence_sure_ppm = 499'999; }},
      {"I12-C3-3", [](Parameters& p) { p.query_repeat_count = 11; }},
      {"I12-E-3", [](Parameters& p) { p.screen_immigration.pop_back(); }},
      {"I12-C3-7", [](Parameters& p) { p.screen_reproductive_care.push_back("Upper case"); }},
      {"I12-C3-6", [](Parameters& p) { p.screen_first_amendment.push_back("rally"); }},
      {"I12-C2A2-1", [](Parameters& p) { p.stop_record_seconds = 8 * 86'400; }},
      {"I12-C2A-7",
       [](Parameters& p) {
         p.validation_steps = {"A", "A"};
       }},
      {"I12-E-5", [](Parameters& p) { p.tiles_published_after_seconds = 86'399; }},
      {"I12-HDR-1", [](Parameters& p) { p.added_rules.emplace(); }},
      {"I12-HDR-1", [](Parameters& p) { p.added_rules->push_back(AddedRule::kUnusualHours); }},
      {"I12-J-1", [](Parameters& p) { p.retraining_seconds = 86'400; }},
  };
  for (const Case& one : cases) {
    ProposePolicy command = next();
    one.change(command.parameters);
    EXPECT_EQ(world.refused(propose(command), one.rule), "beyond-the-order") << one.rule;
  }
  EXPECT_THAT(parameter_faults(built_in_parameters()), IsEmpty());
  ProposePolicy narrower = next();
  narrower.parameters.idle_lock_seconds = 60;
  narrower.parameters.tiles_published_after_seconds = 86'400;
  narrower.parameters.retraining_seconds = 730 * 86'400;
  world.permit(propose(narrower));
}

TEST_F(Policies, I12_C2A_7_AStepThatTheVersionAddsIsMandatory) {
  const Actor officer = world.trained("officer", "SWORN");
  const Actor admin = trained_admin(world);
  world.enrol_device(kReader);
  world.permit(load(world, admin, list_to_load(world, "SVS", {std::string(kSvsRow)})));
  const Sequence before = world.log.size() ? Sequence{world.log.size()} : Sequence{};
  send(world, 1, {"7ABC123"});
  const Sequence hit = hits_since(world, before).at(0);
  const auto step = [&](const RecordStep& command) {
    return decide(world.state(), officer, command, world.moment());
  };
  RecordStep extra;
  extra.hit = hit;
  extra.step = HitStep::kAdditional;
  extra.additional = "SUPERVISOR_INFORMED";
  extra.confirmed = true;
  EXPECT_EQ(world.refused(step(extra), "I12-C2A-7"), "step-not-in-policy");

  ProposePolicy command = next();
  command.effective = TimeUs{world.now.value + kSecondUs};
  command.parameters.validation_steps = {"SUPERVISOR_INFORMED"};
  adopt(command);
  world.advance(2);
  validate(world, officer, hit);
  EXPECT_EQ(state_of(world, hit), HitState::kUnvalidated) << "four steps are not enough any more";
  world.refused(decide(world.state(), officer, stop_command(world, hit), world.moment()),
                "I12-C2A-7");
  world.permit(step(extra));
  EXPECT_EQ(state_of(world, hit), HitState::kFullyValidated);
  world.permit(decide(world.state(), officer, stop_command(world, hit), world.moment()));
}

TEST_F(Policies, I12_C2A_7_AStepAddedAfterValidationStillStandsBeforeTheAction) {
  const Actor officer = world.trained("officer", "SWORN");
  const Actor admin = trained_admin(world);
  world.enrol_device(kReader);
  world.permit(load(world, admin, list_to_load(world, "SVS", {std::string(kSvsRow)})));
  const Sequence before{world.log.size()};
  send(world, 1, {"7ABC123"});
  const Sequence hit = hits_since(world, before).at(0);
  validate(world, officer, hit);
  ASSERT_EQ(state_of(world, hit), HitState::kFullyValidated);
  ProposePolicy command = next();
  command.effective = TimeUs{world.now.value + kSecondUs};
  command.parameters.validation_steps = {"SUPERVISOR_INFORMED"};
  adopt(command);
  world.advance(2);
  world.refused(decide(world.state(), officer, stop_command(world, hit), world.moment()),
                "I12-C2A-7");
}

TEST_F(Policies, I12_C2A1_1_ASourceThatTheVersionDropsIsRefused) {
  const Actor admin = trained_admin(world);
  ProposePolicy command = next();
  command.effective = TimeUs{world.now.value + kSecondUs};
  std::erase(command.parameters.hotlist_sources, HotlistSource::kNcic);
  std::erase(command.parameters.bolo_purposes, BoloPurpose::kBurglary);
  adopt(command);
  world.advance(2);
  EXPECT_EQ(world.refused(load(world, admin, list_to_load(world, "NCIC", {std::string(kSvsRow)})),
                          "I12-C2A1-1"),
            "source-not-allowed");
  world.permit(load(world, admin, list_to_load(world, "SVS", {std::string(kSvsRow)})));
  RequestEntry entry = entry_command(world, "8XYZ987");
  entry.purpose = "BURGLARY";
  EXPECT_EQ(
      world.refused(decide(world.state(), world.trained("officer", "SWORN"), entry, world.moment()),
                    "I12-C2A1-2"),
      "purpose-not-allowed");
}

TEST_F(Policies, I12_J_1_ACourseCountsAsLongAsTheVersionSays) {
  const Actor officer = world.trained("officer", "SWORN");
  ProposePolicy command = next();
  command.effective = TimeUs{world.now.value + kSecondUs};
  command.parameters.retraining_seconds = 30 * 86'400;
  adopt(command);
  const auto look = [&] { return decide(world.state(), officer, ListHits{}, {}, world.moment()); };
  world.advance(86'400);
  world.permit(look());
  world.advance(30 * 86'400);
  world.refused(look(), "I12-J-3");
  world.train("officer");
  world.permit(look());
}

TEST_F(Policies, I12_K_1_TheVersionInForceLocksAccounts) {
  world.enrol("officer", "SWORN");
  ProposePolicy command = next();
  command.effective = TimeUs{world.now.value + kSecondUs};
  command.parameters.login_failures_max = 2;
  adopt(command);
  world.advance(2);
  world.apply(decide(world.state(), FailedLogins{"officer", 1, std::nullopt}, world.moment()));
  EXPECT_FALSE(world.user("officer").locked_until);
  world.apply(decide(world.state(), FailedLogins{"officer", 1, std::nullopt}, world.moment()));
  EXPECT_TRUE(world.user("officer").locked_until);
}

}  // namespace
}  // namespace alpr::policy
