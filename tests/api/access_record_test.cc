// Proves that every way to data puts one access on the record, with the person's username and name.
// By going through all endpoints that answer: each is asked here and its event looked at, or stands
// in the list of those that show no data of others, or whose events other tests look at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "api/endpoint.h"
#include "api/service.h"
#include "ledger/store/store.h"
#include "tests/api/sharing_case.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;

// What each of these shows instead, or which tests look at what it leaves on the record.
const std::map<std::string, std::string>& shows_no_data() {
  static const std::map<std::string, std::string> all{
      {"/healthz", "the server's state"},
      {"/v1/me", "one's own account"},
      {"/v1/me/tasks", "what waits, by number"},
      {"/v1/log/bundle", "the log's open members"},
      {"/v1/session-flags", "people's sessions"},
      {"/v1/devices", "readers"},
      {"/v1/police-areas", "a map"},
      {"/v1/holds", "numbers of events, and the holds' own facts"},
      {"/v1/hot-lists", "versions and their sizes"},
      {"/public/log/checkpoint", "the log's head"},
      {"/public/log/tile/{tile...}", "hashes"},
      {"/log/checkpoint", "the log's head"},
      {"/log/checkpoint/{size}", "the log's head"},
      {"/log/tile/{tile...}", "hashes and headers"},
      {"/log/entries/{tile...}", "hashes and headers"},
      {"/log/proof/{event}", "hashes"},
      {"/log/proof/inclusion", "hashes"},
      {"/log/proof/consistency", "hashes"},
      {"/log/tlog-proof/{event}", "hashes"},
      {"/v1/events/{event}/receipt", "what one did oneself"},
      {"/v1/stops/owed", "who owes which record, by number"},
      {"/v1/users", "accounts"},
      {"/v1/role-grants", "roles"},
      {"/v1/policies", "the order's versions"},
      {"/v1/recipients", "agencies"},
      {"/v1/records-requests", "requests of the public"},
      {"/v1/reports/annual/deliveries", "to whom reports went, and when"},
      {"/v1/complaints", "what people wrote to the department"},
      {"/v1/breaches", "what was lost, and what was done"},
      {"/v1/violations", "members and what they did"},
      {"/v1/costs", "money"},
      {"/v1/source-grants", "accounts"},
      {"/v1/checks", "which checks were made"},
      {"/v1/account-reviews", "accounts"},
      {"/v1/gaps", "what the department does not keep yet"},
      {"/v1/reviews", "which queries wait, by number"},
      {"/v1/sharing", "requests of agencies, with the numbers of reads"},
      {"/v1/audits", "plans and what they showed, by number"},
      {"/v1/audits/{audit}", "a plan and what it showed, by number"},
      {"/v1/self-checks", "the system's function"},
      {"/v1/audits/{audit}/worksheet", "sampled items: AuditsApi.* looks at its events"},
      {"/v1/audits/{audit}/worksheet.csv", "sampled items: AuditsApi.* looks at its events"},
      {"/v1/audits/{audit}/worksheet.xlsx", "sampled items: AuditsApi.* looks at its events"},
      {"/v1/audits/{audit}/items/{item}/image", "pictures: AuditsApi.* looks at its events"},
      {"/v1/alerts", "hits, as they come: Alerts.I12_F_2_* looks at its events"},
      {"/v1/archive/events/{event}", "of a lost log: Archive tests look at its events"},
  };
  return all;
}

class AccessRecord : public SharingCase {
 protected:
  // Asks, and looks at what that left on the record.
  Reply expect_recorded(const std::string& who, const std::string& endpoint,
                        const std::string& path, const std::string& kind) {
    d.as(who);
    const std::uint64_t before = d.size();
    const Reply reply = d.as(who).get(path);
    EXPECT_THAT(reply.status, ::testing::AnyOf(200, 201)) << path << reply.body.substr(0, 300);
    expect_event(who, endpoint, kind, before);
    return reply;
  }
  void expect_event(const std::string& who, const std::string& endpoint, const std::string& kind,
                    std::uint64_t before) {
    asked.insert(endpoint);
    EXPECT_THAT(d.kinds_since(before), ElementsAre(kind)) << endpoint;
    const auto event = d.service().store().event({before});
    ASSERT_TRUE(event) << endpoint;
    const Json json = chain::parse_canonical(event->json).value();
    const Json* by = json.member("by");
    ASSERT_NE(by, nullptr) << endpoint;
    EXPECT_EQ(*by->member("username")->string(), who) << endpoint;
    EXPECT_FALSE(by->member("name")->string()->empty()) << endpoint;
  }
  std::set<std::string> asked;
};

