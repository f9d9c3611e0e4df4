// Proves that the annual report is given to those whom the order names, on the record first, that
// its figures are what was done, and that anybody with the log counts the same, before and after a
// purge, with keys and without. Over HTTPS on a department's server, and with the auditor's own
// reader and program.
#include "api/annual_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/note.h"
#include "ledger/store/vault.h"
#include "ledger/verify/bundle_source.h"
#include "ledger/verify/report_check/report_check.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using figures::AnnualReport;
using figures::Figure;
using figures::FigureRow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AnnualReports : public ::testing::Test {
 protected:
  AnnualReports() {
    from_ = d.now().value / kBucketUs * kBucketUs;
    d.officer("oreyes");
    d.officer("coord");
    d.give_role("coord", "COORDINATOR");
    d.enrol("auditor", "Paula Auditor", "AUDITOR");
    d.give_role("auditor", "PAC_AUDITOR");
    d.train(kAdmin);
    d.enrol_device("cam-1");
    EXPECT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
    hit_ = answered_hit();
    d.query("oreyes", "7XYZ999");
    d.query("oreyes", "7XYZ999", with(d.grounds(), "purpose", Json("CURIOSITY")));
  }
  std::int64_t answered_hit() {
    const Reply sent = d.upload("cam-1", d.batch("cam-1", 1, {"7ABC123", "7XYZ999", "8DEF456"}));
    EXPECT_EQ(sent.status, 201) << sent.body;
    const std::int64_t hit = *sent.json.member("hits")->array()->front().integer();
    const Reply step = d.as("oreyes").post("/v1/hits/" + std::to_string(hit) + "/steps",
                                           object({{"step", "PLATE_CONFIRMED"},
                                                   {"observed_plate", "7ABC128"},
                                                   {"observed_state", "CA"}}));
    EXPECT_EQ(step.status, 201) << step.body;
    return hit;
  }
  // What was done so far.
  std::string period(std::int64_t days = 2) const {
    return "from=" + chain::format_time({from_}) +
           "&until=" + chain::format_time({from_ + days * kDayUs});
  }
  Reply ask(const std::string& who, const std::string& rest = "") {
    return d.as(who).get("/v1/reports/annual?" + period() + rest);
  }
  AnnualReport report(const std::string& rest = "") {
    const Reply reply = ask("coord", rest);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return policy::from_json_text<AnnualReport>(reply.body).value_or(AnnualReport());
  }
  static const Figure& figure(const AnnualReport& report, const std::string& id) {
    for (const Figure& one : report.figures)
      if (one.id == id) return one;
    throw std::runtime_error("no figure " + id);
  }
  static std::int64_t value(const AnnualReport& report, const std::string& id,
                            const std::string& key = "") {
    for (const FigureRow& row : figure(report, id).rows)
      if (row.key == key) return row.value.value_or(-1);
    return -1;
  }
  std::filesystem::path bundle(bool boxes) {
    const auto file = d.folder() / (boxes ? "whole.bundle" : "open.bundle");
    auto writer = d.service().store().bundle({0, boxes});
    EXPECT_TRUE(writer.has_value());
    Bytes bytes;
    for (bool more = true; more;) {
      const auto went_on = writer->more(bytes);
      EXPECT_TRUE(went_on.has_value());
      more = went_on.value_or(false);
    }
    std::ofstream(file, std::ios::binary) << as_text(bytes);
    return file;
  }
  // What the auditor's own reader counts in a bundle of the log as it is now.
  Result<report_check::CheckedReport> check(const std::string& json, bool boxes = false,
                                            const verify::Keys* keys = nullptr) {
    const auto file = verify::MappedFile::open(bundle(boxes));
    if (!file) return tl::unexpected(file.error());
    const auto source = verify::BundleSource::open(*file);
    if (!source) return tl::unexpected(source.error());
    return report_check::check_report(json, **source, keys);
  }
  report_check::CheckedReport count_again(const std::string& json) {
    const auto checked = check(json);
    EXPECT_TRUE(checked.has_value()) << (checked ? "" : checked.error().detail);
    return checked.value_or(report_check::CheckedReport{});
  }
  Department d;
  std::int64_t from_ = 0;
  std::int64_t hit_ = 0;
};

