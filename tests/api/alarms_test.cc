// Proves that alarms reach webhooks and mail servers, each once, past a receiver that is down and a
// restart, and that nothing of a payload goes out. A department's server; receivers of the test's
// own on loopback, which keep every byte they are sent; time is simulated.
#include "api/alarms/alarms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "api/alarms/conditions.h"
#include "api/api.h"
#include "api/cosigners.h"
#include "api/http_server/http_server.h"
#include "api/tls_certificate.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/verify/witness/witness.h"
#include "tests/api/department.h"
#include "tests/api/mail_server.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Became = AlarmReceiver::Became;
using Tls = TestMailServer::Tls;

constexpr std::string_view kSecret = "a secret of enough bytes";

// An HTTPS server that keeps what it is sent.
class Hook {
 public:
  explicit Hook(const Department& d)
      : server_(
            settings(d),
            [](const Request&) -> std::variant<std::size_t, Response> {
              return std::size_t{1} << 20;
            },
            [this](const Request& request) {
              const std::lock_guard lock(mutex_);
              requests_.push_back(request);
              return Response{status_, "text/plain", "", {}};
            },
            [](int status, std::string_view) {
              return Response{status, "text/plain", "", {}};
            }) {}
  std::string url() const { return "https://127.0.0.1:" + std::to_string(server_.port()) + "/in"; }
  void answer(int status) { status_ = status; }
  std::vector<Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  static HttpSettings settings(const Department& d) {
    HttpSettings settings;
    settings.certificate = d.certificate();
    settings.private_key = d.folder() / "key.pem";
    settings.workers = 1;
    return settings;
  }
  std::mutex mutex_;
  std::vector<Request> requests_;
  std::atomic<int> status_ = 204;
  HttpServer server_;  // last: its handler uses the rest
};

class AlarmsTest : public ::testing::Test {
 protected:
  AlarmsTest() : hook(d) {
    write_secret("hook.secret", std::string(kSecret) + "\n");
    write_secret("mail.secret", "mail pass\n");
  }
  void write_secret(const std::string& name, const std::string& text) {
    const auto path = d.folder() / name;
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  WebhookSettings webhook() const {
    return {"hook", hook.url(), (d.folder() / "hook.secret").string(), d.certificate().string()};
  }
  MailSettings mail(const std::string& server) const {
    return {"mail",
            server,
            "alpr@police.test",
            {"coordinator@police.test", "it@police.test"},
            "alpr",
            (d.folder() / "mail.secret").string(),
            d.certificate().string()};
  }
  std::unique_ptr<Alarms> open(const AlarmSettings& settings) {
    auto good = checked(settings, d.folder());
    EXPECT_TRUE(good.has_value()) << (good ? "" : good.error().detail);
    auto opened = Alarms::open(d.service(), *good, d.folder() / "alarms");
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().detail);
    return std::move(*opened);
  }
  std::unique_ptr<Alarms> open_hook() {
    return open({"https://alpr.test:8443/", std::vector{webhook()}, std::nullopt});
  }
  void lock_an_account(const std::string& username) {
    for (int i = 0; i < 5; ++i) d.log_in(username, "a wrong pass phrase 1");
  }
  static std::vector<std::string> alarms_in(const Request& request) {
    std::vector<std::string> alarms;
    const auto body = chain::parse_canonical(request.body);
    if (const Json* list = body ? body->member("alarms") : nullptr)
      for (const Json& alarm : *list->array())
        alarms.push_back(*alarm.member("alarm")->string() + " x" +
                         std::to_string(*alarm.member("count")->integer()));
    return alarms;
  }
  Department d;
  Hook hook;
};

