// A department whose queries are audited: what the tests of sample audits begin with.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/api/department.h"

namespace alpr::api::testing {

class AuditCase : public ::testing::Test {
 protected:
  static constexpr const char* kCoordinator = "ccoord";

  AuditCase() {
    d.officer("oreyes");
    d.officer(kCoordinator);
    d.give_role(kCoordinator, "COORDINATOR");
    d.train(kAdmin);
    d.enrol("pac", "Paula Auditor", "AUDITOR");
    d.give_role("pac", "PAC_AUDITOR");
    from = d.now().value;
  }

  void queries(int count, const std::string& who = "oreyes") {
    for (int i = 0; i < count; ++i) {
      const Reply reply = d.query(who, "7ABC12" + std::to_string(i % 10));
      EXPECT_EQ(reply.status, 201) << reply.body;
    }
  }
  void wait(std::int64_t us) {
    d.advance(us);
    d.tick();  // which ends the sessions of before
  }
  // The time of the audit is over, and an event of later closes it.
  void close() {
    wait(kHourUs);
    d.as(kAdmin);
    to = d.now().value - kMinuteUs;
    d.train("oreyes");
  }
  chain::Json plan() const {
    return object({{"population", "QUERIES"},
                   {"from", num(from)},
                   {"to", num(to)},
                   {"risk_bp", num(2000)},
                   {"tolerable_bp", num(2000)},
                   {"expected_bp", num(0)},
                   {"beacon", "DRAND"},
                   {"round", "round 4096"},
                   {"beacon_at", num(d.now().value + kHourUs)},
                   {"reason", "the yearly audit"}});
  }
  chain::Json census() const { return with(plan(), "method", "CENSUS"); }
  Reply post(const std::string& who, std::int64_t audit, const std::string& what,
             const chain::Json& body) {
    return d.as(who).post("/v1/audits/" + std::to_string(audit) + what, body);
  }
  Reply get(const std::string& who, std::int64_t audit, const std::string& what = "") {
    return d.as(who).get("/v1/audits/" + std::to_string(audit) + what);
  }
  std::int64_t planned(const chain::Json& body) {
    const Reply reply = d.as(kCoordinator).post("/v1/audits", body);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply.number("seq");
  }
  Reply seed(const std::string& who, std::int64_t audit, const std::string& value = kValue) {
    return post(who, audit, "/seed", object({{"value", value}, {"published_at", num(published)}}));
  }
  // Two hours later, with what was published in between.
  std::int64_t seeded(const chain::Json& body) {
    const std::int64_t audit = planned(body);
    published = d.now().value + kHourUs + kMinuteUs;
    wait(2 * kHourUs);
    EXPECT_EQ(seed(kCoordinator, audit).status, 201);
    const Reply second = seed(kAdmin, audit);
    EXPECT_EQ(second.status, 201) << second.body;
    EXPECT_NE(second.body.find("\"agrees\":true"), std::string::npos);
    return audit;
  }
  std::vector<std::int64_t> drawn(std::int64_t audit, const std::string& who = kAdmin) {
    const Reply sheet = get(who, audit, "/worksheet");
    EXPECT_EQ(sheet.status, 200) << sheet.body;
    std::vector<std::int64_t> items;
    for (const chain::Json& item : *sheet.json.member("worksheet")->member("items")->array())
      items.push_back(*item.member("item")->integer());
    return items;
  }
  static chain::Json verdict(std::int64_t item, const std::string& purpose = "PASS") {
    chain::Json::Array results;
    for (const char* test :
         {"PURPOSE", "LEGAL_STANDARD", "CASE", "KNOW", "NOT_PERSONAL", "TRAINED"})
      results.push_back(
          object({{"test", test}, {"verdict", std::string(test) == "PURPOSE" ? purpose : "PASS"}}));
    return object({{"item", num(item)},
                   {"results", chain::Json(std::move(results))},
                   {"evidence", "case file 26-000123"},
                   {"note", ""}});
  }
  Reply judge(const std::string& who, std::int64_t audit, chain::Json::Array verdicts) {
    return post(who, audit, "/verdicts", object({{"verdicts", chain::Json(std::move(verdicts))}}));
  }
  void judge_all(std::int64_t audit, int deviations = 0) {
    chain::Json::Array verdicts;
    for (const std::int64_t item : drawn(audit))
      verdicts.push_back(verdict(item, deviations-- > 0 ? "DEVIATION" : "PASS"));
    const Reply reply = judge(kAdmin, audit, std::move(verdicts));
    EXPECT_EQ(reply.status, 201) << reply.body;
  }
  Reply conclude(std::int64_t audit, const std::string& who = kCoordinator) {
    return post(who, audit, "/conclusion", object({{"finding", "searches follow the order"}}));
  }

  static inline const std::string kValue = std::string(62, 'a') + "07";
  Department d;
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::int64_t published = 0;
};

}  // namespace alpr::api::testing
