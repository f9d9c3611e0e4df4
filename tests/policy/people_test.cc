// Proves how an account comes to be, is renewed, changes its password and ends, and that training
// and designation are recorded by those who may. By commands of every kind of actor against a log
// in memory.
#include "policy/rules/people.h"

#include <gtest/gtest.h>

#include "policy/registers/people_view.h"
#include "policy/rules/access.h"
#include "policy/rules/sessions.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

EnrolUser officer_command() { return {"officer", "Olga Ficer", "SWORN", std::string(kDepartment)}; }

class People : public ::testing::Test {
 protected:
  Decision enrol(const EnrolUser& command, std::string_view by = kIt) {
    return decide(world.state(), world.holder(by), command, digest_named("a"), world.moment());
  }
  Decision confirm(std::string_view by) {
    return decide(world.state(), world.holder(by), ConfirmUser{"officer"}, digest_named("b"),
                  world.moment());
  }
  Decision set_password(const std::string& first, const std::optional<std::string>& second) {
    return decide(world.state(), SetPassword{"officer", first, second}, hash_named("new"),
                  world.moment());
  }
  ErrorCode not_judged(const Decision& decision) {
    EXPECT_TRUE(decision.error.has_value());
    EXPECT_TRUE(decision.events.empty()) << "a command that was not judged changed something";
    return decision.error ? decision.error->code : ErrorCode::kIo;
  }
  World world;
  const std::string a = code_named("a");
  const std::string b = code_named("b");
};

TEST_F(People, I12_K_1_AnAccountTakesTwoPersonsAndBothHalves) {
  world.permit(enrol(officer_command()));
  EXPECT_EQ(world.refused(set_password(a, std::nullopt), "I12-K-1"), "codes-rejected");
  EXPECT_EQ(world.refused(set_password(a, a), "I12-K-1"), "codes-rejected");
  world.permit(confirm(kTrainer));
  EXPECT_EQ(world.refused(set_password(a, std::nullopt), "I12-K-1"), "codes-rejected");
  EXPECT_EQ(world.refused(set_password(b, a), "I12-K-1"), "codes-rejected");
  EXPECT_FALSE(world.user("officer").password_hash);
  world.permit(set_password(a, b));
  EXPECT_EQ(world.user("officer").password_hash, hash_named("new"));
  EXPECT_EQ(world.refused(set_password(a, b), "I12-K-1"), "codes-rejected");  // one use
}

TEST_F(People, I12_L_1_OnlyTheItUnitEnrols) {
  for (const auto by : {kChief, kAdmin, kTrainer}) {
    EXPECT_EQ(world.refused(enrol(officer_command(), by), "I12-L-1"), "role-missing");
  }
}

TEST_F(People, I12_K_1_TheEnrollerDoesNotConfirm) {
  // A person who holds both roles still is one person.
  world.grant(kIt, Role::kAdministrator);
  world.permit(enrol(officer_command()));
  EXPECT_EQ(world.refused(confirm(kIt), "I12-K-1"), "own-request");
  EXPECT_EQ(not_judged(decide(world.state(), world.holder(kChief), ConfirmUser{"nobody"},
                              digest_named("b"), world.moment())),
            ErrorCode::kNotFound);
  world.permit(confirm(kChief));
  EXPECT_EQ(not_judged(confirm(kAdmin)), ErrorCode::kConflict);
}

TEST_F(People, I12_C1_2_AnotherClassIsRefused) {
  for (const char* user_class : {"VOLUNTEER", "sworn", ""}) {
    EnrolUser command = officer_command();
    command.user_class = user_class;
    EXPECT_EQ(world.refused(enrol(command), "I12-C1-2"), "class-not-eligible");
  }
}

TEST_F(People, I12_I_10_OutsideOrganisationsGetNoAccount) {
  for (const char* organisation : {"Federal Bureau", "", "test police department"}) {
    EnrolUser command = officer_command();
    command.organisation = organisation;
    EXPECT_EQ(world.refused(enrol(command), "I12-I-10"), "outside-organisation");
  }
  EnrolUser auditor = officer_command();
  auditor.user_class = "AUDITOR";
  EXPECT_EQ(world.refused(enrol(auditor), "I12-I-10"), "outside-organisation");
}