TEST_F(AlarmsTest, AWebhookIsSignedAndSaysWhatToDo) {
  d.enrol("oreyes", "Olga Reyes");
  lock_an_account("oreyes");  // before anybody was to be told
  auto alarms = open_hook();
  AlarmReceiver& receiver = *alarms->receivers().at(0);
  EXPECT_EQ(receiver.step().became, Became::kNothing);
  EXPECT_THAT(hook.requests(), SizeIs(0)) << "what is older than the receiver is not for it";
  const std::uint64_t before = d.size();
  lock_an_account(kAdmin);
  const AlarmReceiver::Step step = receiver.step();
  EXPECT_EQ(step.became, Became::kDelivered) << step.what;
  const auto requests = hook.requests();
  ASSERT_THAT(requests, SizeIs(1));
  const Request& request = requests.front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.header("content-type"), "application/json");
  const std::string time = std::to_string(d.now().value / kSecondUs);
  EXPECT_EQ(request.header("plateledger-time"), time);
  EXPECT_EQ(request.header("plateledger-signature"),
            "hmac-sha256=" +
                chain::hex(chain::hmac_sha256(
                    as_bytes(kSecret), {as_bytes(time), as_bytes("."), as_bytes(request.body)})));
  const auto body = chain::parse_canonical(request.body);
  ASSERT_TRUE(body.has_value()) << request.body;
  EXPECT_EQ(*body->member("log")->string(), kOrigin);
  const Json& alarm = body->member("alarms")->array()->front();
  const std::int64_t seq = *alarm.member("first")->integer();
  EXPECT_GE(seq, static_cast<std::int64_t>(before));
  EXPECT_EQ(d.kind(seq), "account.locked");
  EXPECT_EQ(*alarm.member("alarm")->string(), "ACCOUNT_LOCKED");
  EXPECT_EQ(*alarm.member("since")->integer(), d.now().value);
  EXPECT_EQ(*alarm.member("link")->string(),
            "https://alpr.test:8443/v1/events/" + std::to_string(seq) + "/receipt");
  EXPECT_THAT(*alarm.member("what_to_do")->string(), HasSubstr("ask its holder"));
  EXPECT_EQ(receiver.step().became, Became::kNothing);
  EXPECT_THAT(hook.requests(), SizeIs(1)) << "once";
}

TEST_F(AlarmsTest, WhatComesTogetherIsOneLineAndOneMessage) {
  auto alarms = open_hook();
  AlarmReceiver& receiver = *alarms->receivers().at(0);
  receiver.step();
  d.enrol("oreyes", "Olga Reyes");
  d.train(kAdmin);
  lock_an_account("oreyes");
  lock_an_account(kTrainer);
  EXPECT_EQ(d.load_list(kAdmin, "REPO", csv_list({"7ABC123,REPOSSESSION"})).status, 403);
  ASSERT_EQ(receiver.step().became, Became::kDelivered);
  EXPECT_THAT(alarms_in(hook.requests().at(0)),
              ElementsAre("ACCOUNT_LOCKED x2", "IMPORT_REFUSED x1"));
  EXPECT_EQ(d.load_list(kAdmin, "REPO", csv_list({"7ABC123,REPOSSESSION"})).status, 403);
  EXPECT_EQ(receiver.step().became, Became::kNothing) << "a message was just sent";
  EXPECT_EQ(d.load_list(kAdmin, "REPO", csv_list({"7ABC123,REPOSSESSION"})).status, 403);
  d.advance(kQuietUs);
  ASSERT_EQ(receiver.step().became, Became::kDelivered);
  EXPECT_THAT(alarms_in(hook.requests().at(1)), ElementsAre("IMPORT_REFUSED x2"));
}

TEST_F(AlarmsTest, AReceiverThatIsDownIsTriedAgainShowsAndLosesNothing) {
  std::unique_ptr<Alarms> alarms;
  // The department's server is told by a function, so that it may outlive this and the other way.
  d.use_settings([&](ApiSettings& settings) {
    settings.unreached_receivers = [&] { return alarms ? alarms->unreached() : 0; };
  });
  alarms = open_hook();
  AlarmReceiver* receiver = alarms->receivers().at(0).get();
  receiver->step();
  hook.answer(500);
  lock_an_account(kTrainer);
  AlarmReceiver::Step step = receiver->step();
  EXPECT_EQ(step.became, Became::kFailed);
  EXPECT_EQ(step.what, "alarms do not reach hook: it answers 500");
  EXPECT_EQ(receiver->step().became, Became::kNothing) << "it waits two seconds";
  EXPECT_THAT(hook.requests(), SizeIs(1));
  d.advance(2 * kSecondUs);
  EXPECT_EQ(receiver->step().what, "") << "said already";
  EXPECT_THAT(hook.requests(), SizeIs(2));
  EXPECT_EQ(d.stranger().get("/healthz").status, 200) << "not for an hour";
  d.advance(kHourUs);
  EXPECT_EQ(receiver->step().became, Became::kFailed);
  const Reply health = d.stranger().get("/healthz");
  EXPECT_EQ(health.status, 503);
  EXPECT_EQ(health.number("unreached_receivers"), 1);

  alarms.reset();
  d.restart();
  hook.answer(200);
  alarms = open_hook();
  receiver = alarms->receivers().at(0).get();
  EXPECT_EQ(receiver->step().became, Became::kDelivered) << "found again in the ledger";
  EXPECT_EQ(alarms_in(hook.requests().back()).at(0), "ACCOUNT_LOCKED x1");
  EXPECT_EQ(d.stranger().get("/healthz").status, 200);
  const std::size_t told = hook.requests().size();
  alarms.reset();
  d.restart();
  alarms = open_hook();
  EXPECT_EQ(alarms->receivers().at(0)->step().became, Became::kNothing);
  EXPECT_THAT(hook.requests(), SizeIs(told)) << "not told again";
  alarms.reset();
}

