// Proves log-in, log-out, failures and locks: each is an event, and an answer does not tell which
// names exist. By attempts against a log in memory, with the clock moved to the edges.
#include "policy/rules/sessions.h"

#include <gtest/gtest.h>

#include "policy/rules/access.h"
#include "policy/rules/people.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;  // NOLINT: the fixture's names are this file's vocabulary

class Sessions : public ::testing::Test {
 protected:
  Sessions() { world.enrol("officer", "SWORN"); }
  Decision attempt(std::string_view username, std::optional<std::string> matched) {
    return decide(world.state(),
                  OpenSession{std::string(username), "203.0.113.9", std::move(matched)},
                  world.moment());
  }
  Decision right() { return attempt("officer", hash_named("officer")); }
  Decision wrong() { return attempt("officer", std::nullopt); }
  LoginFailed last_failure(std::size_t back = 1) {
    const auto event = from_event<LoginFailed>(world.log.at(world.log.size() - back));
    EXPECT_TRUE(event.has_value());
    return event.value_or(LoginFailed{});
  }
  World world;
};

TEST_F(Sessions, I12_K_1_HaveAStartAndAnEnd) {
  const Sequence session = world.permit(right());
  const auto actor = actor_of_session(world.rows, session);
  ASSERT_TRUE(actor.has_value());
  EXPECT_EQ(actor->name, "Name of officer");
  world.permit(decide(world.state(), CloseSession{session, SessionEnd::kIdle}, world.moment()));
  const auto closed = from_event<SessionClosed>(world.log.back());
  ASSERT_TRUE(closed.has_value());
  EXPECT_EQ(closed->session, session);
  EXPECT_EQ(closed->reason, SessionEnd::kIdle);
  EXPECT_EQ(actor_of_session(world.rows, session).error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(
      decide(world.state(), CloseSession{session, SessionEnd::kLogout}, world.moment()).error->code,
      ErrorCode::kNotFound);
}

TEST_F(Sessions, I12_C3_8_CountWhatElseIsOpen) {
  const Sequence first = world.permit(right());
  EXPECT_EQ(from_event<SessionOpened>(world.log.back())->concurrent, 0);
  const Sequence second = world.permit(right());
  EXPECT_EQ(from_event<SessionOpened>(world.log.at(second.value))->concurrent, 1);
  const auto flag = from_event<SessionFlagged>(world.log.back());
  ASSERT_TRUE(flag.has_value());
  EXPECT_EQ(flag->session, second);
  EXPECT_EQ(flag->others, std::vector<Sequence>{first});
  EXPECT_FALSE(flag->elsewhere);
  OpenSession from_afar{"officer", "198.51.100.7", hash_named("officer")};
  world.permit(decide(world.state(), from_afar, world.moment()));
  EXPECT_TRUE(from_event<SessionFlagged>(world.log.back())->elsewhere);
}

TEST_F(Sessions, AreBoundedPerPerson) {
  for (int i = 0; i < 8; ++i) world.permit(right());
  EXPECT_EQ(world.refused(right(), "I12-C3-8"), "too-many-sessions");
}

TEST_F(Sessions, I12_K_1_TheFifthWrongPasswordLocksForThirtyMinutes) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(world.refused(wrong(), "I12-K-1"), "login-failed");
    EXPECT_EQ(last_failure().reason, LoginFailure::kWrongPassword);
  }
  world.refused(wrong(), "I12-K-1");
  const auto locked = from_event<AccountLocked>(world.log.back());
  ASSERT_TRUE(locked.has_value());
  EXPECT_EQ(locked->until.value, world.now.value + 1800 * kSecondUs);
  EXPECT_EQ(locked->failures, 5);
  world.now = TimeUs{locked->until.value - 1};
  EXPECT_EQ(world.refused(right(), "I12-K-1"), "login-failed");  // even the right password
  EXPECT_EQ(last_failure().reason, LoginFailure::kLocked);
  world.now = locked->until;
  world.permit(right());
}

TEST_F(Sessions, ASuccessBetweenStartsTheCountAnew) {
  for (int i = 0; i < 4; ++i) world.refused(wrong(), "I12-K-1");
  world.permit(right());
  for (int i = 0; i < 4; ++i) world.refused(wrong(), "I12-K-1");
  EXPECT_FALSE(world.user("officer").locked_until);
}