TEST_F(AnnualReports, I12_L_5_IsOnTheRecordBeforeItIsGiven) {
  d.as("coord");
  const std::uint64_t before = d.size();
  const Reply reply = ask("coord");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.header("cache-control"), "no-store");
  EXPECT_EQ(reply.header("content-type"), "application/vnd.plateledger.report+json");
  EXPECT_THAT(d.kinds_since(before), ElementsAre("report.disclosed"));
  const auto view = d.service().store().event({d.size() - 1});
  ASSERT_TRUE(view.has_value());
  const auto event = chain::parse_canonical(view->json);
  EXPECT_EQ(*event->member("sha256")->string(), chain::hex(chain::sha256(as_bytes(reply.body))));
  EXPECT_EQ(*event->member("size")->integer(), static_cast<std::int64_t>(before));
  EXPECT_THAT(reply.header("plateledger-receipt"), HasSubstr(std::to_string(before)));
  for (const char* who : {kAdmin, "auditor"}) EXPECT_EQ(ask(who).status, 200) << who;
  d.as("oreyes");
  const std::uint64_t then = d.size();
  const Reply refused = ask("oreyes");
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.has_rule("I12-L-5"));
  EXPECT_THAT(d.kinds_since(then), ElementsAre("command.refused"));
}

TEST_F(AnnualReports, I12_B_1_ReadsHitsAndTheirRate) {
  d.advance(20 * kMinuteUs);
  d.tick();
  const AnnualReport made = report();
  EXPECT_EQ(value(made, "B1.reads"), 3);
  EXPECT_EQ(value(made, "B1.hits"), 1);
  EXPECT_EQ(value(made, "B1.hit-rate"), 1);
  EXPECT_EQ(figure(made, "B1.hit-rate").rows[0].of, 3);
  EXPECT_EQ(value(made, "B1.reads.device", "cam-1"), 3);
  EXPECT_EQ(value(made, "B1.reads.not-summarised"), 0);
  EXPECT_EQ(value(made, "C2A8.hits.source", "SVS"), 1);
  EXPECT_EQ(value(made, "C2B.queries"), 1);
  EXPECT_EQ(value(made, "C2B.queries.refused"), 1);
  EXPECT_EQ(value(made, "INV3.refusals.rule", "I12-C2B-1"), 1);
}

TEST_F(AnnualReports, I12_A_2_AndI12_C3_2_ReadersAsTheyStandInTheRegister) {
  const AnnualReport made = report();
  const Reply devices = d.as("coord").get("/v1/devices");
  ASSERT_EQ(devices.status, 200) << devices.body;
  const Json& device = devices.json.member("devices")->array()->front();
  EXPECT_EQ(figure(made, "A2.devices.mount-class").rows,
            (std::vector<FigureRow>{{*device.member("mount_class")->string(), 1, {}}}));
  EXPECT_EQ(figure(made, "C3-2.devices.area").rows,
            (std::vector<FigureRow>{{*device.member("police_area")->string(), 1, {}}}));
  EXPECT_EQ(value(made, "C3-2.devices.location-class", *device.member("location_class")->string()),
            1);
}