TEST_F(AccessRecord, I12_F_2_EveryWayToDataLeavesOneAccessOnTheRecord) {
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"6DEF456,STOLEN VEHICLE"})).status, 201);
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"6DEF457,STOLEN VEHICLE"})).status, 201);
  const std::int64_t version = static_cast<std::int64_t>(d.size()) - 1;
  ASSERT_EQ(d.kind(version), "hotlist.loaded");
  std::int64_t hit = d.reads("cam-1", 2, {"6DEF457"}).front() + 1;
  ASSERT_EQ(d.kind(hit), "hit.raised");
  const std::string hits = "/v1/hits";
  expect_recorded("oreyes", hits, hits, "hits.disclosed");
  expect_recorded("oreyes", "/v1/hits/{hit}", hits + "/" + std::to_string(hit), "hits.disclosed");
  expect_recorded("oreyes", "/v1/hits/{hit}/image", hits + "/" + std::to_string(hit) + "/image",
                  "image.disclosed");
  expect_recorded("oreyes", "/v1/hot-list-entries", "/v1/hot-list-entries", "entries.disclosed");
  expect_recorded("ccoord", "/v1/hot-lists/versions/{version}/delta",
                  "/v1/hot-lists/versions/" + std::to_string(version) + "/delta",
                  "hotlist.delta-disclosed");
  std::uint64_t before = d.size();
  const Reply query = d.query("oreyes", "7ABC123");
  ASSERT_EQ(query.status, 201) << query.body;
  expect_event("oreyes", "/v1/queries", "query.performed", before);
  const std::string query_path = "/v1/queries/" + std::to_string(query.number("query"));
  expect_recorded("oreyes", "/v1/queries/{query}/reads/{read}/image",
                  query_path + "/reads/" + std::to_string(reads[0]) + "/image", "image.disclosed");
  for (std::uint64_t batch = 3; batch < 12; ++batch)
    d.reads("cam-1", batch, std::vector<std::string>(60, "5PAG500"));
  const Reply paged = d.query("oreyes", "5PAG500");
  expect_recorded("oreyes", "/v1/queries/{query}/after/{read}", paged.text("next"),
                  "query.page-disclosed");
  d.query("oreyes", "7ABC123");
  d.query("oreyes", "7ABC123");
  const std::int64_t review = static_cast<std::int64_t>(d.size()) - 1;
  ASSERT_EQ(d.kind(review), "review.raised");
  expect_recorded("ccoord", "/v1/reviews/{review}", "/v1/reviews/" + std::to_string(review),
                  "review.disclosed");
  before = d.size();
  const Reply filed = d.as("oreyes").send("POST", "/v1/sharing-documents",
                                          {"Content-Type: application/pdf"}, "%PDF-1.7 asked");
  ASSERT_EQ(filed.status, 201) << filed.body;
  expect_recorded("ccoord", "/v1/sharing-documents/{document}",
                  "/v1/sharing-documents/" + std::to_string(filed.number("seq")), "file.exported");
  const std::int64_t request = released();
  expect_recorded("oreyes", "/v1/sharing/{request}/package", at(request, "package"),
                  "file.exported");
  expect_recorded("oreyes", "/v1/sharing/{request}/reads/{read}/image",
                  at(request, "reads/" + std::to_string(reads[0]) + "/image"), "file.exported");
  expect_recorded("ccoord", "/v1/stops.csv", "/v1/stops.csv", "stops.disclosed");
  expect_recorded("ccoord", "/v1/stops.xlsx", "/v1/stops.xlsx", "stops.disclosed");
  const std::string year = "?from=2023-01-01T00:00:00Z&until=2024-01-01T00:00:00Z";
  for (const std::string form : {"", ".html", ".csv", ".xlsx", ".pdf"})
    expect_recorded("ccoord", "/v1/reports/annual" + form, "/v1/reports/annual" + form + year,
                    "report.disclosed");
  const std::string attachments = "/v1/reports/annual/attachments/";
  expect_recorded("ccoord", attachments + "{attachment}", attachments + "QUERIES" + year,
                  "attachment.disclosed");
  for (const Endpoint& endpoint : d.endpoints().all()) {
    if (endpoint.method != "GET" || shows_no_data().contains(endpoint.path)) continue;
    EXPECT_TRUE(asked.contains(endpoint.path))
        << endpoint.path << " shows something: ask it here, or say what it shows instead";
  }
}

}  // namespace
}  // namespace alpr::api::testing
