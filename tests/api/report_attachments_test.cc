// Proves that every query, sharing, custom entry and response to a hit of a period goes with the
// report, that each
// record still verifies against the log with what is sealed left out, and that nothing sealed is in
// it. Over HTTPS on a department's server; the auditor's own check of receipts looks at each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "api/attachment_sheet.h"
#include "api/report_attachment.h"
#include "api/service.h"
#include "ledger/chain/box_key.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/note.h"
#include "ledger/verify/reader.h"
#include "ledger/verify/receipt.h"
#include "ledger/verify/report_check/attachment_check.h"
#include "policy/records/kinds.h"
#include "reports/figures/annual.h"
#include "reports/forms/csv.h"
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
  bool hold_against_log(report_check::CheckedAttachment& checked) {
    const auto source = verify::Reader::open(d.folder() / "store");
    EXPECT_TRUE(source.has_value()) << (source ? "" : source.error().detail);
    return source && report_check::hold_against(checked, **source).has_value();
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

TEST_F(ReportAttachments, I12_C2B_8_EachRecordVerifiesAndNoneIsLeftOut) {
  const std::string body = ask("QUERIES").body;
  auto checked = report_check::check_attachment(body, *chain::parse_vkey(d.vkey()));
  ASSERT_TRUE(checked.has_value()) << checked.error().detail;
  EXPECT_TRUE(checked->holds()) << report_check::to_text(*checked);
  EXPECT_EQ(checked->seqs.size(), 4U);
  EXPECT_THAT(checked->marking, HasSubstr("General Order I-12"));
  ASSERT_TRUE(hold_against_log(*checked));
  EXPECT_EQ(checked->in_log, 4U);
  EXPECT_TRUE(checked->holds());

  // One record taken out, by whoever hands it on: the file says so, or the log does.
  auto less = *policy::from_json_text<ReportAttachment>(body);
  less.receipts.erase(less.receipts.begin() + 1);
  auto short_one = report_check::check_attachment(policy::to_json_text(less), std::nullopt);
  ASSERT_TRUE(short_one.has_value());
  EXPECT_FALSE(short_one->holds()) << "it says four";
  less.events = 3;
  auto missing = report_check::check_attachment(policy::to_json_text(less), std::nullopt);
  ASSERT_TRUE(missing.has_value());
  EXPECT_TRUE(missing->holds()) << "by itself it cannot be seen";
  ASSERT_TRUE(hold_against_log(*missing));
  ASSERT_EQ(missing->findings.size(), 1U);
  EXPECT_EQ(missing->findings[0].seq, checked->seqs[1]);
}

TEST_F(ReportAttachments, I12_C2B_8_AChangedRecordIsFound) {
  const auto good = *policy::from_json_text<ReportAttachment>(ask("QUERIES").body);
  const auto findings = [&](const ReportAttachment& file) {
    const auto checked =
        report_check::check_attachment(policy::to_json_text(file), *chain::parse_vkey(d.vkey()));
    return checked ? checked->findings.size() : 1U;
  };
  ASSERT_EQ(findings(good), 0U);
  std::vector<std::function<void(ReportAttachment&)>> changes{
      [](ReportAttachment& f) { std::swap(f.receipts[0], f.receipts[1]); },
      [](ReportAttachment& f) { f.receipts[1] = f.receipts[0]; },
      [](ReportAttachment& f) { f.receipts[0].member_list[10] ^= 1; },
      [](ReportAttachment& f) { f.receipts[0].header[40] ^= 1; },
      [](ReportAttachment& f) { f.origin = "other.example/alpr"; },
      [](ReportAttachment& f) { f.attachment = policy::Attachment::kSharing; },
      [](ReportAttachment& f) { f.edition = policy::Edition::kSealed; },
      [](ReportAttachment& f) { f.until = f.from; },
      [](ReportAttachment& f) { f.size = 1; }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ReportAttachment changed = good;
    changes[i](changed);
    EXPECT_GT(findings(changed), 0U) << i;
  }
}

TEST_F(ReportAttachments, I12_C2B_8_TheCommissionsEditionOpensWithItsKeyAlone) {
  const chain::BoxKey key = chain::BoxKey::random();
  const std::string path = "/v1/reports/annual/attachments/QUERIES" + period() +
                           "&edition=SEALED&key=" + chain::hex(key.public_key());
  d.as("coord");
  const std::uint64_t before = d.size();
  const Reply reply = d.as("coord").get(path);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.header("content-type"), kSealedAttachmentType);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("attachment.disclosed"));
  EXPECT_THAT(reply.body, Not(HasSubstr("7ABC123")));
  EXPECT_FALSE(chain::BoxKey::random().open(as_bytes(reply.body)));
  const auto opened = key.open(as_bytes(reply.body));
  ASSERT_TRUE(opened.has_value());
  EXPECT_THAT(as_text(*opened), HasSubstr("7ABC123"));
  EXPECT_THAT(as_text(*opened), HasSubstr("oreyes"));
  auto checked = report_check::check_attachment(as_text(*opened), *chain::parse_vkey(d.vkey()));
  ASSERT_TRUE(checked.has_value()) << checked.error().detail;
  EXPECT_TRUE(checked->holds()) << report_check::to_text(*checked);
  EXPECT_EQ(checked->seqs.size(), 4U);
  const auto event = d.service().store().event({before});
  EXPECT_THAT(event->json, HasSubstr("\"edition\":\"SEALED\""));
  EXPECT_THAT(event->json, HasSubstr(chain::hex(chain::sha256(*opened))));
  d.enrol("pac", "Paula Auditor", "AUDITOR");
  d.give_role("pac", "PAC_AUDITOR");
  EXPECT_EQ(d.as("pac").get(path).status, 403) << "it is made for her, not by her";
  EXPECT_EQ(ask("QUERIES", "pac").status, 200);
  for (const char* bad : {"&edition=SEALED", "&edition=SEALED&key=00", "&edition=FULL", "&key=00"})
    EXPECT_EQ(d.as("coord").get("/v1/reports/annual/attachments/QUERIES" + period() + bad).status,
              400)
        << bad;
}