TEST_F(AnnualReports, I12_C3_2_TheMapIsMadeAgainFromTheLog) {
  const auto corner = [](std::int64_t latitude, std::int64_t longitude) {
    return object({{"latitude_e7", num(latitude)}, {"longitude_e7", num(longitude)}});
  };
  const Json area = object({{"area", "Area 2"},
                            {"corners", Json::Array{corner(378'000'000, -1'222'700'000),
                                                    corner(378'000'000, -1'222'000'000),
                                                    corner(379'000'000, -1'222'000'000)}}});
  EXPECT_FALSE(report().map);
  EXPECT_EQ(d.as("coord").post("/v1/police-areas", area).status, 403);
  const Reply outlined = d.as(kAdmin).post("/v1/police-areas", area);
  ASSERT_EQ(outlined.status, 201) << outlined.body;
  EXPECT_THAT(d.as("oreyes").get("/v1/police-areas").body, HasSubstr("\"area\":\"Area 2\""));
  std::string json = ask("coord").body;
  EXPECT_TRUE(count_again(json).holds());
  const auto made = policy::from_json_text<AnnualReport>(json);
  ASSERT_TRUE(made.has_value() && made->map) << json.substr(0, 300);
  EXPECT_EQ(made->map->areas.at(0).corners.size(), 3U);
  json.replace(json.find("-1222700000"), 11, "-1222700001");
  const auto checked = count_again(json);
  ASSERT_EQ(checked.findings.size(), 1U);
  EXPECT_EQ(checked.findings[0].rule, "map");
  EXPECT_THAT(checked.findings[0].what, HasSubstr("Area 2"));
  EXPECT_THAT(d.as("coord").get("/v1/reports/annual.html?" + period()).body, HasSubstr("<polygon"));
}

TEST_F(AnnualReports, I12_C2A_8_MisreadsOfHitsLookedAt) {
  const AnnualReport made = report();
  EXPECT_EQ(value(made, "C2A8.misreads"), 1);
  EXPECT_EQ(figure(made, "C2A8.misreads").rows[0].of, 1);
  EXPECT_EQ(value(made, "C2A.hits.state", "MISREAD"), 1);
}

TEST_F(AnnualReports, I12_HDR_3_SaysWhatTheOrderIsFor) {
  const AnnualReport made = report();
  EXPECT_THAT(made.scope, HasSubstr("capture, storage and use"));
  EXPECT_EQ(made.elements.size(), 11U);
}

TEST_F(AnnualReports, I12_K_2_AGapAppearsInTheReport) {
  const Json gap = object({{"rule", "I12-F-1"},
                           {"owner", "IT_UNIT"},
                           {"due", num(d.now().value + kDayUs)},
                           {"missing", "uploads are not watched"},
                           {"upgrade", "a monitor is bought"}});
  EXPECT_EQ(d.as("oreyes").post("/v1/gaps", gap).status, 403);
  const Reply recorded = d.as("coord").post("/v1/gaps", gap);
  ASSERT_EQ(recorded.status, 201) << recorded.body;
  EXPECT_EQ(value(report(), "K2.gaps.rule", "I12-F-1"), 1);
  EXPECT_THAT(d.as("auditor").get("/v1/gaps").body, HasSubstr("a monitor is bought"));
  EXPECT_EQ(d.as("oreyes").get("/v1/gaps").status, 403);
  EXPECT_THAT(d.as(kIt).get("/v1/me/tasks").body, HasSubstr("CLOSE_GAP"));
  const std::string path = "/v1/gaps/" + std::to_string(recorded.number("seq")) + "/closing";
  EXPECT_EQ(d.as("coord").post(path, object({{"how", "it runs"}})).status, 201);
  EXPECT_EQ(value(report(), "K2.gaps.rule", "I12-F-1"), -1);
}

TEST_F(AnnualReports, TheSameCheckpointGivesTheSameBytes) {
  const Reply first = ask("coord");
  const std::string size = "&size=" + std::to_string(first.number("size"));
  d.query("oreyes", "7XYZ999");
  EXPECT_EQ(ask("auditor", size).body, first.body);
  d.restart();
  EXPECT_EQ(ask("coord", size).body, first.body);
  EXPECT_NE(ask("coord").body, first.body);
}

TEST_F(AnnualReports, APurgeChangesNoFigure) {
  d.advance(3 * kDayUs);
  d.tick();
  const AnnualReport before = report();
  d.advance(31 * kDayUs);
  d.tick();
  ASSERT_FALSE(d.service().store().event({static_cast<std::uint64_t>(hit_)})) << "it is gone";
  const AnnualReport after = report();
  EXPECT_EQ(before.figures, after.figures);
  EXPECT_GT(after.size, before.size);
}

TEST_F(AnnualReports, PeriodsThatAreNoneAreNotTaken) {
  const auto status = [&](const std::string& query) {
    return d.as("coord").get("/v1/reports/annual" + query).status;
  };
  d.as("coord");
  const std::uint64_t before = d.size();
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status("?from=2026-01-01T00:00:00Z"), 400);
  EXPECT_EQ(status("?from=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z"), 400);
  EXPECT_EQ(status("?from=2026-01-01T00:00:01Z&until=2026-02-01T00:00:00Z"), 400);
  EXPECT_EQ(status("?from=yesterday&until=2026-02-01T00:00:00Z"), 400);
  EXPECT_EQ(status("?from=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z&size=99999999"), 400);
  EXPECT_EQ(d.size(), before);
  EXPECT_EQ(status("?from=2020-01-01T00:00:00Z&until=2021-01-01T00:00:00Z"), 200) << "nothing yet";
}

TEST_F(AnnualReports, TheSameAsAPageAndAsATable) {
  const std::string size = "&size=" + std::to_string(ask("coord").number("size"));
  const auto in_form = [&](const std::string& form) {
    return d.as("coord").get("/v1/reports/annual" + form + "?" + period() + size);
  };
  const Reply page = in_form(".html");
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.body, HasSubstr("Of a simulated log"));
  EXPECT_THAT(page.body, HasSubstr(std::string(kOrigin)));
  EXPECT_EQ(page.body.find("7ABC123"), std::string::npos);
  const Reply csv = in_form(".csv");
  ASSERT_EQ(csv.status, 200) << csv.body;
  EXPECT_EQ(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
  EXPECT_THAT(csv.body, HasSubstr("figure,B1.reads,,3,,Reads,A,I12-B-1,"));
  const Reply pdf = in_form(".pdf");
  ASSERT_EQ(pdf.status, 200) << pdf.body.substr(0, 500);
  EXPECT_EQ(pdf.header("content-type"), "application/pdf");
  EXPECT_TRUE(pdf.body.starts_with("%PDF-1.5"));
  EXPECT_FALSE(pdf.header("plateledger-receipt").empty());
  EXPECT_EQ(d.kind(static_cast<std::int64_t>(d.size()) - 1), "report.disclosed");
  const Reply book = in_form(".xlsx");
  ASSERT_EQ(book.status, 200);
  EXPECT_TRUE(book.body.starts_with("PK"));
  EXPECT_EQ(in_form(".pdf").body, pdf.body);
  EXPECT_EQ(in_form(".html").body, page.body);
  EXPECT_EQ(in_form(".csv").body, csv.body);
  EXPECT_EQ(d.as("oreyes").get("/v1/reports/annual.html?" + period()).status, 403);
}

TEST_F(AnnualReports, I12_L_5_IsOverdueUntilThreeHaveIt) {
  d.advance(500 * kDayUs);
  const auto tasks = [&] { return d.as("coord").get("/v1/me/tasks").body; };
  EXPECT_THAT(tasks(), HasSubstr("DELIVER_REPORT"));
  const auto year = [&] {
    const Reply reply = d.as("coord").get("/v1/reports/annual/deliveries");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.json.member("years")->array()->front();
  };
  EXPECT_TRUE(*year().member("overdue")->boolean());
  const std::string first = std::to_string(*year().member("year")->integer());
  const std::string next = std::to_string(*year().member("year")->integer() + 1);
  const Reply made = d.as("coord").get("/v1/reports/annual?from=" + first +
                                       "-01-01T00:00:00Z&until=" + next + "-01-01T00:00:00Z");
  ASSERT_EQ(made.status, 200) << made.body;
  const auto given = static_cast<std::int64_t>(d.size()) - 1;
  const auto deliver = [&](const std::string& who, const std::string& recipient) {
    return d.as(who).post(
        "/v1/reports/annual/deliveries",
        object({{"report", num(given)}, {"recipient", recipient}, {"delivery", "by hand"}}));
  };
  EXPECT_EQ(deliver("coord", "MAYOR").status, 403);
  EXPECT_EQ(deliver("oreyes", "PAC").status, 403);
  for (const char* recipient : {"CHIEF", "PAC", "PUBLIC_SAFETY_COMMITTEE"}) {
    EXPECT_FALSE(*year().member("delivered")->boolean());
    EXPECT_EQ(deliver("coord", recipient).status, 201) << recipient;
  }
  EXPECT_TRUE(*year().member("delivered")->boolean());
  EXPECT_FALSE(*year().member("overdue")->boolean());
  const auto view = d.service().store().event({d.size() - 1});
  ASSERT_TRUE(view.has_value());
  EXPECT_THAT(view->json, HasSubstr(chain::hex(chain::sha256(as_bytes(made.body)))));
}

TEST_F(AnnualReports, I12_L_5_TheAuditorCountsTheSame) {
  const Reply reply = ask("coord");
  const report_check::CheckedReport checked = count_again(reply.body);
  EXPECT_TRUE(checked.holds()) << report_check::to_text(checked);
  EXPECT_GT(checked.checked, 80U);
  EXPECT_EQ(checked.not_checked, 4U) << "there are no keys here, and nobody asked for data";
  EXPECT_EQ(checked.origin, kOrigin);
}

// Every figure over the store is the figure over the bundle; with keys the sealed ones too.
TEST_F(AnnualReports, I12_L_5_ABundleGivesTheSameFigures) {
  const Reply reply = ask("coord");
  const std::string keys_text = d.service().store().vault().export_keys();
  const auto keys = verify::Keys::parse(keys_text);
  ASSERT_TRUE(keys.has_value());
  for (const bool boxes : {false, true}) {
    const auto checked = check(reply.body, boxes, &*keys);
    ASSERT_TRUE(checked.has_value()) << checked.error().detail;
    EXPECT_TRUE(checked->holds()) << report_check::to_text(*checked);
    EXPECT_EQ(checked->not_checked, boxes ? 0U : 4U);
  }
}

TEST_F(AnnualReports, ASealedFigureThatWasAlteredIsFoundWithKeys) {
  AnnualReport made = report();
  for (Figure& one : made.figures)
    if (one.needs_keys) one.rows.push_back({"~", 1, {}});
  const auto keys = verify::Keys::parse(d.service().store().vault().export_keys());
  ASSERT_TRUE(keys.has_value());
  const auto checked = check(policy::to_json_text(made), /*boxes=*/true, &*keys);
  ASSERT_TRUE(checked.has_value()) << checked.error().detail;
  std::set<std::string> found;
  for (const verify::Finding& finding : checked->findings) found.insert(finding.rule);
  EXPECT_EQ(found.size(), 5U) << report_check::to_text(*checked);
}

TEST_F(AnnualReports, I12_L_5_TheProgramSaysWhetherItHolds) {
  const std::string json = ask("coord").body;
  const auto file = d.folder() / "report.json";
  const std::string from_bundle = " --bundle " + bundle(/*boxes=*/false).string();
  const auto run = [&](const std::string& text, const std::string& more) {
    std::ofstream(file, std::ios::binary) << text;
    const std::string command =
        VERIFY_PROGRAM " report " + file.string() + more + " > /dev/null 2>&1";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  const std::string key = " --key " + d.vkey();
  EXPECT_EQ(run(json, from_bundle + key), 0);
  EXPECT_EQ(run(json + "\n", from_bundle + key + " --json"), 0);
  EXPECT_EQ(run(json, " --store " + (d.folder() / "store").string() + key), 0);
  std::string altered = json;
  const std::string reads = "{\"key\":\"\",\"value\":3}";
  altered.replace(altered.find(reads), reads.size(), "{\"key\":\"\",\"value\":4}");
  EXPECT_EQ(run(altered, from_bundle + key), 1);
  const chain::VerifierKey foreign{std::string(kOrigin), chain::KeyType::kEd25519,
                                   chain::SigningKey::from_seed(Digest{7}).public_key()};
  EXPECT_EQ(run(json, from_bundle + " --key " + chain::format_vkey(foreign)), 1);
  EXPECT_EQ(run(json, key), 2) << "of which log?";
  EXPECT_EQ(run("{}", from_bundle + key), 2);
  Department other;
  EXPECT_EQ(run(json, " --store " + (other.folder() / "store").string() + " --key " + other.vkey()),
            2)
      << "it is too short, or another log";
}

// Each digit of each value, one at a time.
TEST_F(AnnualReports, AReportAlteredByOneDigitIsFound) {
  const AnnualReport made = report();
  for (std::size_t i = 0; i < made.figures.size(); ++i) {
    if (made.figures[i].needs_keys || made.figures[i].rows.empty()) continue;
    AnnualReport altered = made;
    FigureRow& row = altered.figures[i].rows.back();
    row.value = row.value ? *row.value + 1 : 0;
    const auto checked = count_again(policy::to_json_text(altered));
    ASSERT_EQ(checked.findings.size(), 1U) << made.figures[i].id;
    EXPECT_EQ(checked.findings[0].rule, made.figures[i].id);
  }
}

TEST_F(AnnualReports, AReportAlteredInAnyOtherWayIsFound) {
  const AnnualReport made = report();
  const auto findings = [&](auto change) {
    AnnualReport altered = made;
    change(altered);
    return count_again(policy::to_json_text(altered)).findings.size();
  };
  EXPECT_EQ(findings([](AnnualReport&) {}), 0U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.root[5] ^= 1; }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.as_of.value += 1; }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.scope += "."; }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.simulated = !r.simulated; }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.elements.pop_back(); }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.figures.pop_back(); }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.figures[0].definition = "Made up."; }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.figures.push_back(r.figures[0]); }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.figures[0].id = "B1.more"; }), 2U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.figures[4].rows.push_back({"2030-01", 1, {}}); }), 2U);
  EXPECT_EQ(
      findings([](AnnualReport& r) { std::swap(r.figures[8].rows[0], r.figures[8].rows[1]); }), 1U);
}

