// Proves the gate before every use of ALPR data: class, designation, training, account, session,
// dated roles. By taking people through it one condition at a time, to the microsecond where a date
// decides.
#include "policy/rules/access.h"

#include <gtest/gtest.h>

#include <array>

#include "policy/records/system.h"
#include "policy/rules/people.h"
#include "policy/rules/roles.h"
#include "policy/rules/sessions.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

std::vector<TrainingTopic> all_topics() {
  std::vector<TrainingTopic> topics;
  for (const auto& [topic, text] : EnumTexts<TrainingTopic>::texts) topics.push_back(topic);
  return topics;
}

std::string slug_at_gate(const World& world, const Actor& actor, Need need = Need::kAlpr) {
  const Gate answer = gate(world.state(), actor, world.moment(), need);
  EXPECT_FALSE(answer.error);
  return answer.refusal ? answer.refusal->slug : "open";
}

TEST(Gate, I12_C1_1_IsShutWithoutTrainingAndOpenWithIt) {
  World world;
  world.enrol("officer", "SWORN");
  const Actor officer = world.log_in("officer");
  EXPECT_EQ(slug_at_gate(world, officer, Need::kAccount), "open");
  EXPECT_EQ(slug_at_gate(world, officer), "not-trained");
  world.train("officer");
  const Gate open = gate(world.state(), officer, world.moment(), Need::kAlpr);
  EXPECT_FALSE(open.refusal);
  EXPECT_EQ(open.actor.training, world.user("officer").trainings.front().training);
}

TEST(Gate, I12_C1_2_LetsSwornAndPstIn) {
  World world;
  EXPECT_EQ(slug_at_gate(world, world.trained("sworn", "SWORN")), "open");
  EXPECT_EQ(slug_at_gate(world, world.trained("pst", "PST")), "open");
}

TEST(Gate, I12_C1_3_FollowsADesignationAndItsEnd) {
  World world;
  world.enrol("analyst", "OTHER_DESIGNATED");
  world.train("analyst");
  const Actor analyst = world.log_in("analyst");
  EXPECT_EQ(slug_at_gate(world, analyst), "not-designated");
  world.designate("analyst");
  EXPECT_EQ(slug_at_gate(world, analyst), "open");
  world.permit(decide(world.state(), world.holder(kChief), RevokeDesignation{"analyst", "moved"},
                      world.moment()));
  EXPECT_EQ(slug_at_gate(world, analyst), "not-designated");
}

TEST(Gate, AuditorsReachNoData) {
  World world;
  world.enrol("auditor", "AUDITOR");
  world.train("auditor");
  const Actor auditor = world.log_in("auditor");
  EXPECT_EQ(slug_at_gate(world, auditor), "class-not-eligible");
  EXPECT_EQ(slug_at_gate(world, auditor, Need::kAccount), "open");
}

TEST(Gate, I12_L_1_TheLogIsForAuditorsAndThoseWhoAnswerForIt) {
  World world;
  world.enrol("auditor", "AUDITOR");
  const Actor auditor = world.log_in("auditor");
  const auto slug = [&](const Actor& actor) {
    const Gate answer = gate_log(world.state(), actor, world.moment());
    return answer.refusal ? answer.refusal->slug : "open";
  };
  EXPECT_EQ(slug(auditor), "role-missing");
  world.grant("auditor", Role::kPacAuditor);
  EXPECT_EQ(slug(auditor), "open") << "without any training";
  EXPECT_EQ(slug(world.holder(kIt)), "open");
  EXPECT_EQ(slug(world.holder(kAdmin)), "open");
  EXPECT_EQ(slug(world.holder(kTrainer)), "role-missing");
  EXPECT_EQ(slug(world.trained("officer", "SWORN")), "role-missing");
}

TEST(Gate, I12_J_3_StaysShutWithSevenOfEightTopics) {
  World world;
  world.enrol("officer", "SWORN");
  const Actor officer = world.log_in("officer");
  for (std::size_t missing = 0; missing < all_topics().size(); ++missing) {
    auto topics = all_topics();
    topics.erase(topics.begin() + static_cast<std::ptrdiff_t>(missing));
    world.permit(decide(world.state(), world.holder(kTrainer),
                        CompleteTraining{"officer", "Short course", "1", world.now, topics},
                        world.moment()));
    // Eight incomplete courses do not make a complete one.
    EXPECT_EQ(slug_at_gate(world, officer), "not-trained");
  }
  EXPECT_EQ(world.user("officer").trainings.size(), 8U);  // I12-J-2: all of them are kept
}

