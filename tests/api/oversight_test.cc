// Proves that complaints, breaches, violations and cost go from their record into the annual
// report, and that names stay out of what the Commission reads. Over HTTPS on a department's
// server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "policy/registers/fold.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OversightApi : public ::testing::Test {
 protected:
  OversightApi() {
    from_ = d.now().value / kBucketUs * kBucketUs;
    d.officer("oreyes");
    d.officer("ccoord");
    d.give_role("ccoord", "COORDINATOR");
    d.enrol("pac", "Paula Auditor", "AUDITOR");
    d.give_role("pac", "PAC_AUDITOR");
  }
  std::string number(const std::string& who, const std::string& path, const chain::Json& body) {
    const Reply reply = d.as(who).post(path, body);
    EXPECT_EQ(reply.status, 201) << path << reply.body;
    return std::to_string(reply.number("seq"));
  }
  std::string report() {
    return d.as("pac")
        .get("/v1/reports/annual?from=" + chain::format_time({from_}) +
             "&until=" + chain::format_time({from_ + 2 * kDayUs}))
        .body;
  }
  Department d;
  std::int64_t from_ = 0;
};

TEST_F(OversightApi, I12_L_5_WhatIsRecordedIsInTheReport) {
  const std::string complaint = number("ccoord", "/v1/complaints",
                                       object({{"subject", "MISTAKEN_STOP"},
                                               {"received", num(d.now().value)},
                                               {"what", "Ms. Roe was stopped for another's car"}}));
  number("ccoord", "/v1/complaints/" + complaint + "/answer",
         object({{"finding", "SUSTAINED"}, {"answer", "a misread; apologised"}}));
  const std::string breach = number("ccoord", "/v1/breaches",
                                    object({{"breach", "CREDENTIALS"},
                                            {"discovered", num(d.now().value)},
                                            {"what", "a password on a note"}}));
  EXPECT_EQ(
      d.as("ccoord")
          .post("/v1/breaches/" + breach + "/steps", object({{"step", "CLOSED"}, {"note", "done"}}))
          .status,
      403);
  number("ccoord", "/v1/breaches/" + breach + "/steps",
         object({{"step", "CONTAINED"}, {"note", "password withdrawn"}}));
  const std::string violation = number(
      "ccoord", "/v1/violations",
      object({{"rule", "I12-C3-3"}, {"username", "oreyes"}, {"what", "looked a neighbour up"}}));
  number(kAdmin, "/v1/violations/" + violation + "/decision",
         object({{"finding", "SUSTAINED"}, {"sanction", "RETRAINING"}, {"reason", "admitted"}}));
  const std::string year = chain::format_time(d.now()).substr(0, 4);
  number("ccoord", "/v1/costs",
         object({{"year", num(std::stoi(year))},
                 {"category", "STORAGE"},
                 {"cents", num(1'234'500)},
                 {"funding", "general fund"}}));
  const std::string figures = report();
  EXPECT_THAT(figures, HasSubstr("\"key\":\"MISTAKEN_STOP\",\"value\":1"));
  EXPECT_THAT(figures, HasSubstr("\"key\":\"CREDENTIALS\",\"value\":1"));
  EXPECT_THAT(figures, HasSubstr("\"key\":\"RETRAINING\",\"value\":1"));
  EXPECT_THAT(figures, HasSubstr("\"key\":\"" + year + "\",\"value\":1234500"));
  for (const char* name : {"oreyes", "Roe", "neighbour"})
    EXPECT_THAT(figures, Not(HasSubstr(name)));
  EXPECT_THAT(d.as("pac").get("/v1/complaints").body, HasSubstr("a misread; apologised"));
  EXPECT_THAT(d.as("pac").get("/v1/breaches").body, HasSubstr("CONTAINED"));
  EXPECT_THAT(d.as("pac").get("/v1/costs").body, HasSubstr("general fund"));
  EXPECT_EQ(d.as("pac").get("/v1/violations").status, 403) << "it is about members";
  EXPECT_THAT(d.as("ccoord").get("/v1/violations").body, HasSubstr("RETRAINING"));
  EXPECT_EQ(d.as("oreyes").get("/v1/complaints").status, 403);
  const std::string live = d.service().store().dump_registers().value();
  ASSERT_TRUE(d.service().store().rebuild_registers(policy::fold()).has_value());
  EXPECT_EQ(d.service().store().dump_registers().value(), live);
}

// What stands open in the log is words of closed lists, times and money.
TEST_F(OversightApi, I12_C3_3_WhoseViolationItIsIsSealed) {
  const std::string seq = number(
      "ccoord", "/v1/violations",
      object({{"rule", "I12-C3-3"}, {"username", "oreyes"}, {"what", "looked a neighbour up"}}));
  const auto event =
      d.service().store().event(Sequence{static_cast<std::uint64_t>(std::stoll(seq))});
  ASSERT_TRUE(event.has_value());
  for (const chain::Member& member : event->members)
    EXPECT_EQ(member.open,
              member.name == "policy" || member.name == "rule" || member.name == "event")
        << member.name;
}

}  // namespace
}  // namespace alpr::api::testing