TEST_F(Sessions, FailuresOlderThanFifteenMinutesDoNotCount) {
  for (int i = 0; i < 4; ++i) world.refused(wrong(), "I12-K-1");
  world.advance(15 * 60);
  for (int i = 0; i < 4; ++i) world.refused(wrong(), "I12-K-1");
  EXPECT_FALSE(world.user("officer").locked_until);
  world.advance(15 * 60 - 1);
  world.refused(wrong(), "I12-K-1");
  EXPECT_TRUE(world.user("officer").locked_until);
}

TEST_F(Sessions, AfterALockTheCountStartsAnew) {
  for (int i = 0; i < 5; ++i) world.refused(wrong(), "I12-K-1");
  world.advance(30 * 60);
  world.refused(wrong(), "I12-K-1");
  world.permit(right());
}

TEST_F(Sessions, AllFailuresReadAlikeAndUnknownNamesAreNotStored) {
  const Decision unknown = attempt("s3cret-typed-as-name", std::nullopt);
  const Decision bad_name = attempt("My Password!", std::nullopt);
  const Decision known = wrong();
  ASSERT_TRUE(unknown.refusal && bad_name.refusal && known.refusal);
  EXPECT_EQ(unknown.refusal->reason, known.refusal->reason);
  EXPECT_EQ(bad_name.refusal->reason, known.refusal->reason);
  EXPECT_EQ(unknown.refusal->slug, known.refusal->slug);
  world.apply(unknown);
  EXPECT_EQ(last_failure().reason, LoginFailure::kUnknownUser);
  EXPECT_FALSE(last_failure().username);
  world.apply(bad_name);
  EXPECT_EQ(world.log.back().json.find("Password!"), std::string::npos);
  world.apply(known);
  EXPECT_EQ(last_failure().username, "officer");
}

TEST_F(Sessions, NoPasswordOpensAnAccountThatIsNotActivatedOrEnded) {
  world.permit(decide(world.state(), world.holder(kIt),
                      EnrolUser{"newcomer", "New Comer", "PST", std::string(kDepartment)},
                      digest_named("a"), world.moment()));
  // The hash that is absent must not equal the password that matched none.
  world.refused(attempt("newcomer", std::nullopt), "I12-F-1");
  EXPECT_EQ(last_failure().reason, LoginFailure::kNotActivated);
  world.permit(decide(world.state(), world.holder(kChief), DeactivateUser{"officer", "left"},
                      world.moment()));
  world.refused(right(), "I12-F-1");
  EXPECT_EQ(last_failure().reason, LoginFailure::kDeactivated);
}

TEST_F(Sessions, APasswordThatChangedSinceItWasComparedIsWrong) {
  EXPECT_EQ(world.refused(attempt("officer", hash_named("before")), "I12-K-1"), "login-failed");
}

TEST_F(Sessions, AggregatedFailuresCountAndLock) {
  const auto failures = [&](std::optional<std::string> username, std::int64_t count) {
    return decide(world.state(), FailedLogins{std::move(username), count, std::nullopt},
                  world.moment());
  };
  world.refused(failures(std::nullopt, 1000), "I12-K-1");
  EXPECT_EQ(last_failure().count, 1000);
  world.refused(failures("officer", 4), "I12-K-1");
  EXPECT_FALSE(world.user("officer").locked_until);
  world.refused(failures("officer", 1), "I12-K-1");
  EXPECT_TRUE(world.user("officer").locked_until);
  EXPECT_TRUE(failures("officer", 0).error);
}

TEST_F(Sessions, ALongClientTextIsMalformed) {
  const Decision decision = decide(
      world.state(), OpenSession{"officer", std::string(201, 'x'), std::nullopt}, world.moment());
  ASSERT_TRUE(decision.error);
  EXPECT_EQ(decision.error->code, ErrorCode::kMalformed);
}

TEST_F(Sessions, OpenOnesAreListedForARestart) {
  const Sequence first = world.permit(right());
  const Sequence second = world.permit(right());
  world.permit(decide(world.state(), CloseSession{first, SessionEnd::kRestart}, world.moment()));
  const auto open = list_open_sessions(world.rows);
  ASSERT_TRUE(open.has_value());
  EXPECT_EQ(open->back().session, second);
  for (const SessionRow& row : *open) EXPECT_NE(row.session, first);
}

}  // namespace
}  // namespace alpr::policy
