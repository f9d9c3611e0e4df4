// Proves that the stop records of a period are given out as a spreadsheet to a custodian alone, on
// the record first, with what shows each row to be of the log, and with the same bytes whenever the
// same sheet is asked for. Over HTTPS on a department's server; Python reads what came.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/marking.h"
#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/note.h"
#include "policy/registers/fold.h"
#include "tests/api/department.h"
#include "tests/reports/forms/stranger.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using forms::testing::as_a_stranger;
using forms::testing::Rows;
using ::testing::HasSubstr;

class StopSheet : public ::testing::Test {
 protected:
  StopSheet() {
    d.enrol("oreyes", "Olga \"O'\" Reyes, Sr.");
    d.train("oreyes");
    d.train(kAdmin);
    d.enrol_device("cam-1");
    EXPECT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  }
  // A hit and what was done about it, documented.
  Reply stop(const std::string& justification, const std::string& next_steps) {
    const Reply sent = d.upload("cam-1", d.batch("cam-1", ++batches_, {"7ABC123"}));
    EXPECT_EQ(sent.status, 201) << sent.body;
    const std::int64_t hit = *sent.json.member("hits")->array()->front().integer();
    Reply reply = d.as("oreyes").post("/v1/hits/" + std::to_string(hit) + "/stop",
                                      object({{"action", "FREEDOM_NOT_RESTRICTED"},
                                              {"justification", justification},
                                              {"case_number", "26-009001"},
                                              {"disposition", "UNABLE_TO_LOCATE"},
                                              {"responded_at", num(d.now().value)},
                                              {"next_steps", next_steps}}));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply;
  }
  Reply follow_up(const Reply& stop, const std::string& next_steps) {
    Reply reply =
        d.as("oreyes").post("/v1/stops/" + std::to_string(stop.number("seq")) + "/follow-ups",
                            object({{"next_steps", next_steps}}));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply;
  }
  Reply sheet(const std::string& rest, const std::string& who = kAdmin) {
    return d.as(who).get("/v1/stops" + rest);
  }
  Json last_event() {
    const auto view = d.service().store().event({d.size() - 1});
    EXPECT_TRUE(view.has_value());
    return chain::parse_canonical(view->json).value_or(Json());
  }
  static std::string cell(const Rows& rows, std::size_t row, const std::string& column) {
    for (std::size_t i = 0; i < rows.at(0).size(); ++i)
      if (rows.at(0)[i] == column) return rows.at(row).at(i);
    ADD_FAILURE() << "no column " << column;
    return "";
  }
  static std::string about(const Rows& rows, const std::string& name) {
    for (const auto& row : rows)
      if (row.at(0) == "about" && row.at(1) == name) return row.at(2);
    return "nothing";
  }
  Department d;
  std::uint64_t batches_ = 0;
};