TEST_F(People, I12_K_1_OnePersonHasOneAccount) {
  world.permit(enrol(officer_command()));
  EnrolUser again = officer_command();
  again.username = "officer2";
  again.name = "olga  ficer";
  EXPECT_EQ(world.refused(enrol(again), "I12-K-1"), "person-has-account");
  again.name = "Olga Ficer (badge 12)";
  world.permit(enrol(again));
}

TEST_F(People, AUsernameIsUsedOnce) {
  world.permit(enrol(officer_command()));
  EXPECT_EQ(not_judged(enrol(officer_command())), ErrorCode::kConflict);
  world.permit(decide(world.state(), world.holder(kChief), DeactivateUser{"officer", "left"},
                      world.moment()));
  EXPECT_EQ(not_judged(enrol(officer_command())), ErrorCode::kConflict);
}

TEST_F(People, BadUsernamesAreMalformed) {
  for (const char* username :
       {"", "x", "Officer", "of ficer", "\u00f6fficer", "a-very-long-name-of-thirty-three-c"}) {
    EnrolUser command = officer_command();
    command.username = username;
    EXPECT_EQ(not_judged(enrol(command)), ErrorCode::kMalformed) << username;
  }
  EnrolUser blank_name = officer_command();
  blank_name.name = "\u200b";
  EXPECT_EQ(world.refused(enrol(blank_name), "I12-K-1"), "name-missing");
}

TEST_F(People, CodesExpireAfterFourteenDays) {
  world.permit(enrol(officer_command()));
  world.permit(confirm(kChief));
  const std::int64_t fourteen_days = 14 * 86'400;
  world.advance(fourteen_days);
  EXPECT_EQ(world.refused(set_password(a, b), "I12-K-1"), "codes-rejected");
  world.now.value -= 1;
  world.permit(set_password(a, b));
}

