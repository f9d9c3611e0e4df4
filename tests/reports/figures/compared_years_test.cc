// Proves that earlier years in a report are the reports of those years, counted at the same
// checkpoint, and that years before the log are left out. On a log of three years, written down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "reports/figures/annual.h"
#include "tests/reports/figures/made_log.h"

namespace alpr::figures {
namespace {

using testing::kDayUs;
using testing::MadeLog;
using testing::query;

TimeUs at(const std::string& text) { return *chain::parse_time(text); }
Period year(int which) {
  return {at(std::to_string(which) + "-01-01T08:00:00Z"),
          at(std::to_string(which + 1) + "-01-01T08:00:00Z")};
}

// Begins on 1 March 2024; a query a day in 2024, two in 2025, three in 2026.
MadeLog three_years() {
  MadeLog log(at("2024-03-01T00:00:00Z"));
  for (; log.now < at("2027-02-01T00:00:00Z"); log.now.value += kDayUs)
    for (int i = 2024; i <= 2026; ++i)
      if (!(log.now < at(std::to_string(i) + "-01-01T00:00:00Z")))
        log.add(query("oreyes", policy::QueryPurpose::kBurglary, 1));
  return log;
}

TEST(ComparedYears, I12_L_5_AreTheReportsOfThoseYears) {
  const MadeLog log = three_years();
  const AnnualReport report = log.report(year(2026), /*keys=*/true, UINT64_MAX, /*years=*/1);
  ASSERT_TRUE(report.compared.has_value());
  EXPECT_EQ(report.compared->asked, 1);
  ASSERT_EQ(report.compared->periods.size(), 1U);
  const PriorPeriod& prior = report.compared->periods[0];
  EXPECT_EQ(prior.from, year(2025).from);
  EXPECT_EQ(prior.until, year(2025).until);
  const AnnualReport alone = log.report(year(2025));
  ASSERT_EQ(prior.figures.size(), alone.figures.size());
  for (std::size_t i = 0; i < alone.figures.size(); ++i) {
    EXPECT_EQ(prior.figures[i].id, alone.figures[i].id);
    EXPECT_EQ(prior.figures[i].rows, alone.figures[i].rows) << alone.figures[i].id;
  }
  EXPECT_EQ(testing::value(alone, "C2B.queries"), 2 * 364 + 3) << "and 2026 until 08:00";
  EXPECT_EQ(log.report(year(2026)).figures, report.figures) << "the year itself is the same";
}

TEST(ComparedYears, I12_L_5_OfBeforeTheLogAreLeftOut) {
  const AnnualReport report = three_years().report(year(2026), true, UINT64_MAX, kYearsMax);
  ASSERT_TRUE(report.compared.has_value());
  EXPECT_EQ(report.compared->asked, kYearsMax);
  ASSERT_EQ(report.compared->periods.size(), 2U) << "2025, and what there is of 2024";
  EXPECT_EQ(report.compared->periods[1].from, year(2024).from);
  const AnnualReport second = three_years().report(year(2024), true, UINT64_MAX, 1);
  ASSERT_TRUE(second.compared.has_value());
  EXPECT_TRUE(second.compared->periods.empty());
}

TEST(ComparedYears, AReportWithoutThemReadsAsBefore) {
  const std::string json = policy::to_json_text(three_years().report(year(2026)));
  EXPECT_EQ(json.find("\"compared\":"), std::string::npos);
  const auto read = policy::from_json_text<AnnualReport>(json);
  ASSERT_TRUE(read.has_value());
  EXPECT_FALSE(read->compared.has_value());
  const AnnualReport with = three_years().report(year(2026), true, UINT64_MAX, 2);
  const auto again = policy::from_json_text<AnnualReport>(policy::to_json_text(with));
  ASSERT_TRUE(again.has_value()) << again.error().detail;
  EXPECT_EQ(policy::to_json_text(*again), policy::to_json_text(with));
}

TEST(ComparedYears, WithoutKeysTheOpenFiguresAreTheSame) {
  const MadeLog log = three_years();
  const AnnualReport with = log.report(year(2026), /*keys=*/true, UINT64_MAX, 1);
  const AnnualReport without = log.report(year(2026), /*keys=*/false, UINT64_MAX, 1);
  for (std::size_t i = 0; i < with.figures.size(); ++i) {
    const PriorFigure& figure = without.compared->periods[0].figures[i];
    if (figure.computed)
      EXPECT_EQ(figure.rows, with.compared->periods[0].figures[i].rows) << figure.id;
    else
      EXPECT_TRUE(with.figures[i].needs_keys) << figure.id;
  }
}

TEST(ComparedYears, AYearBeforeIsTheSameDays) {
  const auto before = [](const std::string& from, const std::string& until, std::int64_t years) {
    const Period period = years_before({at(from), at(until)}, years);
    return chain::format_time(period.from).substr(0, 10) + " " +
           chain::format_time(period.until).substr(0, 10);
  };
  EXPECT_EQ(before("2026-07-01T08:00:00Z", "2027-07-01T08:00:00Z", 3), "2023-07-01 2024-07-01");
  EXPECT_EQ(before("2028-02-29T00:00:00Z", "2029-02-28T00:00:00Z", 1), "2027-02-28 2028-02-28");
  EXPECT_EQ(before("2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z", 4), "2024-02-29 2024-03-01");
  EXPECT_EQ(before("2104-02-29T00:00:00Z", "2104-03-01T00:00:00Z", 4), "2100-02-28 2100-03-01");
}

TEST(ComparedYears, WhatCannotBeComparedIsNotTaken) {
  EXPECT_TRUE(comparable(year(2026), 0).has_value());
  EXPECT_TRUE(comparable(year(2026), kYearsMax).has_value());
  EXPECT_FALSE(comparable(year(2026), -1).has_value());
  EXPECT_FALSE(comparable(year(2026), kYearsMax + 1).has_value());
  EXPECT_FALSE(comparable({{0}, {kDayUs}}, 1).has_value());
  EXPECT_TRUE(comparable({{0}, {kDayUs}}, 0).has_value());
  EXPECT_FALSE(comparable({{INT64_MAX - kDayUs}, {INT64_MAX}}, 1).has_value());
}

}  // namespace
}  // namespace alpr::figures
