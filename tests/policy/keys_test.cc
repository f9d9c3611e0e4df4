// Proves that the ledger's keys are handled by the IT unit, and changed only where a second person
// with the right role agrees. By commands against a log in memory.
#include "policy/rules/keys.h"

#include <gtest/gtest.h>

#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

class KeyRules : public ::testing::Test {
 protected:
  Decision handle(KeyAction action, std::string_view by, std::optional<std::string_view> approver,
                  std::string_view reason = "yearly change") {
    HandleKeys command{action, std::string(reason), std::nullopt};
    if (approver) command.approver = world.holder(*approver);
    return decide(world.state(), world.holder(by), command, world.moment());
  }
  World world;
};

constexpr std::array kChanges{KeyAction::kRotateLogKey, KeyAction::kRotateMasterKey,
                              KeyAction::kEnrolRecoveryKey, KeyAction::kEpochSecretToToken,
                              KeyAction::kEpochSecretToFile};

TEST_F(KeyRules, I12_L_1_AreChangedByTheItUnitWithASecondPerson) {
  for (const KeyAction action : kChanges) {
    for (const auto approver : {kChief, kAdmin}) {
      const Decision decision = handle(action, kIt, approver);
      ASSERT_EQ(decision.events.size(), 1U);
      EXPECT_FALSE(decision.refusal || decision.error);
      world.permit(decision);
    }
    EXPECT_EQ(world.refused(handle(action, kIt, std::nullopt), "I12-L-1"), "second-person-missing");
    EXPECT_EQ(world.refused(handle(action, kIt, kIt), "I12-L-1"), "second-person-missing");
    EXPECT_EQ(world.refused(handle(action, kIt, kTrainer), "I12-L-1"), "role-missing");
    for (const auto by : {kChief, kAdmin, kTrainer})
      EXPECT_EQ(world.refused(handle(action, by, kIt), "I12-L-1"), "role-missing");
    EXPECT_EQ(world.refused(handle(action, kIt, kChief, "\t"), "I12-F-0"), "reason-missing");
  }
}

TEST_F(KeyRules, I12_F_0_ABackupChangesNoKeyAndIsTheItUnitsAlone) {
  world.permit(handle(KeyAction::kBackUp, kIt, std::nullopt, "before the move"));
  EXPECT_EQ(world.refused(handle(KeyAction::kBackUp, kAdmin, std::nullopt), "I12-L-1"),
            "role-missing");
}

TEST_F(KeyRules, AnApproverWhoseSessionIsOverAgreesToNothing) {
  HandleKeys command{KeyAction::kRotateLogKey, "yearly change", world.holder(kChief)};
  command.approver->session = Sequence{999'999};
  EXPECT_EQ(
      world.refused(decide(world.state(), world.holder(kIt), command, world.moment()), "I12-K-1"),
      "session-not-open");
}

}  // namespace
}  // namespace alpr::policy
