// Proves that the annual report is delivered once three named recipients have had a report of a
// whole year that was over, that it is due on 15 March with one extension, and that the Coordinator
// is told of it. By changing one thing at a time in a log in memory.
#include "policy/registers/reports.h"

#include <gtest/gtest.h>

#include "policy/rules/l5_reports.h"
#include "policy/rules/tasks.h"
#include "tests/policy/world.h"

namespace alpr::policy {
namespace {

using namespace testing;

TimeUs at(std::string_view text) { return chain::parse_time(text).value(); }

class AnnualReportRules : public ::testing::Test {
 protected:
  AnnualReportRules() {
    coordinator = world.trained("coordinator", "SWORN");
    world.grant("coordinator", Role::kCoordinator);
    officer = world.trained("officer", "SWORN");
  }
  // Of 2023, in which the log begins.
  DiscloseReport year_report() const {
    return {ReportForm::kJson,
            40,
            Digest{1},
            at("2024-02-01T00:00:00Z"),
            at("2023-01-01T08:00:00Z"),
            at("2024-01-01T08:00:00Z"),
            Digest{2}};
  }
  Sequence disclose(const DiscloseReport& command) {
    return world.permit(decide(world.state(), coordinator, command, world.moment()));
  }
  Decision deliver(Sequence report, const std::optional<std::string>& recipient,
                   const std::optional<std::string>& how = "by hand") {
    return decide(world.state(), coordinator, DeliverReport{report, recipient, how},
                  world.moment());
  }
  Decision extend(std::string_view until, const std::string& granted_by = "PAC of 7 March 2024") {
    return decide(world.state(), coordinator,
                  ExtendReport{2023, at(until), granted_by, "the year's figures are checked"},
                  world.moment());
  }
  std::vector<Task> tasks(const Actor& who) const {
    std::vector<Task> found;
    const auto all = tasks_of(world.state(), who, world.moment());
    for (const Task& task : all.value())
      if (task.kind == TaskKind::kDeliverReport) found.push_back(task);
    return found;
  }
  void on(std::string_view time) {
    world.now = at(time);
    coordinator = world.log_in("coordinator");
    officer = world.log_in("officer");
  }
  ReportYearRow year() const { return report_year(world.rows, 2023).value(); }
  World world;
  Actor coordinator, officer;
};

TEST_F(AnnualReportRules, I12_L_5_IsDeliveredOnceAllThreeHaveIt) {
  const Sequence report = disclose(year_report());
  EXPECT_FALSE(year().delivered());
  world.permit(deliver(report, "CHIEF"));
  world.permit(deliver(report, "PAC"));
  world.permit(deliver(report, "PAC"));  // again, as after a correction
  EXPECT_FALSE(year().delivered());
  world.permit(deliver(report, "PUBLIC_SAFETY_COMMITTEE"));
  EXPECT_TRUE(year().delivered());
  ASSERT_EQ(year().deliveries.size(), 4U);
  EXPECT_EQ(year().deliveries[0].sha256, year_report().sha256);
  EXPECT_EQ(year().deliveries[0].report, report);
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(AnnualReportRules, I12_L_5_OnlyAReportOfAWholeYearThatIsOver) {
  const Sequence report = disclose(year_report());
  EXPECT_EQ(world.refused(deliver(report, "MAYOR"), "I12-L-5"), "recipient-not-named");
  EXPECT_EQ(world.refused(deliver(report, std::nullopt), "I12-L-5"), "recipient-not-named");
  EXPECT_EQ(world.refused(deliver(report, "PAC", " \t"), "I12-L-5"), "required-fact-missing");
  EXPECT_EQ(world.refused(deliver(report, "PAC", std::nullopt), "I12-L-5"),
            "required-fact-missing");
  DiscloseReport month = year_report();
  month.from = at("2023-12-01T08:00:00Z");
  EXPECT_EQ(world.refused(deliver(disclose(month), "PAC"), "I12-L-5"), "report-not-of-a-year");
  DiscloseReport early = year_report();
  early.as_of = at("2023-12-31T08:00:00Z");
  EXPECT_EQ(world.refused(deliver(disclose(early), "PAC"), "I12-L-5"), "period-not-over");
  EXPECT_EQ(deliver({1}, "PAC").error->code, ErrorCode::kNotFound);
  world.refused(
      decide(world.state(), officer, DeliverReport{report, "PAC", "by hand"}, world.moment()),
      "I12-L-5");
  world.refused(decide(world.state(), officer, year_report(), world.moment()), "I12-L-5");
  EXPECT_TRUE(year().deliveries.empty());
}

TEST_F(AnnualReportRules, I12_L_5_IsDueOn15March) {
  EXPECT_TRUE(tasks(coordinator).empty()) << "the year is not over";
  on("2024-01-02T00:00:00Z");
  ASSERT_EQ(tasks(coordinator).size(), 1U);
  EXPECT_EQ(tasks(coordinator)[0].name, "2023");
  EXPECT_EQ(tasks(coordinator)[0].due, at("2024-03-16T07:00:00Z"));
  EXPECT_TRUE(tasks(officer).empty());
  const Sequence report = disclose(year_report());
  for (const char* who : {"CHIEF", "PAC", "PUBLIC_SAFETY_COMMITTEE"})
    world.permit(deliver(report, who));
  EXPECT_TRUE(tasks(coordinator).empty());
  on("2025-01-02T00:00:00Z");
  ASSERT_EQ(tasks(coordinator).size(), 1U);
  EXPECT_EQ(tasks(coordinator)[0].name, "2024");
}

TEST_F(AnnualReportRules, I12_L_5_OneExtensionOfSixtyDays) {
  on("2024-03-01T00:00:00Z");
  EXPECT_EQ(world.refused(extend("2024-03-01T00:00:00Z"), "I12-L-5"), "extension-too-long");
  EXPECT_EQ(world.refused(extend("2024-05-15T07:00:01Z"), "I12-L-5"), "extension-too-long");
  EXPECT_EQ(world.refused(extend("2024-05-01T00:00:00Z", ""), "I12-L-5"), "required-fact-missing");
  world.permit(extend("2024-05-15T07:00:00Z"));
  EXPECT_EQ(tasks(coordinator).at(0).due, at("2024-05-15T07:00:00Z"));
  EXPECT_EQ(world.refused(extend("2024-05-10T00:00:00Z"), "I12-L-5"), "extension-used");
  EXPECT_EQ(world.rebuilt().dump(), world.rows.dump());
}

TEST_F(AnnualReportRules, AYearIsTheOneThatItsMiddleLiesIn) {
  EXPECT_EQ(report_year_of(at("2023-01-01T08:00:00Z"), at("2024-01-01T08:00:00Z")), 2023);
  EXPECT_EQ(report_year_of(at("2022-12-31T00:00:00Z"), at("2024-01-01T08:00:00Z")), 2023);
  EXPECT_EQ(report_year_of(at("2024-01-01T00:00:00Z"), at("2025-01-01T00:00:00Z")), 2024);
}

}  // namespace
}  // namespace alpr::policy
