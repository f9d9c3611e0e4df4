// Proves the rules of second factors, of withdrawn and rehashed passwords, and that their registers
// can be folded again. By commands against a log in memory; codes are given as matched, as the
// server gives them.
#include <gtest/gtest.h>

#include "policy/registers/people_view.h"
#include "policy/rules/access.h"
#include "policy/rules/people.h"
#include "policy/rules/second_factor.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

class Credentials : public ::testing::Test {
 protected:
  Credentials() {
    world.enrol("officer", "SWORN");
    officer = world.log_in("officer");
    for (std::size_t i = 0; i < kRecoveryCodes; ++i)
      recovery.push_back(digest_named("recovery " + std::to_string(i)));
  }
  OpenSession shown(std::optional<MatchedTotp> totp, std::optional<std::string> code = {}) {
    return {"officer", std::nullopt, hash_named("officer"), totp, std::move(code)};
  }
  Decision log_in(std::optional<MatchedTotp> totp, std::optional<std::string> code = {}) {
    return decide(world.state(), shown(totp, std::move(code)), world.moment());
  }
  // In force, with the code of step 100.
  Sequence enrol_factor() {
    const Sequence offer = world.permit(decide(
        world.state(), officer, OfferSecondFactor{shown(std::nullopt), "Ym94"}, world.moment()));
    world.permit(decide(world.state(), officer,
                        ConfirmSecondFactor{MatchedTotp{offer, 100}, recovery}, world.moment()));
    return offer;
  }
  World world;
  Actor officer;
  std::vector<CodeDigest> recovery;
};

TEST_F(Credentials, I12_K_1_AStepIsTakenOnceAndNoneBeforeIt) {
  const Sequence factor = enrol_factor();
  EXPECT_EQ(world.refused(log_in(MatchedTotp{factor, 100}), "I12-K-1"), "login-failed");
  world.permit(log_in(MatchedTotp{factor, 101}));
  EXPECT_EQ(world.refused(log_in(MatchedTotp{factor, 101}), "I12-K-1"), "login-failed");
  EXPECT_EQ(world.refused(log_in(MatchedTotp{factor, 99}), "I12-K-1"), "login-failed");
  EXPECT_EQ(world.refused(log_in(MatchedTotp{Sequence{factor.value + 1}, 102}), "I12-K-1"),
            "login-failed")
      << "a code of an offer that is not in force";
  EXPECT_EQ(world.refused(log_in(std::nullopt), "I12-K-1"), "login-failed");
}

TEST_F(Credentials, I12_K_1_ARecoveryCodeIsTakenOnce) {
  enrol_factor();
  world.permit(log_in(std::nullopt, code_named("recovery 7")));
  const auto opened = from_event<SessionOpened>(world.log.at(world.log.size() - 2));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->second_factor, SecondFactor::kRecoveryCode);
  EXPECT_EQ(opened->recovery_code, 7);
  EXPECT_EQ(world.refused(log_in(std::nullopt, code_named("recovery 7")), "I12-K-1"),
            "login-failed");
  EXPECT_EQ(world.refused(log_in(std::nullopt, code_named("recovery 10")), "I12-K-1"),
            "login-failed");
  EXPECT_EQ(view_of(world.user("officer"), *world.moment().policy, world.now).recovery_codes_left,
            9);
}

TEST_F(Credentials, AnOfferIsNoFactorUntilItIsConfirmed) {
  world.permit(decide(world.state(), officer, OfferSecondFactor{shown(std::nullopt), "Ym94"},
                      world.moment()));
  world.permit(log_in(std::nullopt));
  EXPECT_FALSE(view_of(world.user("officer"), *world.moment().policy, world.now).second_factor);
  EXPECT_EQ(world.refused(
                decide(world.state(), officer, ConfirmSecondFactor{{}, recovery}, world.moment()),
                "I12-K-1"),
            "login-failed");
}

TEST_F(Credentials, AnotherFactorUsesUpTheCodeThatItWasAskedForWith) {
  const Sequence factor = enrol_factor();
  const OfferSecondFactor offer{shown(MatchedTotp{factor, 105}), "Ym94"};
  world.permit(decide(world.state(), officer, offer, world.moment()));
  EXPECT_EQ(world.refused(decide(world.state(), officer, offer, world.moment()), "I12-K-1"),
            "login-failed");
  EXPECT_EQ(world.refused(log_in(MatchedTotp{factor, 105}), "I12-K-1"), "login-failed");
  world.permit(log_in(MatchedTotp{factor, 106}));
}

