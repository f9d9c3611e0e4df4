// Proves that a coordinator takes a sample audit from its plan to its conclusion by commands alone,
// audits the system and takes the annual report, and that each ends by what came of it (I12-K-4,
// K-5, L-5). Runs the program against a department's server.
#include <gmock/gmock.h>

#include "ledger/chain/encoding.h"
#include "policy/registers/csv_record.h"
#include "tests/api/audit_case.h"
#include "tests/api/remote_program.h"
#include "tests/reports/forms/packed_workbook.h"

namespace alpr::api::testing {
namespace {

using ::testing::HasSubstr;

class AuditCommands : public AuditCase {
 protected:
  Ran run(const std::string& who, const std::string& arguments) {
    return run_remote(d, who, arguments);
  }
  static std::string at(std::int64_t time) { return chain::format_time({time}); }
  std::string file(const std::string& name) { return (d.folder() / name).string(); }
  static std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::string plan_options() {
    return "audit plan --of QUERIES --from " + at(from) + " --to " + at(to) +
           " --method CENSUS --beacon DRAND --round 'round 4096' --beacon-at " +
           at(d.now().value + kHourUs) + " --reason 'the yearly audit'";
  }
  // The cells of a worksheet, each test of each row passed but one.
  std::vector<std::vector<std::string>> filled(const std::string& csv, bool deviation) {
    policy::RecordReader reader(csv);
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> cells;
    for (auto more = reader.next(cells); more && *more; more = reader.next(cells))
      rows.push_back(cells);
    for (std::size_t row = 1; row < rows.size(); ++row) {
      for (std::size_t i = 10; i < 16; ++i) rows[row][i] = "PASS";
      rows[row][16] = "case file";
    }
    if (deviation) rows[1][10] = "DEVIATION";
    return rows;
  }
};

TEST_F(AuditCommands, I12_K_5_FromThePlanToTheConclusion) {
  queries(3);
  close();
  const Ran plan = run(kCoordinator, plan_options() + " --json");
  ASSERT_EQ(plan.exit_code, 0) << plan.output;
  const std::int64_t audit = *plan.json.member("seq")->integer();
  const std::string number = std::to_string(audit);
  published = d.now().value + kHourUs + kMinuteUs;
  wait(2 * kHourUs);
  const std::string draw =
      "audit draw " + number + " --value " + kValue + " --published-at " + at(published);
  const Ran first = run(kCoordinator, draw);
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_THAT(first.output, HasSubstr("once a second person"));
  EXPECT_THAT(run(kAdmin, draw).output, HasSubstr("the sample is drawn"));

  const std::string csv = file("sheet.csv");
  ASSERT_EQ(run(kAdmin, "audit worksheet " + number + " --out " + csv).exit_code, 0);
  EXPECT_EQ(run(kAdmin, "audit worksheet " + number + " --out " + csv).exit_code, 2)
      << "the file is there";
  const auto rows = filled(content(csv), /*deviation=*/true);
  const std::string workbook = file("filled.xlsx");
  std::ofstream(workbook, std::ios::binary) << forms::testing::resaved(rows);
  const Ran open = run(kCoordinator, "audit evaluate " + number);
  EXPECT_EQ(open.exit_code, 0);
  EXPECT_THAT(open.output, HasSubstr("0 of 3 items judged"));
  const Ran recorded = run(kAdmin, "audit record " + number + " " + workbook);
  EXPECT_EQ(recorded.exit_code, 0) << recorded.output;
  const Ran again = run(kAdmin, "audit record " + number + " " + workbook);
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.output, HasSubstr("all of this is on the record already"));
  const Ran concluded =
      run(kCoordinator, "audit evaluate " + number + " --finding 'one query had no purpose'");
  EXPECT_EQ(concluded.exit_code, 1) << "it is not accepted: " << concluded.output;
  EXPECT_THAT(concluded.output, HasSubstr("3 of 3 items judged, 1 of them deviate"));
  EXPECT_EQ(run(kCoordinator, "audit evaluate " + number + " --json").exit_code, 1);
}

TEST_F(AuditCommands, I12_K_5_AnAuditThatIsAcceptedEndsWell) {
  queries(3);
  close();
  const std::int64_t audit = seeded(census());
  const std::string csv = file("filled.csv");
  std::string text;
  for (const auto& row : filled(get(kAdmin, audit, "/worksheet.csv").body, /*deviation=*/false))
    text += policy::write_record(row) + "\r\n";
  std::ofstream(csv, std::ios::binary) << text;
  ASSERT_EQ(run(kAdmin, "audit record " + std::to_string(audit) + " " + csv).exit_code, 0);
  const Ran concluded =
      run(kCoordinator, "audit evaluate " + std::to_string(audit) + " --finding good");
  EXPECT_EQ(concluded.exit_code, 0) << concluded.output;
}

TEST_F(AuditCommands, WhatTheServerRefusesIsSaidWithItsRule) {
  queries(3);
  close();
  const Ran officer = run("oreyes", plan_options());
  EXPECT_EQ(officer.exit_code, 2);
  EXPECT_THAT(officer.output, HasSubstr("I12-K-5"));
  EXPECT_EQ(run(kCoordinator, "audit plan --of QUERIES").exit_code, 2) << "the rest is missing";
  EXPECT_EQ(run(kCoordinator, "audit evaluate 999999").exit_code, 2);
  EXPECT_EQ(run(kCoordinator, "audit worksheet 1 --out sheet.pdf").exit_code, 2);
  EXPECT_EQ(run(kCoordinator, "audit record 1 " + file("nowhere.csv")).exit_code, 2);
  const Ran stratum = run(kCoordinator, plan_options() + " --stratum '{'");
  EXPECT_EQ(stratum.exit_code, 2);
  EXPECT_THAT(stratum.output, HasSubstr("--stratum"));
  const Ran strata = run(
      kCoordinator, plan_options() + " --stratum '{\"name\": \"all\", \"kinds\": [96]}' --each");
  EXPECT_EQ(strata.exit_code, 0) << strata.output;
  EXPECT_THAT(strata.output, HasSubstr("the audit's name from here on"));
}

TEST_F(AuditCommands, I12_K_4_ASystemThatFailsItsCheckEndsBadly) {
  const Ran good = run(kIt, "audit selfcheck");
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("all hold; on the record as event"));
  ASSERT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  d.advance(kDayUs + kHourUs);
  const Ran old = run(kIt, "audit selfcheck");
  EXPECT_EQ(old.exit_code, 1) << old.output;
  EXPECT_THAT(old.output, HasSubstr("REFRESH  DOES NOT HOLD: 1 of 1 general lists"));
  const Ran json = run(kIt, "audit selfcheck --json");
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_FALSE(*json.json.member("passed")->boolean()) << json.output;
}

TEST_F(AuditCommands, I12_L_5_TheAnnualReportIsWrittenAsItCame) {
  queries(3);
  wait(kHourUs);
  const std::int64_t quarter = 15 * kMinuteUs;
  const std::string period = "report annual --from " + at(from / quarter * quarter) + " --until " +
                             at(d.now().value / quarter * quarter);
  const std::string report = file("report.json");
  const Ran made = run(kCoordinator, period + " --out " + report + " --html " + file("r.html") +
                                         " --csv " + file("r.csv"));
  EXPECT_EQ(made.exit_code, 0) << made.output;
  EXPECT_TRUE(chain::parse_canonical(content(report)));
  EXPECT_THAT(content(file("r.html")), HasSubstr("Queries that were answered"));
  EXPECT_THAT(content(file("r.csv")), HasSubstr("C2B.queries"));
  EXPECT_EQ(run(kCoordinator, period + " --out " + report).exit_code, 2) << "the file is there";
  EXPECT_EQ(run(kCoordinator, period).exit_code, 2) << "no file is named";
  EXPECT_EQ(run("oreyes", period + " --out " + file("o.json")).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(file("o.json")));
}

}  // namespace
}  // namespace alpr::api::testing
