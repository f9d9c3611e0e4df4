// Proves that a hit reaches everybody who may see it and waits for it, at once, never before the
// event that says so, and exactly once over a lost connection; and that nobody else gets anything.
// By streams of server-sent events over TLS against a department on a simulated clock, with no
// heartbeat that could deliver what a wake should.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "api/api.h"
#include "tests/api/department.h"
#include "tests/api/event_peer.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Alerts : public ::testing::Test {
 protected:
  Alerts() {
    d.officer("oreyes");
    d.train(kAdmin);
    d.enrol_device("cam-1");
    EXPECT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  }
  // The seq of the hit that a read of the listed plate raises now.
  std::int64_t raise() {
    const Reply reply = d.upload("cam-1", d.batch("cam-1", ++batch, {"7ABC123"}));
    EXPECT_EQ(reply.status, 201) << reply.body;
    const Json* hits = reply.json.member("hits");
    return hits && hits->array() && hits->array()->size() == 1 ? *hits->array()->front().integer()
                                                               : -1;
  }
  std::unique_ptr<EventPeer> listen(const std::string& who, const HeaderLines& headers = {},
                                    const std::string& query = "") {
    auto peer = std::make_unique<EventPeer>(d.url() + "/v1/alerts" + query, d.certificate(),
                                            d.as(who).token(), headers);
    EXPECT_TRUE(peer->opened());
    return peer;
  }
  static std::vector<std::string> ids(const EventPeer& peer) {
    std::vector<std::string> all;
    for (const ServerSentEvent& event : peer.events()) all.push_back(event.id);
    return all;
  }
  static Json data(const ServerSentEvent& event) {
    return chain::parse_canonical(event.data).value_or(Json());
  }
  static std::int64_t disclosure(const ServerSentEvent& event) {
    const Json alert = data(event);
    const Json* seq = alert.member("disclosure");
    return seq && seq->integer() ? *seq->integer() : -1;
  }
  static Json hit_in(const ServerSentEvent& event) {
    const Json alert = data(event);
    const Json* hits = alert.member("hits");
    EXPECT_TRUE(hits && hits->array() && hits->array()->size() == 1) << event.data;
    return hits && hits->array() && !hits->array()->empty() ? hits->array()->front() : Json();
  }

  Department d;
  std::uint64_t batch = 0;
};

TEST_F(Alerts, I12_F_2_AnAlertComesByItselfAndItsDisclosureIsOnTheRecordBefore) {
  const auto peer = listen("oreyes");
  EXPECT_THAT(peer->events(), IsEmpty());
  const std::int64_t hit = raise();
  ASSERT_TRUE(peer->has(1)) << peer->text();
  const ServerSentEvent alert = peer->events().front();
  EXPECT_EQ(alert.name, "hit");
  EXPECT_EQ(alert.id, std::to_string(hit));
  // What is on the disk when the alert is here: its disclosure, after the hit.
  EXPECT_EQ(d.kind(disclosure(alert)), "hits.disclosed") << alert.data;
  EXPECT_GT(disclosure(alert), hit);
  const auto recorded = d.service().store().event({static_cast<std::uint64_t>(disclosure(alert))});
  ASSERT_TRUE(recorded.has_value());
  EXPECT_THAT(recorded->json, HasSubstr(fmt::format("\"hits\":[{}]", hit)));
  EXPECT_THAT(recorded->json, HasSubstr("\"oreyes\""));
  // And it opens what a look at the hit opens: its picture.
  EXPECT_EQ(d.as("oreyes").get(fmt::format("/v1/hits/{}/image", hit)).status, 200);
  const Reply listed = d.as("oreyes").get("/v1/hits/" + std::to_string(hit));
  ASSERT_EQ(listed.status, 200);
  EXPECT_EQ(chain::write(hit_in(alert)),
            chain::write(listed.json.member("hits")->array()->front()));
}