TEST_F(AnnualReports, I12_L_5_TheAuditorCountsEarlierYearsToo) {
  d.advance(370 * kDayUs);
  d.tick();
  d.query("oreyes", "7XYZ999");
  from_ += 365 * kDayUs;
  const AnnualReport made = report("&years=4");
  ASSERT_TRUE(made.compared.has_value());
  ASSERT_EQ(made.compared->periods.size(), 1U) << "the log is two years old";
  const auto count = [&](auto change) {
    AnnualReport altered = made;
    change(altered);
    return count_again(policy::to_json_text(altered));
  };
  const auto checked = count([](AnnualReport&) {});
  EXPECT_TRUE(checked.holds()) << report_check::to_text(checked);
  EXPECT_GT(checked.checked, 160U) << "of both years";
  const auto findings = [&](auto change) { return count(change).findings.size(); };
  for (std::size_t i = 0; i < made.figures.size(); ++i) {
    const figures::PriorFigure& figure = made.compared->periods[0].figures[i];
    if (made.figures[i].needs_keys || figure.rows.empty()) continue;
    const auto altered = count([&](AnnualReport& r) {
      auto& value = r.compared->periods[0].figures[i].rows[0].value;
      value = value ? *value + 1 : 0;
    });
    ASSERT_EQ(altered.findings.size(), 1U) << figure.id;
    EXPECT_THAT(altered.findings[0].rule, HasSubstr(figure.id + " from "));
  }
  EXPECT_EQ(findings([](AnnualReport& r) { r.compared->periods.clear(); }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.compared->began.value += 1; }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.compared->periods[0].from.value += 1; }), 1U);
  EXPECT_EQ(findings([](AnnualReport& r) { r.compared->periods[0].figures.pop_back(); }), 1U);
  EXPECT_EQ(d.as("coord").get("/v1/reports/annual?" + period() + "&years=5").status, 400);
  const Reply page = d.as("coord").get("/v1/reports/annual.html?" + period() + "&years=4");
  EXPECT_THAT(page.body, HasSubstr("Compared with 1 of 4 earlier years"));
}

TEST_F(AnnualReports, AReportOfAnotherLogIsRefused) {
  AnnualReport made = report();
  made.origin = "other.example/alpr";
  const auto code = [&](const std::string& json) {
    const auto checked = check(json);
    return checked ? ErrorCode::kIo : checked.error().code;
  };
  EXPECT_EQ(code(policy::to_json_text(made)), ErrorCode::kMalformed);
  made.origin = std::string(kOrigin);
  made.size += 1'000'000;
  EXPECT_EQ(code(policy::to_json_text(made)), ErrorCode::kNotFound);
  made.size = 0;
  EXPECT_EQ(code(policy::to_json_text(made)), ErrorCode::kMalformed);
  EXPECT_EQ(code("{}"), ErrorCode::kMalformed);
  made.figures.resize(report_check::kFiguresMax + 1);
  EXPECT_EQ(code(policy::to_json_text(made)), ErrorCode::kTooLarge);
  EXPECT_EQ(code(std::string(report_check::kReportMax + 1, ' ')), ErrorCode::kTooLarge);
  EXPECT_EQ(code(""), ErrorCode::kMalformed);
}

}  // namespace
}  // namespace alpr::api::testing