TEST_F(Credentials, I12_L_2_TheLastWhoCouldGrantRolesKeepTheirPassword) {
  const auto withdraw = [&](std::string_view by, std::string_view whom) {
    return decide(world.state(), world.holder(by), WithdrawPassword{std::string(whom), "reason"},
                  world.moment());
  };
  world.holder(kChief);
  EXPECT_EQ(world.refused(withdraw(kTrainer, "officer"), "I12-L-1"), "role-missing");
  EXPECT_EQ(world.refused(withdraw(kIt, kIt), "I12-K-1"), "own-account");
  world.permit(withdraw(kIt, kAdmin));
  EXPECT_EQ(world.refused(withdraw(kIt, kChief), "I12-L-2"), "last-holder");
  EXPECT_EQ(world.refused(withdraw(kChief, kIt), "I12-L-2"), "last-holder");
  EXPECT_EQ(view_of(world.user(kAdmin), *world.moment().policy, world.now).state,
            UserState::kNoPassword);
}

TEST_F(Credentials, AWithdrawalEndsCodesThatWereGivenOut) {
  world.permit(decide(world.state(), world.holder(kIt), RenewAccess{"officer"}, digest_named("a"),
                      world.moment()));
  world.permit(decide(world.state(), world.holder(kChief), ConfirmUser{"officer"},
                      digest_named("b"), world.moment()));
  world.permit(decide(world.state(), world.holder(kIt), WithdrawPassword{"officer", "stolen"},
                      world.moment()));
  EXPECT_TRUE(gate(world.state(), officer, world.moment(), Need::kAccount).refusal);
  EXPECT_EQ(
      world.refused(decide(world.state(), SetPassword{"officer", code_named("a"), code_named("b")},
                           hash_named("new"), world.moment()),
                    "I12-K-1"),
      "codes-rejected");
}

TEST_F(Credentials, ARehashChangesTheHashAndNothingElse) {
  world.permit(decide(world.state(), world.holder(kIt), RenewAccess{"officer"}, digest_named("a"),
                      world.moment()));
  UserRow before = world.user("officer");
  const std::string anew = "$pbkdf2-sha256$i=1000$c2FsdA==$aGFzaA==";
  EXPECT_TRUE(
      decide(world.state(), RehashPassword{"officer", hash_named("stale"), anew}, world.moment())
          .error);
  world.permit(decide(world.state(), RehashPassword{"officer", hash_named("officer"), anew},
                      world.moment()));
  before.password_hash = anew;
  EXPECT_EQ(to_json_text(before), to_json_text(world.user("officer")));
}

TEST_F(Credentials, I12_K_1_AStolenSessionIsNoPlaceToGuess) {
  const auto change = [&](std::optional<std::string> matched) {
    return decide(world.state(), officer, PasswordChange{std::move(matched), hash_named("new")},
                  world.moment());
  };
  for (int i = 0; i < 5; ++i) world.refused(change(std::nullopt), "I12-K-1");
  ASSERT_TRUE(world.user("officer").locked_until.has_value());
  EXPECT_EQ(world.refused(change(hash_named("officer")), "I12-K-1"), "login-failed")
      << "the sixth guess may be right and changes nothing";
  EXPECT_EQ(world.refused(decide(world.state(), officer,
                                 OfferSecondFactor{shown(std::nullopt), "Ym94"}, world.moment()),
                          "I12-K-1"),
            "login-failed");
  world.now = *world.user("officer").locked_until;
  world.permit(change(hash_named("officer")));
}

TEST_F(Credentials, RebuildEqualsLive) {
  const Sequence factor = enrol_factor();
  world.permit(log_in(MatchedTotp{factor, 101}));
  world.permit(log_in(std::nullopt, code_named("recovery 1")));
  const auto flags = list_session_flags(world.rows, 10);
  ASSERT_TRUE(flags.has_value());
  ASSERT_EQ(flags->size(), 2U);
  world.permit(decide(world.state(), world.holder(kChief),
                      ReviewSession{flags->front().flag, FlagFinding::kOwnUse, "asked"},
                      world.moment()));
  world.enrol("second", "PST");
  world.permit(
      decide(world.state(), world.holder(kIt), WithdrawPassword{"second", "lost"}, world.moment()));
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
  world.permit(decide(world.state(), world.holder(kIt), RemoveSecondFactor{"officer", "lost"},
                      world.moment()));
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
  EXPECT_EQ(list_session_flags(world.rows, 10)->size(), 1U);
}

}  // namespace
}  // namespace alpr::policy
