// Proves who gets in and for how long: log-in, log-out, the idle lock, the lock-out, one-use codes.
// Real requests over TLS against a fresh department on a simulated clock; what is on the record is
// read from its log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;

TEST(Sessions, LogInAndLogOutAreOnTheRecordAndEndTheToken) {
  Department d;
  const std::uint64_t before = d.size();
  Client& person = d.as(kIt);
  const Reply me = person.get("/v1/me");
  EXPECT_EQ(me.status, 200) << me.body;
  EXPECT_EQ(me.text("username"), kIt);
  EXPECT_EQ(me.body.find("argon2"), std::string::npos);
  EXPECT_EQ(me.header("cache-control"), "no-store");
  EXPECT_EQ(person.send("DELETE", "/v1/sessions/current", {}, "").status, 201);
  const Reply after = person.get("/v1/me");
  EXPECT_EQ(after.status, 401);
  EXPECT_TRUE(after.is_problem()) << after.body;
  EXPECT_THAT(after.header("www-authenticate"), ::testing::StartsWith("Bearer"));
  EXPECT_THAT(d.kinds_since(before), ElementsAre("session.opened", "session.closed"));
}

TEST(Sessions, IdleForThirtyMinutesLocksAndIsOnTheRecord) {
  Department d;
  Client& person = d.as(kIt);
  d.advance(30 * kMinuteUs - 1);
  EXPECT_EQ(person.get("/v1/me").status, 200);
  d.advance(30 * kMinuteUs - 1);
  EXPECT_EQ(person.get("/v1/me").status, 200) << "use counts from the last request";
  d.advance(30 * kMinuteUs);
  EXPECT_EQ(person.get("/v1/me").status, 401);
  const std::uint64_t before = d.size();
  d.tick();
  EXPECT_THAT(d.kinds_since(before), ::testing::Contains("session.closed"));
  EXPECT_EQ(person.get("/v1/me").status, 401);
}

TEST(Sessions, FiveWrongPasswordsLockTheAccountForThirtyMinutes) {
  Department d;
  const std::uint64_t before = d.size();
  std::string answer;
  for (int i = 0; i < 5; ++i) {
    const Reply wrong = d.log_in(kAdmin, "not the pass phrase");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_TRUE(wrong.is_problem()) << wrong.body;
    answer = wrong.body;
  }
  EXPECT_THAT(d.kinds_since(before), ElementsAre("login.failed", "login.failed", "login.failed",
                                                 "login.failed", "login.failed", "account.locked"));
  const Reply locked = d.log_in(kAdmin);
  EXPECT_EQ(locked.status, 401) << "the right password does not open a locked account";
  EXPECT_EQ(locked.body, answer) << "an answer must not tell that an account is locked";
  EXPECT_EQ(d.log_in("nobody", "not the pass phrase").body, answer)
      << "an answer must not tell which names exist";
  d.advance(30 * kMinuteUs);
  EXPECT_EQ(d.log_in(kAdmin).status, 201);
}

TEST(Sessions, AFloodOfUnknownNamesIsPutTogetherAndBuysNobodyMoreGuesses) {
  Department d;
  const std::uint64_t before = d.size();
  for (int i = 0; i < 14; ++i)
    EXPECT_EQ(d.log_in("nobody" + std::to_string(i), "a guess at something").status, 401);
  EXPECT_EQ(d.size() - before, 10U) << "beyond ten a minute they become one event";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(d.log_in(kAdmin, "a guess at something").status, 401);
  EXPECT_EQ(d.log_in(kAdmin).status, 401) << "five guesses lock the account all the same";
  const std::uint64_t flooded = d.size();
  d.advance(kMinuteUs);
  d.tick();
  EXPECT_THAT(d.kinds_since(flooded), ::testing::Contains("login.failed"));
}

TEST(Sessions, AnActivationCodeWorksOnceAndNeedsBothHalves) {
  Department d;
  const Json person = object({{"username", "newone"},
                              {"name", "New One"},
                              {"user_class", "SWORN"},
                              {"organisation", std::string(kDepartment)}});
  const std::string half_a = d.as(kIt).post("/v1/users", person).text("code");
  const auto take = [&](Json::Array codes) {
    return d.stranger().post("/v1/activations", object({{"username", "newone"},
                                                        {"codes", std::move(codes)},
                                                        {"password", std::string(kPassword)}}));
  };
  EXPECT_EQ(take({half_a}).status, 403) << "nobody makes an account alone";
  EXPECT_EQ(d.as(kIt).post("/v1/users/newone/confirmation", object({})).status, 403)
      << "the enroller does not confirm";
  const std::string half_b =
      d.as(kTrainer).post("/v1/users/newone/confirmation", object({})).text("code");
  EXPECT_EQ(take({half_a, half_a}).status, 403);
  EXPECT_EQ(take({half_a, half_b}).status, 201);
  EXPECT_EQ(take({half_a, half_b}).status, 403) << "a code works once";
  EXPECT_EQ(d.log_in("newone").status, 201);
}

TEST(Sessions, ARestartEndsAllSessions) {
  Department d;
  const std::string token = d.as(kIt).token();
  const std::uint64_t before = d.size();
  d.restart();
  Client old(d.url(), d.certificate());
  old.use_token(token);
  EXPECT_EQ(old.get("/v1/me").status, 401);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("session.closed"));
}

TEST(Sessions, WeakPasswordsAreRefusedBeforeAnythingIsRecorded) {
  Department d;
  Client& person = d.as(kIt);
  const std::uint64_t before = d.size();
  for (const std::string& weak :
       {std::string("short"), std::string(129, 'x'), std::string("my name is ito, really")}) {
    const Reply reply = person.post(
        "/v1/me/password", object({{"current", std::string(kPassword)}, {"password", weak}}));
    EXPECT_EQ(reply.status, 400) << weak;
  }
  EXPECT_EQ(d.size(), before);
}

}  // namespace
}  // namespace alpr::api::testing