TEST_F(Alerts, I12_C2A_8_AnAlertSaysHowSureTheReadWasAndHowOldTheList) {
  const auto peer = listen("oreyes");
  d.advance(10 * kMinuteUs);
  raise();
  d.read_confidence(700'000);
  d.advance(kMinuteUs);
  raise();
  ASSERT_TRUE(peer->has(2)) << peer->text();
  const auto number = [](const Json& shown, std::string_view member) {
    return *shown.member("hit")->member("raised")->member(member)->integer();
  };
  const Json sure = hit_in(peer->events()[0]);
  EXPECT_EQ(number(sure, "confidence"), 900'000);
  EXPECT_EQ(number(sure, "list_age_s"), 3600 + 600) << "the source made it an hour before";
  EXPECT_EQ(*sure.member("uncertain")->boolean(), false);
  const Json unsure = hit_in(peer->events()[1]);
  EXPECT_EQ(number(unsure, "confidence"), 700'000);
  EXPECT_EQ(number(unsure, "list_age_s"), 3600 + 660);
  EXPECT_EQ(*unsure.member("uncertain")->boolean(), true);
}

TEST_F(Alerts, I12_C2A_8_AListThatGoesStaleIsTold) {
  d.officer("sleepless");
  d.advance(24 * kHourUs - kMinuteUs);
  const auto peer = listen("sleepless");
  d.advance(2 * kMinuteUs);
  EXPECT_THAT(peer->events(), IsEmpty());
  d.tick();
  ASSERT_TRUE(peer->has(1)) << peer->text();
  const ServerSentEvent told = peer->events().front();
  EXPECT_EQ(told.name, "list-stale");
  EXPECT_EQ(told.id, "") << "it stands for no hit";
  EXPECT_EQ(*data(told).member("source")->string(), "SVS");
  EXPECT_EQ(d.kind(*data(told).member("event")->integer()), "hotlist.stale");
  raise();
  ASSERT_TRUE(peer->has(2));
  EXPECT_EQ(peer->events()[1].name, "hit") << "told once";
  const auto later = listen(kAdmin);
  ASSERT_TRUE(later->has(1));
  EXPECT_EQ(later->events().front().name, "list-stale");
}

TEST_F(Alerts, I12_C1_1_WhoMayNotSeeHitsGetsNoStreamAndIsOnTheRecord) {
  d.enrol("untrained", "Not Trained");
  raise();
  const std::uint64_t before = d.size();
  const Reply refused = d.as("untrained").get("/v1/alerts?after=0");
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_TRUE(refused.has_rule("I12-C1-1")) << refused.body;
  EXPECT_THAT(refused.body, Not(HasSubstr("7ABC123")));
  EXPECT_THAT(d.kinds_since(before), Contains("command.refused"));
  EXPECT_EQ(d.stranger().get("/v1/alerts").status, 401);
}

TEST_F(Alerts, AfterALostConnectionExactlyWhatWasMissedComes) {
  std::vector<std::string> raised;
  const auto next = [&] { raised.push_back(std::to_string(raise())); };
  auto peer = listen("oreyes");
  next();
  ASSERT_TRUE(peer->has(1));
  peer->hang_up();
  next();
  next();
  peer = listen("oreyes", {"Last-Event-ID: " + raised[0]});
  ASSERT_TRUE(peer->has(2)) << peer->text();
  next();
  ASSERT_TRUE(peer->has(3)) << peer->text();
  EXPECT_THAT(ids(*peer), ElementsAre(raised[1], raised[2], raised[3]));
  const auto events = peer->events();
  EXPECT_EQ(disclosure(events[0]), disclosure(events[1])) << "one event records one push";
  EXPECT_NE(disclosure(events[1]), disclosure(events[2]));
  // The same without headers, and after the server was away: it keeps nothing about a stream.
  d.restart();
  const auto again = listen("oreyes", {}, "?after=" + raised[2]);
  ASSERT_TRUE(again->has(1));
  EXPECT_THAT(ids(*again), ElementsAre(raised[3]));
  for (const char* id : {"x", "-1", "99999999"}) {
    EXPECT_EQ(
        d.as("oreyes").send("GET", "/v1/alerts", {std::string("Last-Event-ID: ") + id}, "").status,
        400)
        << id;
  }
}

TEST_F(Alerts, MoreThanOnePushHoldsComesInSeveral) {
  std::vector<std::string> plates;
  std::vector<std::string> rows;
  for (int i = 100; i < 130; ++i) {
    plates.push_back("9ABC" + std::to_string(i));
    rows.push_back(plates.back() + ",STOLEN VEHICLE");
  }
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list(rows)).status, 201);
  const std::uint64_t before = d.size() - 1;
  for (int i = 0; i < 8; ++i)
    ASSERT_EQ(d.upload("cam-1", d.batch("cam-1", ++batch, plates)).status, 201);
  const auto peer = listen("oreyes", {}, "?after=" + std::to_string(before));
  ASSERT_TRUE(peer->has(240)) << peer->events().size();
  std::vector<std::string> all = ids(*peer);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::stoull(a) < std::stoull(b);
  }));
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
  EXPECT_EQ(all.size(), 240U);
}

