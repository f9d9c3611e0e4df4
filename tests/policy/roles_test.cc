// Proves that a role takes three persons: one who asks, one who approves, one who gets it, and that
// it ends. By commands of every kind of actor against a log in memory.
#include "policy/rules/roles.h"

#include <gtest/gtest.h>

#include "policy/rules/access.h"
#include "policy/rules/people.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

class Grants : public ::testing::Test {
 protected:
  Grants() { world.enrol("deputy", "SWORN"); }
  RequestRoleGrant command(std::string_view whom = "deputy") {
    return {std::string(whom), Role::kAdministrator, world.now, std::nullopt, "covers a leave"};
  }
  Decision ask(std::string_view by, const RequestRoleGrant& request) {
    return decide(world.state(), world.holder(by), request, world.moment());
  }
  Decision answer(std::string_view by, Sequence request, Verdict verdict = Verdict::kApprove,
                  std::string_view reason = "agreed") {
    return decide(world.state(), world.holder(by),
                  DecideRoleGrant{request, verdict, std::string(reason)}, world.moment());
  }
  ErrorCode not_judged(const Decision& decision) {
    EXPECT_TRUE(decision.error.has_value());
    EXPECT_TRUE(decision.events.empty());
    return decision.error ? decision.error->code : ErrorCode::kIo;
  }
  World world;
};

TEST_F(Grants, AskedByOneApprovedByAnotherAreInForce) {
  for (const auto asks : {kIt, kChief, kAdmin}) {
    const Sequence request = world.permit(ask(asks, command()));
    EXPECT_FALSE(holds_role(world.state(), "deputy", Role::kAdministrator, world.moment()));
    const Sequence grant = world.permit(answer(asks == kChief ? kAdmin : kChief, request));
    EXPECT_TRUE(holds_role(world.state(), "deputy", Role::kAdministrator, world.moment()));
    world.permit(decide(world.state(), world.holder(kChief), EndRole{"deputy", grant, "over"},
                        world.moment()));
    EXPECT_FALSE(holds_role(world.state(), "deputy", Role::kAdministrator, world.moment()));
  }
}

TEST_F(Grants, I12_L_1_AreAskedForByHoldersOnly) {
  EXPECT_EQ(world.refused(ask(kTrainer, command()), "I12-L-1"), "role-missing");
  EXPECT_EQ(world.refused(decide(world.state(), world.log_in("deputy"), command(), world.moment()),
                          "I12-L-1"),
            "role-missing");
}

TEST_F(Grants, AreNotForOneself) {
  EXPECT_EQ(world.refused(ask(kIt, command(kIt)), "I12-L-2"), "own-role");
  EXPECT_EQ(world.refused(ask(kChief, command(kChief)), "I12-L-2"), "own-role");
  const Sequence request = world.permit(ask(kIt, command(kChief)));
  EXPECT_EQ(world.refused(answer(kChief, request), "I12-L-2"), "own-role");
  world.permit(answer(kAdmin, request));
}

TEST_F(Grants, AreNotApprovedByTheRequester) {
  const Sequence request = world.permit(ask(kChief, command()));
  EXPECT_EQ(world.refused(answer(kChief, request), "I12-L-2"), "own-request");
  EXPECT_EQ(world.refused(answer(kChief, request, Verdict::kDeny), "I12-L-2"), "own-request");
}

TEST_F(Grants, I12_L_2_AreApprovedByAHolderInForceAtThatMoment) {
  const Sequence request = world.permit(ask(kChief, command()));
  EXPECT_EQ(world.refused(answer(kIt, request), "I12-L-2"), "role-missing");
  EXPECT_EQ(world.refused(answer(kTrainer, request), "I12-L-2"), "role-missing");
  // An expired approver: a deputy whose term is over.
  world.enrol("acting", "SWORN");
  RequestRoleGrant term = command("acting");
  term.until = TimeUs{world.now.value + kSecondUs};
  world.permit(answer(kChief, world.permit(ask(kIt, term))));
  world.advance(1);
  EXPECT_EQ(
      world.refused(decide(world.state(), world.log_in("acting"),
                           DecideRoleGrant{request, Verdict::kApprove, "yes"}, world.moment()),
                    "I12-L-2"),
      "role-missing");
}

