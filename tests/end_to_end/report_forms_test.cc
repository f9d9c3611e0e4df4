// Proves that the program makes of a report's JSON what the server gives out, byte for byte, and
// tables of its attachments. A whole department's report, in all its forms; tables are read by
// Python's readers.
#include <gmock/gmock.h>

#include "tests/end_to_end/report_case.h"
#include "tests/reports/forms/stranger.h"

namespace alpr::end_to_end {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReportProgram : public ReportCase {
 protected:
  Said make(const std::string& arguments) const {
    return shell(PLATELEDGER_PROGRAM " report " + arguments);
  }
  std::string in_folder(const std::string& name) const { return (d.folder() / name).string(); }
};

TEST_F(ReportProgram, I12_L_5_MakesWhatTheServerGivesOut) {
  const std::string json = given("/v1/reports/annual?" + period() + "&years=1");
  const auto size = *chain::parse_canonical(json)->member("size")->integer();
  const std::string asked = "?" + period() + "&years=1&size=" + std::to_string(size);
  const std::string outputs = " --html " + in_folder("r.html") + " --pdf " + in_folder("r.pdf") +
                              " --csv " + in_folder("r.csv") + " --xlsx " + in_folder("r.xlsx");
  const std::string report = kept("report.json", json).string();
  ASSERT_EQ(make("annual --report " + report + outputs + " --json").out, "{\"files\":4}\n");
  for (const std::string form : {"html", "pdf", "csv", "xlsx"}) {
    const std::string made = file_text(in_folder("r." + form));
    EXPECT_TRUE(made == given("/v1/reports/annual." + form + asked)) << form;
    const bool is_pdf = form == "pdf";
    if (is_pdf && !forms::testing::is_there("pdftotext")) continue;
    const std::string text = is_pdf ? shell("pdftotext " + in_folder("r.pdf") + " -").out : made;
    EXPECT_NE(text.find("Reads"), std::string::npos) << form;
    for (const std::string secret : {"7ABC123", "26-000123", "oreyes", "Dana Attorney"})
      EXPECT_EQ(text.find(secret), std::string::npos) << form << " " << secret;
  }
  const auto view =
      forms::testing::as_a_stranger(file_text(in_folder("r.csv")), file_text(in_folder("r.xlsx")));
  EXPECT_TRUE(view.read);
  EXPECT_EQ(view.csv, view.xlsx);
  EXPECT_EQ(make("annual --report " + report + outputs).code, 2) << "they are there already";
  EXPECT_EQ(make("annual --report " + report).code, 2) << "which form?";
  EXPECT_EQ(make("annual --report " + in_folder("none") + " --html " + in_folder("n")).code, 2);
}

TEST_F(ReportProgram, I12_L_5_WhatAVerifierFoundStandsOnPageOne) {
  const std::string report = kept("report.json", given("/v1/reports/annual?" + period())).string();
  const auto page = [&](const std::string& said) {
    std::filesystem::remove(in_folder("r.html"));
    const std::string file = kept("said.txt", said).string();
    const Said made = make("annual --report " + report + " --html " + in_folder("r.html") +
                           " --verified " + file);
    return made.code == 0 ? file_text(in_folder("r.html")) : std::to_string(made.code);
  };
  const std::string bad = page(
      "chain    does not hold   7 checked, 0 not checked, 1 findings\n  CHAIN  event 7: altered\n"
      "does not hold, anchored in the key you gave\n");
  EXPECT_THAT(bad,
              HasSubstr("it does not hold. It found:</p>\n<p class=\"warning\">CHAIN  event 7"));
  EXPECT_LT(bad.find("CHAIN  event 7"), bad.find("About this report"));
  EXPECT_THAT(page("holds, anchored in the key you gave\n"), Not(HasSubstr("It found")));
  EXPECT_EQ(page("something else"), "2");
}

TEST_F(ReportProgram, I12_K_3_AnAttachmentAsATable) {
  for (const std::string which : {"QUERIES", "SHARING", "ENTRIES", "RESPONSES"}) {
    const std::string json = given("/v1/reports/annual/attachments/" + which + "?" + period());
    const std::string csv = in_folder(which + ".csv");
    const std::string xlsx = in_folder(which + ".xlsx");
    const Said made = make("attachment --attachment " + kept(which, json).string() + " --csv " +
                           csv + " --xlsx " + xlsx);
    ASSERT_EQ(made.code, 0) << made.out;
    const auto view = forms::testing::as_a_stranger(file_text(csv), file_text(xlsx));
    ASSERT_TRUE(view.read);
    EXPECT_EQ(view.csv, view.xlsx);
    const auto receipts = chain::parse_canonical(json)->member("receipts")->array()->size();
    EXPECT_EQ(view.csv.size(), receipts + 1) << which;
    ASSERT_GE(view.csv.size(), 2U);
    EXPECT_EQ(view.csv[0][0], "seq");
    EXPECT_EQ(view.csv[0][3], "leaf");
    const auto leaf = *chain::parse_canonical(json)
                           ->member("receipts")
                           ->array()
                           ->front()
                           .member("leaf")
                           ->string();
    EXPECT_EQ(view.csv[1][3], leaf);
    for (const std::string secret : {"7ABC123", "26-000123", "oreyes", "Dana Attorney"})
      EXPECT_EQ(file_text(csv).find(secret), std::string::npos) << which << secret;
  }
  const std::string file = in_folder("QUERIES");
  const std::string twice = " --attachment " + file + " --attachment " + file;
  EXPECT_EQ(make("attachment" + twice + " --xlsx " + in_folder("twice.xlsx")).code, 2);
  EXPECT_FALSE(std::filesystem::exists(in_folder("twice.xlsx"))) << "nor a part of it";
  EXPECT_EQ(make("attachment --attachment " + kept("bad", "{}").string() + " --csv " +
                 in_folder("bad.csv"))
                .code,
            2);
}

}  // namespace
}  // namespace alpr::end_to_end