TEST_F(StopSheet, I12_C2A2_2_ARowPerEventThatProvesIt) {
  const Reply first = stop("=HYPERLINK(\"http://example.org\";\"the \"\"plate\"\"\")",
                           "+1 510 555 0100\r\n\xD7\x90\xD7\x91 \xE2\x80\xAE"
                           "abc, none known");
  const Reply later = follow_up(first, "@owner told");
  const Reply csv = sheet(".csv");
  ASSERT_EQ(csv.status, 200) << csv.body;
  EXPECT_EQ(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
  EXPECT_EQ(csv.header("cache-control"), "no-store");
  const std::string size = std::to_string(d.size() - 1);
  EXPECT_THAT(csv.header("content-disposition"), HasSubstr("stop-records-" + size + ".csv"));
  const Reply xlsx = sheet(".xlsx?size=" + size);
  ASSERT_EQ(xlsx.status, 200) << xlsx.body;
  const auto view = as_a_stranger(csv.body, xlsx.body);
  ASSERT_TRUE(view.read);
  EXPECT_EQ(view.csv, view.xlsx);
  const Rows& rows = view.csv;
  ASSERT_EQ(rows.size(), 1U + 2 + 8);
  EXPECT_EQ(cell(rows, 1, "record"), "stop");
  EXPECT_EQ(cell(rows, 1, "seq"), std::to_string(first.number("seq")));
  EXPECT_EQ(cell(rows, 1, "leaf_hash"), first.text("leaf"));
  EXPECT_EQ(cell(rows, 1, "member"), "Olga \"O'\" Reyes, Sr.");
  EXPECT_EQ(cell(rows, 1, "plate_read"), "7ABC123");
  EXPECT_EQ(cell(rows, 1, "case_number"), "26-009001");
  EXPECT_EQ(cell(rows, 1, "disposition"), "UNABLE_TO_LOCATE");
  EXPECT_EQ(cell(rows, 1, "responded_at_utc"), chain::format_time(d.now()));
  EXPECT_EQ(cell(rows, 1, "justification"),
            "'=HYPERLINK(\"http://example.org\";\"the \"\"plate\"\"\")");
  EXPECT_EQ(cell(rows, 1, "next_steps"),
            "'+1 510 555 0100\r\n\xD7\x90\xD7\x91 \xE2\x80\xAE"
            "abc, none known");
  EXPECT_EQ(cell(rows, 2, "record"), "follow-up");
  EXPECT_EQ(cell(rows, 2, "stop"), cell(rows, 1, "seq"));
  EXPECT_EQ(cell(rows, 2, "leaf_hash"), later.text("leaf"));
  EXPECT_EQ(cell(rows, 2, "next_steps"), "'@owner told");
  EXPECT_EQ(about(rows, "log"), kOrigin);
  EXPECT_EQ(about(rows, "checkpoint_size"), size);
  EXPECT_EQ(about(rows, "stops"), "1");
  EXPECT_EQ(about(rows, "follow_ups"), "1");
  EXPECT_EQ(about(rows, "marking"), owner_notice(d.service().store().origin()));
  const Reply note = d.as(kIt).get("/log/checkpoint?size=" + size);
  ASSERT_EQ(note.status, 200) << note.body;
  const auto head = chain::parse_checkpoint_text(chain::parse_note(note.body)->text);
  EXPECT_EQ(about(rows, "checkpoint_root"), chain::hex(head->root));
}

TEST_F(StopSheet, I12_C2A2_2_TheSameLedgerGivesTheSameBytes) {
  const Reply first = stop("stolen vehicle", "none known");
  d.advance(kMinuteUs);
  follow_up(first, "owner told");
  const Reply csv = sheet(".csv");
  ASSERT_EQ(csv.status, 200) << csv.body;
  const std::string rest = "?size=" + std::to_string(d.size() - 1);
  const Reply xlsx = sheet(".xlsx" + rest);
  ASSERT_EQ(xlsx.status, 200) << xlsx.body;
  const auto same_again = [&](const char* when) {
    EXPECT_EQ(sheet(".csv" + rest).body, csv.body) << when;
    EXPECT_EQ(sheet(".xlsx" + rest).body, xlsx.body) << when;
  };
  same_again("at once");
  stop("seen again", "none known");
  follow_up(first, "sent to the District Attorney");
  same_again("with later events");
  EXPECT_THAT(sheet(".csv").body, HasSubstr("sent to the District Attorney"));
  ASSERT_TRUE(d.service().store().rebuild_registers(policy::fold()).has_value());
  same_again("after a rebuild of the registers");
  d.restart();
  same_again("after a restart");
  d.advance(31 * kDayUs);
  d.tick();
  ASSERT_EQ(d.as(kAdmin).get("/v1/hits").body.find("7ABC123"), std::string::npos);
  same_again("when the hits are gone");
}

TEST_F(StopSheet, I12_C2A2_2_APeriodIsByTheTimeOfTheRecord) {
  stop("the first", "none known");
  d.advance(kDayUs);
  const std::int64_t second = d.now().value;
  stop("the second", "none known");
  d.advance(kDayUs);
  stop("the third", "none known");
  const Reply one = sheet(".csv?from=" + chain::format_time({second}) +
                          "&to=" + chain::format_time({second + 1}));
  EXPECT_THAT(one.body, HasSubstr("the second"));
  EXPECT_EQ(one.body.find("the first"), std::string::npos);
  EXPECT_EQ(one.body.find("the third"), std::string::npos);
  EXPECT_THAT(one.body, HasSubstr("documented_from," + chain::format_time({second})));
  const Reply none = sheet(".csv?to=" + chain::format_time({second - kDayUs}));
  EXPECT_EQ(none.status, 200);
  EXPECT_THAT(none.body, HasSubstr("about,stops,0,"));
  for (const char* bad : {"?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "?from=x", "?to=17",
                          "?size=999999", "?until=1", "?size=0"})
    EXPECT_EQ(sheet(std::string(".csv") + bad).status, 400) << bad;
  EXPECT_EQ(sheet(".csv?size=2").status, 404) << "no checkpoint of this size was handed out";
}

TEST_F(StopSheet, I12_F_2_OnTheRecordBeforeItIsGivenAndToACustodianAlone) {
  stop("the first", "none known");
  std::uint64_t before = d.size();
  const Reply given = sheet(".xlsx");
  ASSERT_EQ(given.status, 200) << given.body;
  ASSERT_THAT(d.kinds_since(before), ::testing::ElementsAre("stops.disclosed"));
  EXPECT_EQ(given.header("plateledger-receipt"),
            "/v1/events/" + std::to_string(before) + "/receipt");
  const Json event = last_event();
  EXPECT_EQ(*event.member("size")->integer(), static_cast<std::int64_t>(before));
  EXPECT_EQ(*event.member("stops")->integer(), 1);
  EXPECT_EQ(*event.member("form")->string(), "XLSX");
  EXPECT_EQ(*event.member("sha256")->string(), chain::hex(chain::sha256(as_bytes(given.body))));
  EXPECT_EQ(*event.member("by")->member("username")->string(), kAdmin);

  d.enrol("ccoord", "Cora Coordinator");
  d.give_role("ccoord", "COORDINATOR");
  d.enrol("pac", "Paula Auditor", "AUDITOR");
  d.give_role("pac", "PAC_AUDITOR");
  for (const char* who : {"oreyes", "ccoord", "pac"}) {
    d.as(who);
    before = d.size();
    const Reply refused = sheet(".csv", who);
    EXPECT_EQ(refused.status, 403) << who << refused.body;
    EXPECT_EQ(refused.body.find("7ABC123"), std::string::npos);
    EXPECT_THAT(d.kinds_since(before), ::testing::ElementsAre("command.refused")) << who;
  }
  EXPECT_TRUE(sheet(".csv", "oreyes").has_rule("I12-C2A2-2"));
  EXPECT_TRUE(sheet(".csv", "ccoord").has_rule("I12-C1-1")) << "the coordinator is not trained yet";
  d.train("ccoord");
  EXPECT_EQ(sheet(".csv", "ccoord").status, 200);
}

}  // namespace
}  // namespace alpr::api::testing