TEST_F(Grants, AreDecidedOnce) {
  const Sequence request = world.permit(ask(kIt, command()));
  world.permit(answer(kChief, request, Verdict::kDeny, "not needed"));
  EXPECT_EQ(not_judged(answer(kAdmin, request)), ErrorCode::kConflict);
  EXPECT_FALSE(holds_role(world.state(), "deputy", Role::kAdministrator, world.moment()));
  EXPECT_EQ(not_judged(answer(kAdmin, Sequence{1'000'000})), ErrorCode::kNotFound);
  const auto all = list_grant_requests(world.rows);
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front().state, GrantRequestState::kDenied);
}

TEST_F(Grants, NeedReasonsOnBothSides) {
  RequestRoleGrant blank_request = command();
  blank_request.justification = "\u00a0";
  EXPECT_EQ(world.refused(ask(kIt, blank_request), "I12-L-2"), "justification-missing");
  const Sequence request = world.permit(ask(kIt, command()));
  EXPECT_EQ(world.refused(answer(kChief, request, Verdict::kDeny, " "), "I12-L-2"),
            "reason-missing");
}

TEST_F(Grants, HaveTermsThatMakeSense) {
  RequestRoleGrant backwards = command();
  backwards.until = TimeUs{world.now.value - 1};
  EXPECT_EQ(not_judged(ask(kIt, backwards)), ErrorCode::kMalformed);
  RequestRoleGrant empty = command();
  empty.from = TimeUs{world.now.value + 5};
  empty.until = empty.from;
  EXPECT_EQ(not_judged(ask(kIt, empty)), ErrorCode::kMalformed);
  RequestRoleGrant shorter = command();
  shorter.until = TimeUs{world.now.value + kSecondUs};
  const Sequence request = world.permit(ask(kIt, shorter));
  world.advance(1);
  EXPECT_EQ(world.refused(answer(kChief, request), "I12-L-2"), "term-over");
}

TEST_F(Grants, AreNotForAuditorsNorForTheDeactivated) {
  world.enrol("auditor", "AUDITOR");
  EXPECT_EQ(world.refused(ask(kIt, command("auditor")), "I12-C1-2"), "class-not-eligible");
  const Sequence request = world.permit(ask(kIt, command()));
  world.permit(decide(world.state(), world.holder(kChief), DeactivateUser{"deputy", "left"},
                      world.moment()));
  EXPECT_EQ(world.refused(answer(kChief, request), "I12-K-1"), "account-not-active");
  EXPECT_EQ(not_judged(ask(kIt, command())), ErrorCode::kNotFound);
}

TEST_F(Grants, I12_C1_2_PacAuditorIsForAuditorsAlone) {
  world.enrol("auditor", "AUDITOR");
  auto wanted = command("auditor");
  wanted.role = Role::kPacAuditor;
  world.permit(answer(kChief, world.permit(ask(kIt, wanted))));
  EXPECT_TRUE(holds_role(world.state(), "auditor", Role::kPacAuditor, world.moment()));
  wanted.username = "deputy";
  EXPECT_EQ(world.refused(ask(kIt, wanted), "I12-C1-2"), "class-not-eligible");
}

TEST_F(Grants, EndByTheHolderOrByThoseWhoMayAsk) {
  const Sequence grant = world.grant("deputy", Role::kCoordinator);
  const auto end = [&](const Actor& by) {
    return decide(world.state(), by, EndRole{"deputy", grant, "over"}, world.moment());
  };
  EXPECT_EQ(world.refused(end(world.holder(kTrainer)), "I12-L-1"), "role-missing");
  world.permit(end(world.log_in("deputy")));
  EXPECT_EQ(not_judged(end(world.holder(kIt))), ErrorCode::kConflict);
}

TEST_F(Grants, I12_L_2_TheLastGranterCannotEndTheirRole) {
  const auto own_grant = [&](std::string_view who) { return world.user(who).grants.front().grant; };
  const auto end = [&](std::string_view who) {
    return decide(world.state(), world.holder(who),
                  EndRole{std::string(who), own_grant(who), "tired"}, world.moment());
  };
  world.permit(end(kAdmin));
  EXPECT_EQ(world.refused(end(kChief), "I12-L-2"), "last-holder");
  EXPECT_EQ(world.refused(end(kIt), "I12-L-2"), "last-holder");
}

}  // namespace
}  // namespace alpr::policy