TEST_F(People, AnExpiredEnrolmentIsNotConfirmedButRenewed) {
  world.permit(enrol(officer_command()));
  world.advance(14 * 86'400);
  EXPECT_EQ(not_judged(confirm(kChief)), ErrorCode::kConflict);
  world.permit(decide(world.state(), world.holder(kIt), RenewAccess{"officer"}, digest_named("a2"),
                      world.moment()));
  world.permit(confirm(kChief));
  EXPECT_EQ(world.refused(set_password(a, b), "I12-K-1"), "codes-rejected");
  world.permit(set_password(code_named("a2"), b));
}

TEST_F(People, ARenewalLeavesThePasswordUntilTheNewOneAndEndsSessions) {
  const Actor officer = world.trained("officer", "SWORN");
  world.permit(decide(world.state(), world.holder(kIt), RenewAccess{"officer"}, digest_named("a"),
                      world.moment()));
  EXPECT_EQ(world.user("officer").password_hash, hash_named("officer"));
  EXPECT_EQ(world.refused(set_password(a, std::nullopt), "I12-K-1"), "codes-rejected");
  EXPECT_EQ(world.refused(decide(world.state(), officer, ConfirmUser{"officer"}, digest_named("b"),
                                 world.moment()),
                          "I12-L-1"),
            "role-missing");
  world.permit(confirm(kAdmin));
  world.permit(set_password(a, b));
  EXPECT_EQ(world.user("officer").password_hash, hash_named("new"));
  EXPECT_TRUE(world.user("officer").sessions.empty());
  EXPECT_TRUE(gate(world.state(), officer, world.moment(), Need::kAccount).refusal);
  EXPECT_EQ(world.user("officer").trainings.size(), 1U);
}

TEST_F(People, NobodyRenewsOrConfirmsTheirOwnAccess) {
  EXPECT_EQ(world.refused(decide(world.state(), world.holder(kIt), RenewAccess{std::string(kIt)},
                                 digest_named("a"), world.moment()),
                          "I12-K-1"),
            "own-account");
  world.permit(decide(world.state(), world.holder(kIt), RenewAccess{std::string(kChief)},
                      digest_named("a"), world.moment()));
  EXPECT_EQ(
      world.refused(decide(world.state(), world.holder(kChief), ConfirmUser{std::string(kChief)},
                           digest_named("b"), world.moment()),
                    "I12-K-1"),
      "own-request");
}

TEST_F(People, UnknownNamesReadLikeWrongCodesAndAreNotStored) {
  const Decision unknown =
      decide(world.state(), SetPassword{"hunter2", a, b}, hash_named("new"), world.moment());
  world.permit(enrol(officer_command()));
  const Decision wrong = set_password(b, b);
  ASSERT_TRUE(unknown.refusal && wrong.refusal);
  EXPECT_EQ(unknown.refusal->reason, wrong.refusal->reason);
  EXPECT_EQ(chain::to_json(unknown.events[0].members), chain::to_json(wrong.events[0].members));
  EXPECT_EQ(chain::to_json(unknown.events[0].members).find("hunter2"), std::string::npos);
}

TEST_F(People, OnlyAnArgon2idHashIsStored) {
  EXPECT_EQ(
      not_judged(decide(world.state(), SetPassword{"officer", a, b}, "password", world.moment())),
      ErrorCode::kMalformed);
}

TEST_F(People, APasswordChangeNeedsTheOldOneAndEndsOtherSessions) {
  world.enrol("officer", "SWORN");
  const Actor first = world.log_in("officer");
  const Actor second = world.log_in("officer");
  const auto change = [&](std::optional<std::string> matched) {
    return decide(world.state(), first, PasswordChange{std::move(matched), hash_named("changed")},
                  world.moment());
  };
  EXPECT_EQ(world.refused(change(std::nullopt), "I12-K-1"), "login-failed");
  EXPECT_EQ(world.refused(change(hash_named("stale")), "I12-K-1"), "login-failed");
  world.permit(change(hash_named("officer")));
  EXPECT_EQ(world.user("officer").password_hash, hash_named("changed"));
  EXPECT_EQ(world.user("officer").sessions, std::vector<Sequence>{first.session});
  EXPECT_TRUE(gate(world.state(), second, world.moment(), Need::kAccount).refusal);
}

TEST_F(People, ADeactivatedAccountIsOutAtOnce) {
  const Actor officer = world.trained("officer", "SWORN");
  world.holder(kAdmin);
  const std::size_t before = world.log.size();
  world.permit(decide(world.state(), world.holder(kAdmin), DeactivateUser{"officer", "left"},
                      world.moment()));
  ASSERT_EQ(world.log.size(), before + 2);
  const auto closed = from_event<SessionClosed>(world.log.back());
  ASSERT_TRUE(closed.has_value());  // I12-K-1: each session has an end
  EXPECT_EQ(closed->reason, SessionEnd::kDeactivated);
  EXPECT_TRUE(gate(world.state(), officer, world.moment(), Need::kAccount).refusal);
  EXPECT_EQ(world.refused(set_password(a, b), "I12-K-1"), "codes-rejected");
}

TEST_F(People, I12_L_2_TheLastWhoCouldGrantRolesStays) {
  const auto deactivate = [&](std::string_view username) {
    return decide(world.state(), world.holder(kChief),
                  DeactivateUser{std::string(username), "gone"}, world.moment());
  };
  world.permit(deactivate(kAdmin));
  EXPECT_EQ(world.refused(deactivate(kIt), "I12-L-2"), "last-holder");
  EXPECT_EQ(world.refused(deactivate(kChief), "I12-L-2"), "last-holder");
  world.permit(deactivate(kTrainer));  // grants nothing, so may go
}

TEST_F(People, I12_J_1_OnlyTheTrainingSectionRecordsTraining) {
  world.enrol("officer", "SWORN");
  const CompleteTraining training{"officer", "Course", "1", world.now, {TrainingTopic::kLaw}};
  for (const auto by : {kIt, kChief, kAdmin}) {
    EXPECT_EQ(
        world.refused(decide(world.state(), world.holder(by), training, world.moment()), "I12-J-1"),
        "role-missing");
  }
  CompleteTraining own = training;
  own.username = std::string(kTrainer);
  EXPECT_EQ(
      world.refused(decide(world.state(), world.holder(kTrainer), own, world.moment()), "I12-J-1"),
      "own-training");
}

TEST_F(People, I12_C3_a_AFutureCompletionIsRefused) {
  world.enrol("officer", "SWORN");
  CompleteTraining training{
      "officer", "Course", "1", TimeUs{world.now.value + 1}, {TrainingTopic::kLaw}};
  EXPECT_EQ(world.refused(decide(world.state(), world.holder(kTrainer), training, world.moment()),
                          "I12-C3-a"),
            "not-completed-yet");
  training.completed_on = world.now;
  world.permit(decide(world.state(), world.holder(kTrainer), training, world.moment()));
}

TEST_F(People, I12_J_2_ACompletionNamesCourseVersionAndTopics) {
  world.enrol("officer", "SWORN");
  const CompleteTraining good{"officer", "Course", "1", world.now, {TrainingTopic::kLaw}};
  CompleteTraining no_course = good, no_version = good, no_topics = good, twice = good;
  no_course.course = " ";
  no_version.version = "";
  no_topics.topics.clear();
  twice.topics = {TrainingTopic::kLaw, TrainingTopic::kLaw};
  for (const auto& bad : {no_course, no_version, no_topics}) {
    EXPECT_EQ(world.refused(decide(world.state(), world.holder(kTrainer), bad, world.moment()),
                            "I12-J-2"),
              "course-missing");
  }
  EXPECT_EQ(not_judged(decide(world.state(), world.holder(kTrainer), twice, world.moment())),
            ErrorCode::kMalformed);
}

TEST_F(People, I12_C1_3_OnlyTheChiefsDesigneeDesignatesAndNotThemselves) {
  world.enrol("analyst", "OTHER_DESIGNATED");
  world.enrol("officer", "SWORN");
  const auto designate = [&](std::string_view by, std::string_view whom, std::string_view why) {
    return decide(world.state(), world.holder(by),
                  DesignateUser{std::string(whom), std::string(why)}, world.moment());
  };
  for (const auto by : {kIt, kAdmin, kTrainer}) {
    EXPECT_EQ(world.refused(designate(by, "analyst", "desk"), "I12-C1-3"), "role-missing");
  }
  EXPECT_EQ(world.refused(designate(kChief, kChief, "me"), "I12-C1-3"), "own-designation");
  EXPECT_EQ(world.refused(designate(kChief, "analyst", " "), "I12-C1-3"), "justification-missing");
  EXPECT_EQ(not_judged(designate(kChief, "officer", "desk")), ErrorCode::kConflict);
  EXPECT_EQ(not_judged(designate(kChief, "nobody", "desk")), ErrorCode::kNotFound);
  world.permit(designate(kChief, "analyst", "desk"));
  EXPECT_EQ(not_judged(designate(kChief, "analyst", "desk")), ErrorCode::kConflict);
}

TEST_F(People, TheViewShowsStatesAndNoSecret) {
  world.permit(enrol(officer_command()));
  const auto view = [&] {
    return view_of(world.user("officer"), *world.moment().policy, world.now);
  };
  EXPECT_EQ(view().state, UserState::kEnrolled);
  world.permit(confirm(kChief));
  EXPECT_EQ(view().state, UserState::kConfirmed);
  world.permit(set_password(a, b));
  EXPECT_EQ(view().state, UserState::kActive);
  world.train("officer");
  world.log_in("officer");
  EXPECT_EQ(view().training, world.user("officer").trainings.front().training);
  EXPECT_EQ(view().open_sessions, 1);
  world.permit(decide(world.state(), world.holder(kChief), DeactivateUser{"officer", "left"},
                      world.moment()));
  EXPECT_EQ(view().state, UserState::kDeactivated);
  const auto all = view_users(world.rows, world.now);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->size(), 5U);
  for (const UserView& one : *all) EXPECT_EQ(to_json_text(one).find("argon2"), std::string::npos);
}

TEST_F(People, RebuildEqualsLive) {
  world.trained("officer", "SWORN");
  world.trained("analyst", "OTHER_DESIGNATED");
  world.enrol_device("cam-1");
  world.grant("officer", Role::kCoordinator);
  world.permit(decide(world.state(), world.holder(kIt), RenewAccess{"officer"}, digest_named("a"),
                      world.moment()));
  for (int i = 0; i < 6; ++i)
    world.apply(decide(world.state(), OpenSession{"officer", {}, {}}, world.moment()));
  world.permit(decide(world.state(), world.holder(kAdmin), DeactivateUser{"analyst", "left"},
                      world.moment()));
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

}  // namespace
}  // namespace alpr::policy