TEST_F(AlarmsTest, MailGoesUnderTlsAloneWithItsLogin) {
  ASSERT_TRUE(make_certificate(d.folder() / "mail.pem", d.folder() / "mail.key",
                               {"127.0.0.1", "127.0.0.2"}));
  const auto settings = [&](const TestMailServer& server) {
    MailSettings one = mail(server.url());
    one.certificate = (d.folder() / "mail.pem").string();
    return AlarmSettings{std::nullopt, std::nullopt, std::vector{one}};
  };
  // 127.0.0.2 is this machine as well, but none of the names by which plain text is allowed.
  for (const auto& [tls, address] :
       {std::pair{Tls::kFromTheFirstByte, "127.0.0.1"}, std::pair{Tls::kStartTls, "127.0.0.2"}}) {
    TestMailServer server(tls, address, d.folder() / "mail.pem", d.folder() / "mail.key");
    std::filesystem::remove_all(d.folder() / "alarms");
    auto alarms = open(settings(server));
    AlarmReceiver& receiver = *alarms->receivers().at(0);
    receiver.step();
    lock_an_account(kTrainer);
    const AlarmReceiver::Step step = receiver.step();
    ASSERT_EQ(step.became, Became::kDelivered) << step.what;
    const auto taken = server.taken();
    ASSERT_THAT(taken, SizeIs(1));
    EXPECT_TRUE(taken[0].encrypted);
    EXPECT_EQ(taken[0].login, "|alpr|mail pass");
    EXPECT_THAT(taken[0].from, HasSubstr("<alpr@police.test>"));
    EXPECT_THAT(taken[0].to, ElementsAre("<coordinator@police.test>", "<it@police.test>"));
    EXPECT_THAT(taken[0].text, HasSubstr("Subject: Plateledger alarm: ACCOUNT_LOCKED\r\n"));
    EXPECT_THAT(taken[0].text, HasSubstr("To: coordinator@police.test, it@police.test\r\n"));
    EXPECT_THAT(taken[0].text, HasSubstr("Date: 02 Mar 2026 "));
    EXPECT_THAT(taken[0].text, HasSubstr("ask its holder"));
    d.advance(kHourUs);
  }
  TestMailServer plain(Tls::kNone, "127.0.0.2");
  auto alarms = open(settings(plain));
  lock_an_account(kTrainer);
  EXPECT_EQ(alarms->receivers().at(0)->step().became, Became::kFailed);
  EXPECT_THAT(plain.taken(), SizeIs(0));
  EXPECT_EQ(plain.all_bytes().find("AUTH"), std::string::npos) << "the password stays here";
}

TEST_F(AlarmsTest, NothingOfAPayloadGoesOut) {
  TestMailServer server(Tls::kNone, "127.0.0.1");
  auto alarms =
      open({"https://alpr.test", std::vector{webhook()}, std::vector{mail(server.url())}});
  for (const auto& receiver : alarms->receivers()) receiver->step();
  d.enrol("oreyes", "Olga Reyes");
  d.train("oreyes");
  d.train(kAdmin);
  d.enrol_device("cam-1");
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  EXPECT_EQ(d.load_list(kAdmin, "7ABC123", csv_list({"7ABC123,REPOSSESSION"})).status, 403);
  d.reads("cam-1", 1, {"7ABC123"});
  EXPECT_EQ(d.query("oreyes", "7ABC123", d.grounds("26-000777")).status, 201);
  EXPECT_EQ(d.log_in("oreyes").status, 201);
  EXPECT_EQ(d.log_in("oreyes").status, 201);
  lock_an_account("oreyes");
  d.advance(40 * kDayUs);  // while nothing ran: the list is stale, and the purge is late
  d.tick();
  for (const auto& receiver : alarms->receivers())
    EXPECT_EQ(receiver->step().became, Became::kDelivered);
  const auto requests = hook.requests();
  ASSERT_THAT(requests, SizeIs(1));
  ASSERT_THAT(server.taken(), SizeIs(1));
  std::string sent = server.all_bytes();
  for (const auto& [name, value] : requests[0].headers) sent += name + ": " + value + "\n";
  sent += requests[0].body;
  for (const char* alarm :
       {"PURGE_OVERDUE", "HOTLIST_STALE", "IMPORT_REFUSED", "ACCOUNT_LOCKED", "SESSION_FLAGGED"}) {
    EXPECT_THAT(hook.requests()[0].body, HasSubstr(alarm));
    EXPECT_THAT(server.taken()[0].text, HasSubstr(alarm));
  }
  for (const char* secret : {"7ABC123", "oreyes", "Olga", "Reyes", kAdmin, "26-000777", "cam-1",
                             "REPO", "SVS", "mail pass"})
    EXPECT_EQ(sent.find(secret), std::string::npos) << secret;
  EXPECT_EQ(sent.find(kSecret), std::string::npos);
}