TEST_F(Alerts, I12_F_2_WhatCannotBeRecordedIsNotShown) {
  const std::int64_t hit = raise();
  const std::string after = "?after=" + std::to_string(hit - 1);
  const std::string token = d.as("oreyes").token();
  d.step_clock(kHourUs);  // appends stop until two people confirm it
  Client officer(d.url(), d.certificate());
  officer.use_token(token);
  const Reply reply = officer.get("/v1/alerts" + after);
  EXPECT_GE(reply.status, 400) << reply.body;
  EXPECT_THAT(reply.body, Not(HasSubstr("7ABC123")));
}

TEST_F(Alerts, I12_G_1_AHitPastItsThirtyDaysIsNotSentAgain) {
  const std::int64_t old = raise();
  d.advance(30 * kDayUs);
  const std::int64_t fresh = raise();
  const auto peer = listen("oreyes", {}, "?after=" + std::to_string(old - 1));
  ASSERT_TRUE(peer->has(1));
  EXPECT_THAT(ids(*peer), ElementsAre(std::to_string(fresh)));
}

TEST_F(Alerts, I12_K_1_TheEndOfTheSessionEndsTheStream) {
  d.officer("leaver");
  d.officer("waiter");
  d.officer("fired");
  const auto leaves = listen("leaver");
  const auto waits = listen("waiter");
  const auto goes = listen("fired");
  EXPECT_EQ(d.as("leaver").send("DELETE", "/v1/sessions/current", {}, "").status, 201);
  EXPECT_TRUE(leaves->ended());
  EXPECT_EQ(d.as(kIt).post("/v1/users/fired/deactivation", object({{"reason", "left"}})).status,
            201);
  EXPECT_TRUE(goes->ended());
  // Waiting is no use of a session: the stream was open all the time, and got an alert.
  d.advance(29 * kMinuteUs);
  raise();
  ASSERT_TRUE(waits->has(1));
  d.advance(kMinuteUs);
  d.tick();
  EXPECT_TRUE(waits->ended());
  raise();
  EXPECT_THAT(ids(*leaves), IsEmpty());
  EXPECT_THAT(ids(*goes), IsEmpty());
  EXPECT_EQ(ids(*waits).size(), 1U);
}

TEST_F(Alerts, StreamsAreBoundedByPersonAndInAll) {
  d.use_settings([](ApiSettings& settings) { settings.alerts = {5, 4}; });
  std::vector<std::unique_ptr<EventPeer>> peers;
  for (int i = 0; i < 4; ++i) peers.push_back(listen("oreyes"));
  peers.push_back(listen("oreyes"));
  EXPECT_TRUE(peers[0]->ended()) << "the oldest: its connection may be long lost";
  raise();
  for (int i = 1; i < 5; ++i) EXPECT_TRUE(peers[static_cast<std::size_t>(i)]->has(1)) << i;
  const auto other = listen(kAdmin);
  EXPECT_THAT(other->text(), HasSubstr("retry:"));
  const Reply full = d.as(kAdmin).get("/v1/alerts");
  EXPECT_EQ(full.status, 503) << full.body;
}

TEST_F(Alerts, AHundredStreamsGetAHitEachOnceAndStopEndsThem) {
  constexpr std::size_t kOfficers = 10;
  constexpr std::size_t kEach = 10;
  d.use_settings([](ApiSettings& settings) { settings.alerts = {256, kEach}; });
  std::vector<std::unique_ptr<EventPeer>> peers;
  for (std::size_t i = 0; i < kOfficers; ++i) {
    const std::string name = "officer" + std::to_string(i);
    d.officer(name);
    for (std::size_t k = 0; k < kEach; ++k) peers.push_back(listen(name));
  }
  const std::uint64_t before = d.size();
  const auto began = std::chrono::steady_clock::now();
  const std::int64_t hit = raise();
  for (const auto& peer : peers) ASSERT_TRUE(peer->has(1));
  const auto took = std::chrono::steady_clock::now() - began;
  RecordProperty(
      "milliseconds_to_all_streams",
      static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  for (const auto& peer : peers) EXPECT_THAT(ids(*peer), ElementsAre(std::to_string(hit)));
  const auto kinds = d.kinds_since(before);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), "hits.disclosed"), 100);
  d.restart();
  for (const auto& peer : peers) EXPECT_TRUE(peer->ended());
}

}  // namespace
}  // namespace alpr::api::testing
