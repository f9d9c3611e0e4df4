// Proves the second factor, recovery codes, withdrawn passwords, hashes that follow the setting,
// and sessions that are flagged. Real requests over TLS against a fresh department on a simulated
// clock; the codes are made by RFC 6238 from the secret that the server showed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api.h"
#include "api/second_factor.h"
#include "ledger/chain/encoding.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::int64_t kStepUs = kTotpStepSeconds * kSecondUs;

Bytes from_base32(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  Bytes bytes;
  std::uint32_t window = 0;
  unsigned bits = 0;
  for (const char c : text) {
    window = (window << 5U) | static_cast<std::uint32_t>(kAlphabet.find(c));
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(window >> bits));
  }
  return bytes;
}

TEST(Totp, CodesAreThoseOfRfc6238) {
  const auto secret = as_bytes("12345678901234567890");
  const std::pair<std::int64_t, const char*> vectors[] = {{59, "94287082"},
                                                          {1'111'111'109, "07081804"},
                                                          {1'111'111'111, "14050471"},
                                                          {1'234'567'890, "89005924"},
                                                          {2'000'000'000, "69279037"},
                                                          {20'000'000'000, "65353130"}};
  for (const auto& [seconds, code] : vectors) {
    EXPECT_EQ(totp_code(secret, seconds / 30, 8), code) << seconds;
    EXPECT_EQ(totp_code(secret, seconds / 30), std::string(code).substr(2)) << seconds;
  }
}

TEST(Totp, OneStepBeforeAndAfterIsTakenAndNoMore) {
  const auto secret = as_bytes("12345678901234567890");
  const TimeUs now{1'111'111'111 * kSecondUs};
  const std::int64_t step = 1'111'111'111 / 30;
  for (const std::int64_t off : {-1, 0, 1})
    EXPECT_EQ(totp_step_of(secret, totp_code(secret, step + off), now), step + off);
  for (const std::int64_t off : {-2, 2})
    EXPECT_EQ(totp_step_of(secret, totp_code(secret, step + off), now), std::nullopt);
  for (const char* code : {"", "12345", "1234567", "abcdef"})
    EXPECT_EQ(totp_step_of(secret, code, now), std::nullopt) << code;
}

class Credentials : public ::testing::Test {
 protected:
  std::string code(std::int64_t later_us = 0) {
    return totp_code(secret, (d.now().value + later_us) / kStepUs);
  }
  Reply log_in(const std::string& username, const std::optional<std::string>& with_code,
               std::string_view password = kPassword) {
    Json form = object({{"username", username}, {"password", std::string(password)}});
    if (with_code) form = with(form, "code", *with_code);
    return d.stranger().post("/v1/sessions", form);
  }
  // Enrols a second factor in a session; the recovery codes.
  std::vector<std::string> enrol_factor(Client& session) {
    const Reply offered =
        session.post("/v1/me/second-factor", object({{"current", std::string(kPassword)}}));
    EXPECT_EQ(offered.status, 201) << offered.body;
    secret = from_base32(offered.text("secret"));
    EXPECT_EQ(secret.size(), 20U);
    EXPECT_THAT(offered.text("uri"), HasSubstr("secret=" + offered.text("secret")));
    const Reply confirmed =
        session.post("/v1/me/second-factor/confirmation", object({{"code", code()}}));
    EXPECT_EQ(confirmed.status, 201) << confirmed.body;
    std::vector<std::string> codes;
    const Json* list = confirmed.json.member("recovery_codes");
    if (list && list->array())
      for (const Json& one : *list->array()) codes.push_back(*one.string());
    EXPECT_EQ(codes.size(), 10U);
    codes.resize(10);
    return codes;
  }
  std::string json_of(std::uint64_t seq) {
    const auto event = d.service().store().event(Sequence{seq});
    EXPECT_TRUE(event.has_value());
    return event ? event->json : "";
  }
  Department d;
  Bytes secret;
};

TEST_F(Credentials, I12_K_1_AnEnrolledSecondFactorIsAskedForAtEveryLogIn) {
  Client& person = d.as(kAdmin);
  const std::uint64_t before = d.size();
  enrol_factor(person);
  EXPECT_THAT(d.kinds_since(before),
              ElementsAre("second-factor.offered", "second-factor.confirmed"));
  d.advance(kStepUs);
  const std::uint64_t tried = d.size();
  const Reply without_code = log_in(kAdmin, std::nullopt);
  const Reply wrong_code = log_in(kAdmin, "000000");
  const Reply wrong_password = log_in(kAdmin, code(), "a wrong pass phrase");
  for (const Reply* reply : {&without_code, &wrong_code, &wrong_password})
    EXPECT_EQ(reply->status, 401) << reply->body;
  EXPECT_EQ(without_code.body, wrong_password.body)
      << "an answer must not tell whether the password was right";
  EXPECT_EQ(wrong_code.body, wrong_password.body);
  EXPECT_THAT(d.kinds_since(tried), ElementsAre("login.failed", "login.failed", "login.failed"));
  EXPECT_THAT(json_of(tried), HasSubstr("WRONG_SECOND_FACTOR"));
  EXPECT_EQ(log_in(kAdmin, code()).status, 201);
}

TEST_F(Credentials, ACodeIsTakenOnceAlsoTheOneItWasEnrolledWith) {
  enrol_factor(d.as(kAdmin));
  EXPECT_EQ(log_in(kAdmin, code()).status, 401) << "used to confirm the enrolment";
  d.advance(kStepUs);
  const std::string once = code();
  EXPECT_EQ(log_in(kAdmin, once).status, 201);
  EXPECT_EQ(log_in(kAdmin, once).status, 401);
  EXPECT_EQ(log_in(kAdmin, code(-kStepUs)).status, 401) << "nor is an older one";
  EXPECT_EQ(log_in(kAdmin, code(kStepUs)).status, 201) << "the window is one step wide";
  d.advance(kStepUs);
  EXPECT_EQ(log_in(kAdmin, code()).status, 401) << "it was used while it was yet to come";
}

TEST_F(Credentials, I12_K_1_MissingCodesLockLikeWrongPasswords) {
  enrol_factor(d.as(kAdmin));
  d.advance(kStepUs);
  const std::uint64_t before = d.size();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(log_in(kAdmin, std::nullopt).status, 401);
  EXPECT_THAT(d.kinds_since(before), Contains("account.locked"));
  EXPECT_EQ(log_in(kAdmin, code()).status, 401);
}

TEST_F(Credentials, ARecoveryCodeOpensOneSession) {
  const std::vector<std::string> codes = enrol_factor(d.as(kAdmin));
  EXPECT_EQ(log_in(kAdmin, codes[3]).status, 201);
  EXPECT_EQ(log_in(kAdmin, codes[3]).status, 401);
  EXPECT_EQ(log_in(kAdmin, codes[4]).status, 201);
  const Reply me = d.as(kAdmin).get("/v1/me");
  EXPECT_EQ(me.number("recovery_codes_left"), 8) << me.body;
}

TEST_F(Credentials, NoSecretStandsInAnyEventOrAnswer) {
  const std::vector<std::string> codes = enrol_factor(d.as(kAdmin));
  const std::string clear[] = {chain::hex(secret), chain::base64(secret), codes[0], code()};
  const std::string keys = d.service().store().vault().export_keys();
  for (const std::string& one : clear) {
    for (std::uint64_t seq = 0; seq < d.size(); ++seq)
      EXPECT_THAT(json_of(seq), Not(HasSubstr(one))) << d.kind(static_cast<std::int64_t>(seq));
    EXPECT_THAT(d.as(kIt).get("/v1/users").body, Not(HasSubstr(one)));
  }
  // Nor has an auditor the key of its box.
  EXPECT_THAT(keys, Not(HasSubstr(chain::hex(d.service().store().vault().register_key().bytes))));
}

TEST_F(Credentials, ItsEnrolmentNeedsThePasswordAndEndsOtherSessions) {
  Client& person = d.as(kAdmin);
  const std::uint64_t before = d.size();
  EXPECT_EQ(
      person.post("/v1/me/second-factor", object({{"current", "a wrong pass phrase"}})).status,
      403);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("login.failed"));
  EXPECT_EQ(person.post("/v1/me/second-factor/confirmation", object({{"code", "123456"}})).status,
            409)
      << "nothing was offered";
  const Reply other = d.log_in(kAdmin);
  Client second(d.url(), d.certificate());
  second.use_token(other.text("token"));
  enrol_factor(person);
  EXPECT_EQ(person.get("/v1/me").status, 200);
  EXPECT_EQ(second.get("/v1/me").status, 401);
}

TEST_F(Credentials, AnotherOneIsTakenWithACodeOfTheFirstAlone) {
  Client& person = d.as(kAdmin);
  enrol_factor(person);
  d.advance(kStepUs);
  const Json form = object({{"current", std::string(kPassword)}});
  EXPECT_EQ(person.post("/v1/me/second-factor", form).status, 403);
  const Bytes first = secret;
  const Reply offered = person.post("/v1/me/second-factor", with(form, "code", code()));
  ASSERT_EQ(offered.status, 201) << offered.body;
  secret = from_base32(offered.text("secret"));
  EXPECT_NE(secret, first);
  EXPECT_EQ(person
                .post("/v1/me/second-factor/confirmation",
                      object({{"code", totp_code(first, d.now().value / kStepUs)}}))
                .status,
            403)
      << "a code of the one before confirms nothing";
  EXPECT_EQ(person.post("/v1/me/second-factor/confirmation", object({{"code", code()}})).status,
            201);
}

TEST_F(Credentials, I12_K_1_ALostOneIsRemovedByAnotherPersonWithAReason) {
  enrol_factor(d.as(kAdmin));
  const std::string path = std::string("/v1/users/") + kAdmin + "/second-factor/removal";
  EXPECT_EQ(d.as(kTrainer).post(path, object({{"reason", "telephone lost"}})).status, 403);
  EXPECT_EQ(d.as(kAdmin).post(path, object({{"reason", "telephone lost"}})).status, 403)
      << "nobody removes their own";
  EXPECT_EQ(d.as(kIt).post(path, object({{"reason", " "}})).status, 403);
  const std::uint64_t before = d.size();
  EXPECT_EQ(d.as(kIt).post(path, object({{"reason", "telephone lost"}})).status, 201);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("second-factor.removed", "session.closed"));
  EXPECT_EQ(log_in(kAdmin, std::nullopt).status, 201);
}

TEST_F(Credentials, I12_F_1_WhereItIsRequiredNothingElseOpensWithoutIt) {
  d.use_settings([](ApiSettings& settings) { settings.second_factor_required = true; });
  Client& person = d.as(kIt);
  EXPECT_EQ(person.get("/v1/me").status, 200);
  const std::uint64_t before = d.size();
  const Reply refused = person.get("/v1/users");
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.has_rule("I12-F-1")) << refused.body;
  EXPECT_THAT(d.kinds_since(before), ElementsAre("command.refused"));
  enrol_factor(person);
  EXPECT_EQ(person.get("/v1/users").status, 200) << "shown in this session";
  d.advance(kStepUs);
  const Reply session = log_in(kIt, code());
  Client again(d.url(), d.certificate());
  again.use_token(session.text("token"));
  EXPECT_EQ(again.get("/v1/users").status, 200);
}

TEST_F(Credentials, I12_K_1_AWithdrawnPasswordEndsAtOnceAndTwoPersonsLeadToAnother) {
  d.officer("oreyes");
  const std::string path = "/v1/users/oreyes/password/withdrawal";
  Client& person = d.as("oreyes");
  EXPECT_EQ(person.post(path, object({{"reason", "I forgot it"}})).status, 403);
  EXPECT_EQ(
      d.as(kIt).post("/v1/users/ito/password/withdrawal", object({{"reason", "mine"}})).status, 403)
      << "nobody resets their own";
  const std::uint64_t before = d.size();
  EXPECT_EQ(d.as(kChief).post(path, object({{"reason", "seen on a note"}})).status, 201);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("password.withdrawn", "session.closed"));
  EXPECT_EQ(person.get("/v1/me").status, 401);
  EXPECT_EQ(d.log_in("oreyes").status, 401);
  const std::string a = d.as(kIt).post("/v1/users/oreyes/renewal", object({})).text("code");
  EXPECT_EQ(d.as(kIt).post("/v1/users/oreyes/confirmation", object({})).status, 403);
  const std::string b =
      d.as(kTrainer).post("/v1/users/oreyes/confirmation", object({})).text("code");
  const auto take = [&](Json::Array codes) {
    return d.stranger().post("/v1/activations", object({{"username", "oreyes"},
                                                        {"codes", std::move(codes)},
                                                        {"password", "another long phrase"}}));
  };
  EXPECT_EQ(take({a}).status, 403);
  EXPECT_EQ(take({a, b}).status, 201);
  EXPECT_EQ(d.log_in("oreyes", "another long phrase").status, 201);
}

TEST_F(Credentials, ALogInHashesThePasswordAnewAsTheSettingSays) {
  d.use_settings(
      [](ApiSettings& settings) { settings.passwords.hash = PasswordHash::kPbkdf2Sha256; });
  const std::uint64_t before = d.size();
  EXPECT_EQ(d.log_in(kAdmin).status, 201);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("session.opened", "password.set"));
  EXPECT_THAT(json_of(before + 1), HasSubstr("\"cause\":\"REHASH\""));
  EXPECT_THAT(json_of(before + 1), HasSubstr("\"pbkdf2_sha256\":\"$pbkdf2-sha256$"));
  EXPECT_THAT(json_of(before + 1), Not(HasSubstr("argon2id")));
  const std::uint64_t after = d.size();
  EXPECT_EQ(d.log_in(kAdmin).status, 201);
  EXPECT_THAT(d.kinds_since(after), Not(Contains("password.set"))) << "once is enough";
  d.use_settings({});
  EXPECT_EQ(d.log_in(kAdmin).status, 201) << "and back";
}

TEST_F(Credentials, ABannedPasswordIsRefusedOverTheApi) {
  d.use_settings([](ApiSettings& settings) {
    settings.passwords.banned = std::make_shared<const BannedPasswords>("oakland police 1852\n");
  });
  const Reply reply = d.as(kIt).post(
      "/v1/me/password",
      object({{"current", std::string(kPassword)}, {"password", "Oakland Police 1852"}}));
  EXPECT_EQ(reply.status, 400) << reply.body;
}

TEST_F(Credentials, I12_C3_8_ASecondConcurrentSessionIsFlaggedAndReviewed) {
  d.officer("oreyes");
  d.as("oreyes");
  const std::uint64_t before = d.size();
  EXPECT_EQ(d.log_in("oreyes").status, 201);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("session.opened", "session.flagged"));
  const std::string path = "/v1/session-flags/" + std::to_string(before + 1) + "/review";
  const Json review = object({{"finding", "OWN_USE"}, {"note", "car and desk, asked the officer"}});
  EXPECT_EQ(d.as("oreyes").get("/v1/session-flags").status, 403);
  EXPECT_EQ(d.as(kIt).post(path, review).status, 403);
  EXPECT_THAT(d.as(kChief).get("/v1/session-flags").body,
              HasSubstr("\"flag\":" + std::to_string(before + 1)));
  EXPECT_EQ(d.as(kChief).post(path, with(review, "note", Json(" "))).status, 403);
  EXPECT_EQ(d.as(kChief).post(path, review).status, 201);
  EXPECT_EQ(d.as(kChief).post(path, review).status, 404) << "reviewed once";
  EXPECT_EQ(d.as(kChief).get("/v1/session-flags").body, "{\"flags\":[]}");
}

TEST_F(Credentials, I12_C3_8_ALoginUsedFromTwoPlacesAtOnceEndsAndIsFlagged) {
  d.officer("oreyes");
  Client desk(d.url(), d.certificate()), elsewhere(d.url(), d.certificate());
  desk.use_token(d.as("oreyes").token());
  elsewhere.use_token(desk.token());
  elsewhere.come_from("127.0.0.2");
  std::uint64_t before = d.size();
  EXPECT_EQ(elsewhere.get("/v1/me").status, 200) << "a terminal may change its network";
  EXPECT_THAT(d.kinds_since(before), ElementsAre("session.moved"));
  before = d.size();
  EXPECT_EQ(elsewhere.get("/v1/me").status, 200);
  EXPECT_THAT(d.kinds_since(before), IsEmpty()) << "it is there already";
  const Reply back = desk.get("/v1/me");
  EXPECT_EQ(back.status, 401);
  EXPECT_THAT(back.body, HasSubstr("two places"));
  EXPECT_THAT(d.kinds_since(before),
              ElementsAre("session.moved", "session.flagged", "session.closed"));
  EXPECT_EQ(elsewhere.get("/v1/me").status, 401) << "ended for both";
  EXPECT_THAT(d.as(kChief).get("/v1/session-flags").body, HasSubstr("\"elsewhere\":true"));
}

TEST_F(Credentials, I12_C3_8_ATerminalThatComesBackLaterIsOnlyRecorded) {
  d.officer("oreyes");
  Client desk(d.url(), d.certificate()), car(d.url(), d.certificate());
  desk.use_token(d.as("oreyes").token());
  car.use_token(desk.token());
  car.come_from("127.0.0.2");
  EXPECT_EQ(car.get("/v1/me").status, 200);
  d.advance(policy::kTwoPlacesUs);
  const std::uint64_t before = d.size();
  EXPECT_EQ(desk.get("/v1/me").status, 200);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("session.moved"));
}

}  // namespace
}  // namespace alpr::api::testing