TEST_F(ReportAttachments, I12_C2A2_2_ResponsesToHitsWithoutPlatesAndNarratives) {
  d.train(kAdmin);
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  const Reply sent = d.upload("cam-1", d.batch("cam-1", 2, {"7ABC123"}));
  const auto hit = std::to_string(*sent.json.member("hits")->array()->front().integer());
  d.as("oreyes").post("/v1/hits/" + hit + "/steps", object({{"step", "FOLLOWING"}}));
  const Reply stop = d.as("oreyes").post("/v1/hits/" + hit + "/stop",
                                         object({{"action", "FREEDOM_NOT_RESTRICTED"},
                                                 {"justification", "followed and lost"},
                                                 {"case_number", "26-009001"},
                                                 {"disposition", "UNABLE_TO_LOCATE"},
                                                 {"responded_at", num(d.now().value)},
                                                 {"next_steps", "look again"}}));
  ASSERT_EQ(stop.status, 201) << stop.body;
  d.as("oreyes").post("/v1/stops/" + std::to_string(stop.number("seq")) + "/follow-ups",
                      object({{"next_steps", "found by the beach"}}));
  const std::string open = ask("RESPONSES").body;
  auto checked = report_check::check_attachment(open, *chain::parse_vkey(d.vkey()));
  ASSERT_TRUE(checked.has_value()) << checked.error().detail;
  EXPECT_EQ(checked->seqs.size(), 3U) << "the step, the stop, what became known later";
  ASSERT_TRUE(hold_against_log(*checked));
  EXPECT_TRUE(checked->holds()) << report_check::to_text(*checked);
  const auto sheet = attachment_sheet(*policy::from_json_text<ReportAttachment>(open));
  ASSERT_TRUE(sheet.has_value()) << sheet.error().detail;
  const std::string csv = forms::to_csv(*sheet);
  for (const char* shown : {"UNABLE_TO_LOCATE", "FOLLOWING", "UNVALIDATED"})
    EXPECT_THAT(csv, HasSubstr(shown));
  for (const char* secret : {"7ABC123", "26-009001", "oreyes", "and lost", "again", "beach"})
    EXPECT_THAT(csv, Not(HasSubstr(secret)));

  const chain::BoxKey key = chain::BoxKey::random();
  const Reply sealed = d.as("coord").get("/v1/reports/annual/attachments/RESPONSES" + period() +
                                         "&edition=SEALED&key=" + chain::hex(key.public_key()));
  const auto opened = key.open(as_bytes(sealed.body));
  ASSERT_TRUE(opened.has_value()) << sealed.body;
  const auto whole = attachment_sheet(*policy::from_json_text<ReportAttachment>(as_text(*opened)));
  ASSERT_TRUE(whole.has_value()) << whole.error().detail;
  const auto& heads = whole->rows()[0];
  for (const char* column : {"plate_read", "justification", "facts.source", "by.username"})
    EXPECT_NE(std::find(heads.begin(), heads.end(), column), heads.end()) << column;
  for (const char* shown : {"7ABC123", "26-009001", "oreyes", "followed and lost", "beach"})
    EXPECT_THAT(forms::to_csv(*whole), HasSubstr(shown));
}

// A year has more than one attachment takes: one table of several periods.
TEST_F(ReportAttachments, I12_K_3_SeveralPeriodsAreOneTable) {
  const auto made = [](const std::string& json) {
    return *policy::from_json_text<ReportAttachment>(json);
  };
  const ReportAttachment first = made(ask("QUERIES").body);
  d.advance(2 * kDayUs);
  d.query("oreyes", "7ABC123");
  from_ += 2 * kDayUs;
  const ReportAttachment second = made(ask("QUERIES").body);
  ASSERT_EQ(second.receipts.size(), 1U);
  AttachmentTable table;
  ASSERT_TRUE(table.see(first));
  ASSERT_TRUE(table.see(second));
  EXPECT_EQ(table.title(), "QUERIES");
  std::vector<std::vector<std::string>> rows;
  for (const ReportAttachment& one : {first, second})
    ASSERT_TRUE(table.rows(one, [&](const std::vector<std::string>& texts) -> Result<void> {
      rows.push_back(texts);
      return {};
    }));
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[4][3], chain::hex(second.receipts[0].leaf));
  for (const auto& row : rows) EXPECT_EQ(row.size(), table.columns().size());
  AttachmentTable backwards;
  ASSERT_TRUE(backwards.see(second));
  EXPECT_FALSE(backwards.see(first)) << "not later";
  AttachmentTable twice;
  ASSERT_TRUE(twice.see(first));
  EXPECT_FALSE(twice.see(first));
  AttachmentTable other;
  ASSERT_TRUE(other.see(first));
  EXPECT_FALSE(other.see(made(ask("SHARING").body))) << "of another kind";
}

TEST_F(ReportAttachments, OthersAreRefusedAndOtherAttachmentsAreNotThere) {
  EXPECT_EQ(ask("QUERIES", "oreyes").status, 403);
  EXPECT_EQ(ask("READS").status, 404);
  EXPECT_EQ(d.as("coord").get("/v1/reports/annual/attachments/QUERIES").status, 400);
}

}  // namespace
}  // namespace alpr::api::testing
