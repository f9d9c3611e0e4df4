// Proves that every query, sharing and custom entry of a period goes with the report, that each
// record still verifies against the log with what is sealed left out, and that nothing sealed is in
// it. Over HTTPS on a department's server; the auditor's own check of receipts looks at each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/report_attachment.h"
#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/note.h"
#include "ledger/verify/receipt.h"
#include "policy/records/kinds.h"
#include "reports/figures/annual.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ReportAttachments : public ::testing::Test {
 protected:
  ReportAttachments() {
    from_ = d.now().value / kBucketUs * kBucketUs;
    d.officer("oreyes");
    d.officer("coord");
    d.give_role("coord", "COORDINATOR");
    d.enrol_device("cam-1");
    d.reads("cam-1", 1, {"7ABC123"});
    for (int i = 0; i < 3; ++i) EXPECT_EQ(d.query("oreyes", "7ABC123").status, 201);
    d.query("oreyes", "7ABC123", with(d.grounds(), "purpose", Json("CURIOSITY")));
  }
  std::string period() const {
    return "?from=" + chain::format_time({from_}) +
           "&until=" + chain::format_time({from_ + 2 * kDayUs});
  }
  Reply ask(const std::string& which, const std::string& who = "coord") {
    return d.as(who).get("/v1/reports/annual/attachments/" + which + period());
  }
  std::int64_t figure(const std::string& id) {
    const Reply reply = d.as("coord").get("/v1/reports/annual" + period());
    const auto report = policy::from_json_text<figures::AnnualReport>(reply.body);
    EXPECT_TRUE(report.has_value()) << reply.body;
    for (const figures::Figure& one : report->figures)
      if (one.id == id) return one.rows.at(0).value.value_or(-1);
    return -1;
  }
  Department d;
  std::int64_t from_ = 0;
};

TEST_F(ReportAttachments, I12_K_3_EveryQueryIsThereAndVerifies) {
  d.as("coord");
  const std::uint64_t before = d.size();
  const Reply reply = ask("QUERIES");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.header("content-type"), kAttachmentType);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("attachment.disclosed"));
  const auto event = d.service().store().event({before});
  ASSERT_TRUE(event.has_value());
  EXPECT_THAT(event->json, HasSubstr(chain::hex(chain::sha256(as_bytes(reply.body)))));
  const auto made = policy::from_json_text<ReportAttachment>(reply.body);
  ASSERT_TRUE(made.has_value()) << made.error().detail;
  EXPECT_EQ(made->events, 4);
  ASSERT_EQ(made->receipts.size(), 4U);
  const auto key = *chain::parse_vkey(d.vkey());
  for (const Receipt& receipt : made->receipts) {
    const auto checked = verify::check_receipt(policy::to_json_text(receipt), policy::kinds(), key);
    ASSERT_TRUE(checked.has_value()) << checked.error().detail;
    EXPECT_TRUE(checked->holds());
    EXPECT_TRUE(checked->anchored);
  }
}

TEST_F(ReportAttachments, I12_K_3_AsManyAsTheReportCounts) {
  const auto events = [&](const std::string& which) { return ask(which).number("events"); };
  EXPECT_EQ(events("QUERIES"), figure("C2B.queries") + figure("C2B.queries.refused"));
  const Json entry = object({{"plate", "7ABC123"},
                             {"purpose", "BURGLARY"},
                             {"case_number", "26-000123"},
                             {"offense_report_no", "26-000124"},
                             {"justification", "seen at the scene"},
                             {"not_protected_characteristic", Json(true)},
                             {"expires_at", num(d.now().value + kDayUs)}});
  const Reply asked = d.as("oreyes").post("/v1/hot-list-entries", entry);
  EXPECT_EQ(asked.status, 201) << asked.body;
  EXPECT_EQ(events("ENTRIES"), 1);
  EXPECT_EQ(events("SHARING"), 0);
  EXPECT_THAT(ask("ENTRIES").body, Not(HasSubstr("7ABC123")));
}

// Also not in hexadecimal digits, as the member list has its texts.
TEST_F(ReportAttachments, I12_E_5_NothingThatIsSealedIsInIt) {
  const std::string body = ask("QUERIES").body;
  EXPECT_THAT(body, HasSubstr("VIOLENT_CRIME")) << "purposes are open";
  for (const std::string word : {"7ABC123", "oreyes", "26-000123", "cam-1", "right_to_know"}) {
    EXPECT_THAT(body, Not(HasSubstr(word)));
    EXPECT_THAT(body, Not(HasSubstr(chain::hex(as_bytes(word)))));
  }
}

TEST_F(ReportAttachments, OthersAreRefusedAndOthersThanTheThreeAreNotThere) {
  EXPECT_EQ(ask("QUERIES", "oreyes").status, 403);
  EXPECT_EQ(ask("READS").status, 404);
  EXPECT_EQ(d.as("coord").get("/v1/reports/annual/attachments/QUERIES").status, 400);
}

}  // namespace
}  // namespace alpr::api::testing
