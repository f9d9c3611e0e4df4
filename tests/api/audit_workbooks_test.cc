// Proves that a worksheet which a spreadsheet program saved again is taken like the CSV, and that a
// workbook with a formula, a bomb or another audit's rows is not (I12-K-5). Over HTTPS on a
// department's server; the workbooks are made here, part by part.
#include <gmock/gmock.h>

#include "api/service.h"
#include "policy/registers/csv_record.h"
#include "tests/api/audit_case.h"
#include "tests/reports/forms/packed_workbook.h"

namespace alpr::api::testing {
namespace {

namespace book = forms::testing;
using ::testing::HasSubstr;

class AuditWorkbooks : public AuditCase {
 protected:
  using Rows = std::vector<std::vector<std::string>>;
  static constexpr std::size_t kFirstTest = 10;
  static constexpr std::size_t kEvidence = 16;

  AuditWorkbooks() {
    queries(4);
    close();
    audit = seeded(census());
    policy::RecordReader reader(csv = get(kAdmin, audit, "/worksheet.csv").body);
    std::vector<std::string> cells;
    for (auto more = reader.next(cells); more && *more; more = reader.next(cells))
      rows.push_back(cells);
    EXPECT_EQ(rows.size(), 5U);
    for (std::size_t row = 1; row < rows.size(); ++row) {
      for (std::size_t i = kFirstTest; i < kEvidence; ++i) rows[row][i] = "PASS";
      rows[row][kEvidence] = "seen <in> the \"case\" file";
    }
  }
  Reply give_back(const std::string& workbook, const std::string& who = kAdmin) {
    return d.as(who).send(
        "POST", "/v1/audits/" + std::to_string(audit) + "/worksheet.xlsx",
        {"Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        workbook);
  }
  std::string judged() { return chain::write(*get("pac", audit).json.member("audit")); }

  std::int64_t audit = 0;
  std::string csv;
  Rows rows;
};

TEST_F(AuditWorkbooks, I12_K_5_AWorkbookThatWasSavedAgainIsTakenLikeTheCsv) {
  rows[2][kFirstTest] = "UNEXAMINABLE";
  Rows part(rows.begin(), rows.end() - 1);
  part[1].back() = "";
  const Reply reply = give_back(book::resaved(part));
  ASSERT_EQ(reply.status, 201) << reply.body;
  EXPECT_THAT(judged(), HasSubstr("\"judged\":3,\"deviations\":1"));
  const auto event =
      chain::parse_canonical(
          d.service().store().event({static_cast<std::uint64_t>(reply.number("seq"))})->json)
          .value();
  EXPECT_EQ(*event.member("evidence")->string(), "seen <in> the \"case\" file");
  EXPECT_EQ(give_back(book::resaved(part)).status, 409) << "the same again is nothing new";
  ASSERT_EQ(give_back(book::resaved(rows)).status, 201) << "the row that was left for later";
  EXPECT_EQ(conclude(audit).status, 201);
}

TEST_F(AuditWorkbooks, OurOwnWorkbookFilledInWithNothingIsSaidToBeEmpty) {
  const Reply given = get(kAdmin, audit, "/worksheet.xlsx");
  ASSERT_EQ(given.status, 200);
  const Reply reply = give_back(given.body);
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("nothing is filled in"));
}

TEST_F(AuditWorkbooks, I12_K_5_AWorkbookThatIsNotTheAuditsIsNotTaken) {
  const auto refused = [&](const std::string& workbook, const std::string& says) {
    const Reply reply = give_back(workbook);
    EXPECT_EQ(reply.status, 400) << reply.body;
    EXPECT_THAT(reply.body, HasSubstr(says));
  };
  const auto with = [&](auto&& change) {
    Rows other = rows;
    change(other);
    return book::resaved(other);
  };
  refused(with([](Rows& r) { std::swap(r[0][kFirstTest], r[0][kFirstTest + 1]); }),
          "row 1: the columns must be those");
  refused(with([](Rows& r) { r[3][kFirstTest] = "fine"; }), "row 4: PURPOSE");
  refused(with([](Rows& r) { r[2][0] = "1"; }), "row 3: audit: a row of another audit");
  refused(with([](Rows& r) { r[1].emplace_back("more"); }), "row 2: 19 cells instead of 18");
  refused(csv, "the zip archive has no directory");
  const std::string formula =
      "<worksheet><sheetData><row><c><f>1+1</f><v>2</v></c></row>"
      "</sheetData></worksheet>";
  refused(book::deflated_zip(book::workbook_parts(formula, "<sst/>")), "a formula in A1");
  const std::string bomb = "<worksheet>" + std::string(std::size_t{16} << 20, ' ');
  const Reply exploded = give_back(book::deflated_zip(book::workbook_parts(bomb, "<sst/>")));
  EXPECT_EQ(exploded.status, 413) << exploded.body;
  EXPECT_THAT(judged(), HasSubstr("\"judged\":0"));
  EXPECT_EQ(give_back("not even read", "oreyes").status, 403);
}

}  // namespace
}  // namespace alpr::api::testing