TEST(Gate, I12_C3_a_CountsACompletionFromItsInstantOn) {
  UserRow user;
  user.trainings.push_back({Sequence{9}, "Course", "1", TimeUs{1000}, all_topics()});
  EXPECT_FALSE(training_in_force(user, TimeUs{999}, std::nullopt));
  EXPECT_EQ(training_in_force(user, TimeUs{1000}, std::nullopt), Sequence{9});
}

TEST(Gate, I12_K_1_NeedsAnOpenSessionOfTheSamePerson) {
  World world;
  const Actor officer = world.trained("officer", "SWORN");
  const Actor other = world.trained("other", "SWORN");
  Actor borrowed = officer;
  borrowed.session = other.session;
  EXPECT_EQ(slug_at_gate(world, borrowed), "session-not-open");
  world.permit(
      decide(world.state(), CloseSession{officer.session, SessionEnd::kLogout}, world.moment()));
  EXPECT_EQ(slug_at_gate(world, officer), "session-not-open");
  Actor nobody = other;
  nobody.username = "nobody";
  EXPECT_EQ(slug_at_gate(world, nobody), "account-not-active");
}

TEST(Gate, WritesTheEnrolledNameWhateverTheCallerSays) {
  World world;
  Actor officer = world.trained("officer", "SWORN");
  officer.name = "Somebody Else";
  officer.organisation = "Elsewhere";
  officer.training = Sequence{1};
  const Gate open = gate(world.state(), officer, world.moment(), Need::kAlpr);
  EXPECT_EQ(open.actor.name, "Name of officer");
  EXPECT_EQ(open.actor.organisation, kDepartment);
  EXPECT_EQ(open.actor.training, world.user("officer").trainings.front().training);
}

TEST(Gate, ShutIsARefusalOnTheRecord) {
  World world;
  world.enrol("officer", "SWORN");
  const Actor officer = world.log_in("officer");
  const auto stop = gate(world.state(), officer, world.moment(), Need::kAlpr).stop("query.perform");
  ASSERT_TRUE(stop);
  EXPECT_EQ(world.refused(*stop, "I12-C1-1"), "not-trained");
  const auto event = from_event<CommandRefused>(world.log.back());
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->action, "query.perform");
  EXPECT_EQ(event->by->username, "officer");
}

TEST(Roles, I12_L_2_CountFromTheirDateUntilTheirEnd) {
  World world;
  world.enrol("deputy", "SWORN");
  const Moment asked = world.moment();
  const TimeUs from{world.now.value + 10};
  const TimeUs until{world.now.value + 20};
  const Sequence request = world.permit(
      decide(world.state(), world.holder(kIt),
             RequestRoleGrant{"deputy", Role::kAdministrator, from, until, "leave"}, asked));
  world.permit(decide(world.state(), world.holder(kChief),
                      DecideRoleGrant{request, Verdict::kApprove, "yes"}, world.moment()));
  const auto holds_at = [&](std::int64_t us) {
    return holds_role(world.state(), "deputy", Role::kAdministrator,
                      Moment{TimeUs{us}, Sequence{0}, nullptr});
  };
  EXPECT_FALSE(holds_at(from.value - 1));
  EXPECT_TRUE(holds_at(from.value));
  EXPECT_TRUE(holds_at(until.value - 1));
  EXPECT_FALSE(holds_at(until.value));
}

TEST(Roles, OfADeactivatedAccountDoNotCount) {
  World world;
  world.enrol("deputy", "SWORN");
  world.grant("deputy", Role::kAdministrator);
  EXPECT_TRUE(holds_role(world.state(), "deputy", Role::kAdministrator, world.moment()));
  world.permit(decide(world.state(), world.holder(kChief), DeactivateUser{"deputy", "left"},
                      world.moment()));
  EXPECT_FALSE(holds_role(world.state(), "deputy", Role::kAdministrator, world.moment()));
}

TEST(Roles, OfNobodyAreNone) {
  const World world;
  constexpr std::array kAll{Role::kChiefDesignee, Role::kAdministrator, Role::kItUnit};
  EXPECT_FALSE(holds_any_role(world.state(), "nobody", kAll, world.moment()));
}

}  // namespace
}  // namespace alpr::policy
