// Proves that a vendor's list of searches is held against the queries on the record, that this is
// on the record before anything of it is shown, and that only what differs is shown, to whom it may
// be (I12-K-5, F-2). Over HTTPS on a department's server, with lists written out here.
#include "policy/records/reconciliations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "tests/api/audit_case.h"

namespace alpr::api::testing {
namespace {

using policy::Difference;
using policy::DifferenceCount;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Reconciliations : public AuditCase {
 protected:
  // One answered and one refused query of the officer's, an hour apart; the time is over.
  Reconciliations() {
    EXPECT_EQ(d.query("oreyes", "7ABC123").status, 201);
    answered = d.size() - 1;
    time = chain::format_time(d.now());
    wait(kHourUs);
    const chain::Json bad = with(d.grounds(), "purpose", "CURIOSITY");
    EXPECT_EQ(d.query("oreyes", "8XYZ999", bad).status, 403);
    later = chain::format_time(d.now());
    wait(kHourUs);
  }
  static std::string file(const std::string& rows) {
    return "Name,License Plate,Reason,Case #,Search Time\r\n" + rows;
  }
  std::string good_row() const { return "OReyes,7ABC123,Burglary,26-000123," + time + "\r\n"; }
  chain::Json asked(const std::string& csv) const {
    return object({{"from", num(from)}, {"until", num(d.now().value)}, {"file", csv}});
  }
  Reply send(const std::string& who, const chain::Json& body) {
    return d.as(who).send("POST", "/v1/reconciliations",
                          {"Content-Type: application/vnd.plateledger.reconciliation+json"},
                          chain::write(body));
  }
  policy::ExportReconciled recorded(const Reply& reply) {
    EXPECT_EQ(reply.status, 201) << reply.body;
    const auto event = d.service().store().event({static_cast<std::uint64_t>(reply.number("seq"))});
    auto record = policy::from_event<policy::ExportReconciled>(event.value());
    EXPECT_TRUE(record.has_value());
    return *record;
  }
  static bool agrees(const Reply& reply) {
    return *reply.json.member("result")->member("agrees")->boolean();
  }
  std::uint64_t answered = 0;
  std::string time, later;
};

TEST_F(Reconciliations, I12_K_5_WhatAgreesIsOnTheRecordAndShowsNobodysQuery) {
  const std::string csv = file(good_row());
  const Reply reply = send(kCoordinator, asked(csv));
  const policy::ExportReconciled record = recorded(reply);
  EXPECT_TRUE(agrees(reply)) << reply.body;
  EXPECT_THAT(reply.body, Not(HasSubstr("7ABC123")));
  EXPECT_EQ(record.file_sha256, chain::sha256(as_bytes(csv)));
  EXPECT_EQ(record.profile, "flock");
  EXPECT_EQ(record.queries, 2);
  EXPECT_EQ(record.matched, 1);
  EXPECT_THAT(record.differences, IsEmpty());
  EXPECT_THAT(record.disclosed, IsEmpty());
  EXPECT_EQ(record.by.username, kCoordinator);
}

TEST_F(Reconciliations, I12_F_2_WhatDiffersIsShownAndTheRecordSaysWhichQueries) {
  const std::string csv = file("Max Other,7ABC123,Burglary,26-000123," + time +
                               "\r\noreyes,8XYZ999,ICE detainer,26-000123," + later + "\r\n");
  const Reply reply = send(kAdmin, asked(csv));
  const policy::ExportReconciled record = recorded(reply);
  EXPECT_FALSE(agrees(reply));
  EXPECT_THAT(record.differences, ElementsAre(DifferenceCount{Difference::kOnlyInExport, 1},
                                              DifferenceCount{Difference::kOnlyInLedger, 1},
                                              DifferenceCount{Difference::kRefusedHere, 1},
                                              DifferenceCount{Difference::kReasonNotAllowed, 1}));
  EXPECT_THAT(record.disclosed, ElementsAre(Sequence{answered}, ::testing::_));
  EXPECT_THAT(reply.body, HasSubstr("\"rule\":\"I12-E-3\""));
  EXPECT_EQ(record.result_sha256,
            chain::sha256(as_bytes(chain::write(*reply.json.member("result")))));
}

TEST_F(Reconciliations, AProfileReadsAnotherVendorsColumns) {
  const chain::Json profile = object(
      {{"name", "vendor-x"},
       {"columns",
        object({{"user", "Officer"}, {"time", "When"}, {"plate", "Plate"}, {"reason", "Why"}})},
       {"delimiter", ";"},
       {"users",
        chain::Json(chain::Json::Array{object({{"text", "Badge 4711"}, {"username", "oreyes"}})})},
       {"reasons",
        chain::Json(chain::Json::Array{object({{"text", "459 PC"}, {"purpose", "BURGLARY"}})})}});
  const std::string csv =
      "Officer;When;Plate;Why\nbadge 4711;" + time + ";7ABC123;459 PC - garage\n";
  const Reply reply = send(kCoordinator, with(asked(csv), "profile", profile));
  EXPECT_EQ(recorded(reply).profile, "vendor-x");
  EXPECT_TRUE(agrees(reply)) << reply.body;
  const auto status = [&](const chain::Json& body) {
    const Reply answer = send(kCoordinator, body);
    EXPECT_TRUE(answer.is_problem()) << answer.body;
    return answer.status;
  };
  EXPECT_EQ(status(with(asked(csv), "profile", with(profile, "delimiter", "and"))), 400);
  EXPECT_EQ(status(asked(csv)), 400) << "none of the built-in profile's columns";
  EXPECT_EQ(status(asked("")), 400);
  EXPECT_EQ(status(with(asked(file(good_row())), "tolerance_seconds", num(-1))), 400);
  EXPECT_EQ(status(with(asked(file(good_row())), "gap_seconds", num(0))), 400);
  EXPECT_EQ(status(with(asked(file(good_row())), "until", num(from))), 400);
}

TEST_F(Reconciliations, I12_K_5_OnlyWhoAuditsMayAskAndOnlyAboutATimeThatIsOver) {
  d.as("oreyes");
  const std::uint64_t before = d.size();
  const Reply refused = send("oreyes", asked("not even read"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.has_rule("I12-K-5"));
  EXPECT_THAT(d.kinds_since(before), ElementsAre("command.refused"));
  const Reply early =
      send(kCoordinator, with(asked(file(good_row())), "until", num(d.now().value + kHourUs)));
  EXPECT_EQ(early.status, 403);
  EXPECT_THAT(early.body, HasSubstr("time-not-over"));
  EXPECT_THAT(early.body, Not(HasSubstr("result")));
}

}  // namespace
}  // namespace alpr::api::testing