TEST_F(AlarmsTest, ASilentWitnessIsOnTheRecordOnceADay) {
  const auto vkey =
      witness::StateFolder::create(d.folder() / "witness", "pac.example/w", {d.vkey()});
  ASSERT_TRUE(vkey.has_value());
  d.use_witness_policy("log " + d.vkey() + "\nwitness pac " + chain::format_vkey(*vkey) +
                       " http://127.0.0.1:1/w/\nquorum pac\n");
  const auto count = [&](std::uint64_t from) {
    const auto kinds = d.kinds_since(from);
    return std::count(kinds.begin(), kinds.end(), "witness.silent");
  };
  std::uint64_t before = d.size();
  d.advance(kHourUs);
  d.tick();
  EXPECT_EQ(count(before), 0);
  d.advance(kMinuteUs);
  d.tick();
  EXPECT_EQ(count(before), 1);
  d.advance(kHourUs);
  d.tick();
  EXPECT_EQ(count(before), 1);
  before = d.size();
  d.advance(kDayUs);
  d.tick();
  EXPECT_EQ(count(before), 1);
}

TEST(AlarmSettings, SayWhichReceiverIsWrong) {
  const WebhookSettings hook{"hook", "https://h.test/in", "secret", std::nullopt};
  const MailSettings mail{"mail",       "smtps://m.test", "a@b.test",  {"c@d.test"},
                          std::nullopt, std::nullopt,     std::nullopt};
  const auto of = [](WebhookSettings one) {
    return checked({std::nullopt, std::vector{std::move(one)}, std::nullopt}, "/srv/store");
  };
  const auto of_mail = [](MailSettings one) {
    return checked({std::nullopt, std::nullopt, std::vector{std::move(one)}}, "/srv/store");
  };
  ASSERT_TRUE(of(hook));
  EXPECT_EQ(of(hook)->webhook->front().secret_file, "/srv/store/secret");
  ASSERT_TRUE(of_mail(mail));
  WebhookSettings other = hook;
  other.url = "http://h.test/in";
  EXPECT_THAT(of(other).error().detail, HasSubstr("hook: url"));
  other = hook;
  other.name = "../hook";
  EXPECT_THAT(of(other).error().detail, HasSubstr("name"));
  EXPECT_FALSE(checked({std::nullopt, std::vector{hook, hook}, std::nullopt}, "/").has_value());
  EXPECT_FALSE(checked({std::nullopt, std::vector(17, hook), std::nullopt}, "/").has_value());
  for (const char* server :
       {"m.test", "http://m.test", "smtp://m.test/x", "smtp://", "smtps://u@m"}) {
    MailSettings bad = mail;
    bad.server = server;
    EXPECT_FALSE(of_mail(bad).has_value()) << server;
  }
  for (const char* address : {"", "a", "@b", "a@", "a@b\r\nBcc: x@y", "<a@b>", "a@b,c@d"}) {
    MailSettings bad = mail;
    bad.to = {address};
    EXPECT_FALSE(of_mail(bad).has_value()) << address;
    bad = mail;
    bad.from = address;
    EXPECT_FALSE(of_mail(bad).has_value()) << address;
  }
  MailSettings half = mail;
  half.user = "alpr";
  EXPECT_THAT(of_mail(half).error().detail, HasSubstr("password_file"));
}

}  // namespace
}  // namespace alpr::api::testing
