// Proves that a vendor's list of searches is read as it stands, whatever is wrong with it, and that
// a comparison with the record names each search that is on one side only, and nothing else
// (I12-K-5). On small files and queries written out here, and once on random ones against a count.
#include "reports/figures/reconcile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "ledger/chain/encoding.h"
#include "reports/figures/export_time.h"

namespace alpr::figures {
namespace {

using policy::Difference;
using policy::DifferenceCount;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kHeader =
    "Name,Org Name,Total Networks Searched,Time Frame,License Plate,Reason,Case #,Search Time\r\n";

TimeUs at(std::string_view time) { return chain::parse_time(time).value(); }

// A row as the vendor writes it.
std::string row(const std::string& name, const std::string& plate, const std::string& time,
                const std::string& case_number = "26-000123",
                const std::string& reason = "Burglary") {
  return name + ",Test PD,3,\"03/01/2026, 12:00:00 AM UTC\n03/02/2026, 12:00:00 AM UTC\"," + plate +
         "," + reason + "," + case_number + ",\"" + time + "\"\r\n";
}

LedgerQuery query(std::uint64_t event, std::string_view time, const std::string& plate = "7ABC123",
                  const std::string& case_number = "26-000123") {
  return {{event},
          at(time),
          "jdoe",
          "Jane Doe",
          plate.empty() ? std::nullopt : std::optional(plate),
          case_number,
          false};
}

class Reconcile : public ::testing::Test {
 protected:
  Reconciliation compare(const std::string& rows, std::vector<LedgerQuery> queries) {
    const auto read = read_export(std::string(kHeader) + rows, profile);
    EXPECT_TRUE(read) << read.error().detail;
    const auto found = reconcile(*read, queries, question, [](std::string_view reason) {
      return reason == "bad" ? std::optional(ReasonFault{Difference::kReasonNotAllowed, "I12-C2B-1",
                                                         "none of the order's"})
                             : std::nullopt;
    });
    EXPECT_TRUE(found) << found.error().detail;
    return *found;
  }
  std::string fault(const std::string& file) {
    const auto read = read_export(file, profile);
    return read ? "" : read.error().detail;
  }
  ExportProfile profile = flock_profile();
  ReconcileQuestion question{at("2026-03-01T00:00:00Z"), at("2026-03-03T00:00:00Z"), 120,
                             5 * 86'400};
};

TEST_F(Reconcile, I12_K_5_BothSidesAgree) {
  const Reconciliation found =
      compare(row("Jane Doe", "7ABC123", "03/01/2026, 05:00:30 PM UTC") +
                  row("Jane Doe", "", "03/02/2026, 12:00:00 AM UTC"),
              {query(7, "2026-03-01T17:00:00Z"), query(9, "2026-03-01T23:59:00Z", "")});
  EXPECT_TRUE(found.agrees);
  EXPECT_EQ(found.rows, 2);
  EXPECT_EQ(found.queries, 2);
  EXPECT_EQ(found.matched, 2);
  EXPECT_THAT(found.counts, IsEmpty());
}

TEST_F(Reconcile, I12_K_5_SearchesOnOneSideOnlyAreNamed) {
  const Reconciliation found =
      compare(row("Jane Doe", "7ABC123", "03/01/2026, 05:00:30 PM UTC") +
                  row("Max Other", "7ABC123", "03/01/2026, 05:00:30 PM UTC"),
              {query(7, "2026-03-01T17:00:00Z"), query(9, "2026-03-01T17:10:00Z")});
  EXPECT_FALSE(found.agrees);
  EXPECT_EQ(found.matched, 1);
  ASSERT_EQ(found.differences.size(), 2U);
  EXPECT_EQ(found.differences[0].difference, Difference::kOnlyInExport);
  EXPECT_EQ(found.differences[0].user, "Max Other");
  EXPECT_EQ(found.differences[0].line, 4) << "the time frame has a line break in its quotes";
  EXPECT_EQ(found.differences[1].difference, Difference::kOnlyInLedger);
  EXPECT_EQ(found.differences[1].event, Sequence{9});
}

TEST_F(Reconcile, TimeAndPlateDecideAndNothingIsPairedTwice) {
  const auto counts = [&](const std::string& rows, std::vector<LedgerQuery> queries) {
    return compare(rows, std::move(queries)).counts;
  };
  const std::vector<DifferenceCount> both{{Difference::kOnlyInExport, 1},
                                          {Difference::kOnlyInLedger, 1}};
  const std::string once = row("Jane Doe", "7ABC123", "03/01/2026, 05:02:00 PM UTC");
  EXPECT_THAT(counts(once, {query(7, "2026-03-01T17:00:00Z")}), IsEmpty());
  EXPECT_EQ(counts(once, {query(7, "2026-03-01T16:59:59Z")}), both) << "121 s apart";
  EXPECT_EQ(counts(once, {query(7, "2026-03-01T17:00:00Z", "7ABC124")}), both);
  EXPECT_EQ(counts(once, {query(7, "2026-03-01T17:00:00Z", "")}), both) << "without a plate";
  EXPECT_THAT(counts(once, {query(7, "2026-03-01T17:00:00Z"), query(8, "2026-03-01T17:01:00Z")}),
              ElementsAre(DifferenceCount{Difference::kOnlyInLedger, 1}));
  const std::string zero = row("Jane Doe", "7 ab-c01 2", "03/01/2026, 05:00:00 PM UTC");
  EXPECT_THAT(counts(zero, {query(7, "2026-03-01T17:00:00Z", "7ABCO12")}), IsEmpty());
}

TEST_F(Reconcile, UsersAgreeByUsernameNameOrderAddressAndTheProfile) {
  profile.users = std::vector{ExportUser{"Officer #4711", "jdoe"}};
  for (const std::string name :
       {"jdoe", "JDOE", "jane doe", "\"Doe, Jane\"", "jdoe@police.example", "Officer #4711"})
    EXPECT_TRUE(compare(row(name, "7ABC123", "03/01/2026, 05:00:00 PM UTC"),
                        {query(7, "2026-03-01T17:00:00Z")})
                    .agrees)
        << name;
  EXPECT_FALSE(compare(row("\"Jane \"\"JD\"\" Doe\"", "7ABC123", "03/01/2026, 05:00:00 PM UTC"),
                       {query(7, "2026-03-01T17:00:00Z")})
                   .agrees);
  // A name that changed is the same person.
  LedgerQuery married = query(8, "2026-03-01T18:00:00Z");
  married.name = "Jane Roe";
  EXPECT_TRUE(compare(row("Jane Doe", "7ABC123", "03/01/2026, 06:00:00 PM UTC") +
                          row("Jane Roe", "7ABC123", "03/01/2026, 05:00:00 PM UTC"),
                      {query(7, "2026-03-01T17:00:00Z"), married})
                  .agrees);
}

TEST_F(Reconcile, OfSeveralTheSameCaseNumberIsTheSameSearch) {
  const Reconciliation found =
      compare(row("jdoe", "7ABC123", "03/01/2026, 05:00:00 PM UTC", "26 000 200") +
                  row("jdoe", "7ABC123", "03/01/2026, 05:00:10 PM UTC", "26-000300"),
              {query(7, "2026-03-01T17:00:00Z", "7ABC123", "26-000300"),
               query(8, "2026-03-01T17:00:10Z", "7ABC123", "26-000200")});
  EXPECT_TRUE(found.agrees) << found.differences.size();
  const Reconciliation other =
      compare(row("jdoe", "7ABC123", "03/01/2026, 05:00:00 PM UTC", "26-9"),
              {query(7, "2026-03-01T17:00:00Z")});
  ASSERT_EQ(other.differences.size(), 1U);
  EXPECT_EQ(other.differences[0].difference, Difference::kCaseDiffers);
  EXPECT_EQ(other.differences[0].event, Sequence{7});
  EXPECT_EQ(other.matched, 1);
}

TEST_F(Reconcile, WhatIsWithheldIsNotComparedAndWithNothingLeftItSaysSo) {
  const std::string time = "03/01/2026, 05:00:00 PM UTC";
  const std::vector<LedgerQuery> one{query(7, "2026-03-01T17:00:00Z")};
  EXPECT_TRUE(compare(row("***", "7ABC123", time), one).agrees);
  EXPECT_TRUE(compare(row("jdoe", "***", time), one).agrees);
  EXPECT_TRUE(compare(row("***", "***", time), one).agrees) << "by the case number";
  const Reconciliation found = compare(row("***", "***", time, "***"), one);
  EXPECT_THAT(found.counts, ElementsAre(DifferenceCount{Difference::kNotComparable, 1},
                                        DifferenceCount{Difference::kOnlyInLedger, 1}));
}

TEST_F(Reconcile, ARefusedQueryIsNoSearchUnlessTheVendorListsIt) {
  LedgerQuery refused = query(7, "2026-03-01T17:00:00Z");
  refused.refused = true;
  EXPECT_TRUE(compare("", {refused}).agrees);
  const std::string rows = row("jdoe", "7ABC123", "03/01/2026, 05:00:00 PM UTC");
  const Reconciliation listed = compare(rows, {refused});
  EXPECT_THAT(listed.counts, ElementsAre(DifferenceCount{Difference::kRefusedHere, 1}));
  EXPECT_EQ(listed.differences[0].event, Sequence{7});
  // Where it was asked again and answered, that one is the search.
  EXPECT_TRUE(compare(rows, {refused, query(8, "2026-03-01T17:01:00Z")}).agrees);
}

TEST_F(Reconcile, I12_C2B_1_ReasonsAreJudgedInTheTimeAskedForAlone) {
  const Reconciliation found =
      compare(row("jdoe", "7ABC123", "03/01/2026, 05:00:00 PM UTC", "26-000123", "bad") +
                  row("jdoe", "7ABC123", "03/04/2026, 05:00:00 PM UTC", "26-000123", "bad"),
              {query(7, "2026-03-01T17:00:00Z")});
  EXPECT_THAT(found.counts, ElementsAre(DifferenceCount{Difference::kReasonNotAllowed, 1}));
  EXPECT_EQ(found.differences[0].rule, "I12-C2B-1");
  EXPECT_EQ(found.outside, 1);
}

TEST_F(Reconcile, TheEndsOfTheTimeTakeNothingForMissing) {
  // Each has its other side just outside.
  EXPECT_TRUE(compare(row("jdoe", "7ABC123", "02/28/2026, 11:59:30 PM UTC"),
                      {query(7, "2026-03-01T00:00:10Z")})
                  .agrees);
  EXPECT_TRUE(compare(row("jdoe", "7ABC123", "03/02/2026, 11:59:30 PM UTC"),
                      {query(7, "2026-03-03T00:00:10Z")})
                  .agrees);
  // And what is outside on both sides is nobody's business.
  const Reconciliation outside =
      compare(row("jdoe", "X", "02/28/2026, 11:59:30 PM UTC"), {query(7, "2026-03-03T00:00:10Z")});
  EXPECT_TRUE(outside.agrees);
  EXPECT_EQ(outside.matched, 0);
}

TEST_F(Reconcile, TimesWithoutARowAreGaps) {
  question.gap_s = 6 * 3'600;
  const std::string rows = row("jdoe", "7ABC123", "03/01/2026, 03:00:00 AM UTC") +
                           row("jdoe", "7ABC123", "03/02/2026, 07:00:00 PM UTC");
  const Reconciliation found =
      compare(rows, {query(6, "2026-03-01T03:00:00Z"), query(7, "2026-03-01T17:00:00Z"),
                     query(8, "2026-03-02T19:00:00Z")});
  EXPECT_THAT(found.counts, ElementsAre(DifferenceCount{Difference::kGap, 1},
                                        DifferenceCount{Difference::kOnlyInLedger, 1}));
  EXPECT_EQ(found.differences[0].time, at("2026-03-01T03:00:00Z"));
  EXPECT_THAT(found.differences[0].what, HasSubstr("until 2026-03-02T19:00:00.000000Z"));
  EXPECT_THAT(found.differences[0].what, HasSubstr("2 answered queries"));
  const Reconciliation nothing = compare("", {});
  ASSERT_EQ(nothing.differences.size(), 1U) << "a list of nothing is a gap as long as the time";
  EXPECT_EQ(nothing.differences[0].time, question.from);
}

TEST_F(Reconcile, MissingColumnsAreSaidAndTheRestIsCompared) {
  const auto read = read_export("name ,SEARCH TIME\njdoe,2026-03-01T17:00:00Z\n", profile);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->faults.size(), 3U);
  EXPECT_THAT(read->faults[0].what, HasSubstr("\"License Plate\""));
  const std::vector<LedgerQuery> one{query(7, "2026-03-01T17:00:00Z")};
  const auto found = reconcile(*read, one, question, [](auto) { return std::nullopt; });
  EXPECT_THAT(found->counts, ElementsAre(DifferenceCount{Difference::kMissingColumn, 3}));
  const auto timeless = read_export("Name,Reason\njdoe,bad\n", profile);
  const auto told = reconcile(*timeless, one, question, [](auto) { return std::nullopt; });
  EXPECT_THAT(told->counts, ElementsAre(DifferenceCount{Difference::kMissingColumn, 3}))
      << "without times nothing is called missing";
}

TEST_F(Reconcile, RowsThatDoNotReadOrAreRepeatedAreFaultsOfTheExport) {
  const std::string good = row("jdoe", "7ABC123", "03/01/2026, 05:00:00 PM UTC");
  const Reconciliation found =
      compare(good + good + "jdoe,too few\r\n" + "\r\n" + row("jdoe", "7ABC123", "soon") +
                  row("jdoe", "7ABC123", "03/01/2026, 05:00:00 PM") +
                  row("jdoe", "7ABC123", "02/30/2026, 05:00:00 PM UTC"),
              {query(7, "2026-03-01T17:00:00Z")});
  EXPECT_THAT(found.counts, ElementsAre(DifferenceCount{Difference::kUnreadableRow, 4},
                                        DifferenceCount{Difference::kRepeatedRow, 1}));
  EXPECT_EQ(found.differences[0].what, "the same as line 2");
  EXPECT_THAT(found.differences[1].what, HasSubstr("2 cells instead of 8"));
  EXPECT_EQ(found.differences[1].line, 6);
}

TEST_F(Reconcile, FilesThatAreNoExportAreRefused) {
  EXPECT_THAT(fault(""), HasSubstr("empty"));
  EXPECT_THAT(fault("\xEF\xBB\xBF"), HasSubstr("empty"));
  EXPECT_THAT(fault("\xEF\xBB\xBF"
                    "plate,category\n"),
              HasSubstr("none of the columns"));
  EXPECT_THAT(fault("Name,name\n"), HasSubstr("two columns are called Name"));
  EXPECT_THAT(fault("Name\n\xFF\n"), HasSubstr("UTF-8"));
  EXPECT_THAT(fault("Name,Reason\nx,y\n\"z,1\n"), HasSubstr("line 3: a quote is not closed"));
  EXPECT_EQ(fault("\xEF\xBB\xBF"
                  "Name,Search Time\r\n"),
            "");
  profile.delimiter = ";";
  EXPECT_EQ(fault("Name;Search Time\nDoe, Jane;2026-03-01T17:00:00Z\n"), "");
}

TEST_F(Reconcile, AFormulaIsTextLikeAnyOther) {
  const Reconciliation found = compare(row("\"=HYPERLINK(\"\"http://x\"\",\"\"Jane Doe\"\")\"",
                                           "+7ABC123", "03/01/2026, 05:00:00 PM UTC"),
                                       {});
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_EQ(found.differences[0].user, "=HYPERLINK(\"http://x\",\"Jane Doe\")");
  EXPECT_EQ(found.differences[0].plate, "+7ABC123");
}

TEST_F(Reconcile, TooManyDifferencesAreNotListed) {
  std::vector<LedgerQuery> many(kDifferencesMax + 1, query(7, "2026-03-01T17:00:00Z"));
  VendorExport none;
  none.has_times = true;
  const auto found = reconcile(none, many, question, [](auto) { return std::nullopt; });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kTooLarge);
}

TEST_F(Reconcile, RandomListsArePairedAsOftenAsCanBe) {
  std::mt19937 random(20260301);
  for (int round = 0; round < 200; ++round) {
    VendorExport given;
    given.has_times = true;
    std::vector<LedgerQuery> queries;
    std::uniform_int_distribution<int> second(0, 1'200);
    const TimeUs begin = at("2026-03-01T12:00:00Z");
    for (int i = 0; i < 8; ++i) {
      given.rows.push_back({i + 2,
                            {begin.value + second(random) * kSecondUs},
                            "jdoe",
                            "7ABC123",
                            std::nullopt,
                            std::nullopt});
      queries.push_back(query(static_cast<std::uint64_t>(i), "2026-03-01T12:00:00Z"));
      queries.back().time.value += second(random) * kSecondUs;
    }
    // The most pairs that any order gives, by trying all: row by row, with which query or none.
    std::vector<bool> used(queries.size());
    const std::function<int(std::size_t)> most = [&](std::size_t r) -> int {
      if (r == given.rows.size()) return 0;
      int best = most(r + 1);
      for (std::size_t q = 0; q < queries.size(); ++q) {
        const std::int64_t apart = given.rows[r].time.value - queries[q].time.value;
        if (used[q] || std::abs(apart) > question.tolerance_s * kSecondUs) continue;
        used[q] = true;
        best = std::max(best, 1 + most(r + 1));
        used[q] = false;
      }
      return best;
    };
    const auto found = reconcile(given, queries, question, [](auto) { return std::nullopt; });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->matched, most(0)) << "round " << round;
  }
}

TEST(ExportTime, IsReadAsVendorsWriteIt) {
  const auto read = [](std::string_view text, const ExportProfile& profile = flock_profile()) {
    const auto time = parse_export_time(text, profile);
    return time ? chain::format_time(*time) : time.error().detail;
  };
  const std::string evening = "2026-03-04T17:05:09.000000Z";
  for (const char* text :
       {"2026-03-04T17:05:09Z", "2026-03-04 17:05:09 UTC", "03/04/2026, 05:05:09 PM UTC",
        "3/4/2026 17:05:09 GMT", "3/4/2026, 5:05:09\xE2\x80\xAFPM UTC", "2026-03-04T09:05:09-08:00",
        "2026-03-04 09:05:09 PST", "2026-03-04T22:35:09+0530", "2026-03-04T17:05:09.0Z "})
    EXPECT_EQ(read(text), evening) << text;
  EXPECT_EQ(read("03/04/2026, 12:05:09 AM UTC"), "2026-03-04T00:05:09.000000Z");
  EXPECT_EQ(read("03/04/2026, 12:05:09 PM UTC"), "2026-03-04T12:05:09.000000Z");
  EXPECT_EQ(read("2026-03-04 17:05 Z"), "2026-03-04T17:05:00.000000Z");
  ExportProfile other = flock_profile();
  other.zone = "-08:00";
  other.dates = ExportDates::kDayFirst;
  EXPECT_EQ(read("04/03/2026 09:05:09", other), evening);
  EXPECT_EQ(read("04/03/2026 09:05:09 UTC", other), "2026-03-04T09:05:09.000000Z");
  for (const char* text :
       {"", "17:05", "2026-03-04", "13/04/2026, 05:05:09 PM UTC", "03/04/2026, 13:05:09 PM UTC",
        "03/04/2026, 0:05:09 AM UTC", "2026-03-04T25:05:09Z", "2026-03-04T17:05:09+15:00",
        "2026-03-04T17:05:09 Mars", "26-03-04T17:05:09Z", "1969-12-31T00:00:00Z",
        "2026-03-04T17:05:09.1234567Z", "=1+1"})
    EXPECT_THAT(read(text), HasSubstr("the time ")) << text;
  EXPECT_THAT(read("2026-03-04 17:05:09"), HasSubstr("names no zone"));
}

TEST(ExportProfile, SaysWhatOfItCannotBeMeant) {
  EXPECT_TRUE(check_profile(flock_profile()));
  const auto fault = [](auto change) {
    ExportProfile profile = flock_profile();
    change(profile);
    const auto checked = check_profile(profile);
    return checked ? "" : checked.error().detail;
  };
  EXPECT_THAT(fault([](auto& p) { p.name = "No name"; }), HasSubstr("name"));
  EXPECT_THAT(fault([](auto& p) { p.columns.plate = "Name"; }), HasSubstr("columns.user already"));
  EXPECT_THAT(fault([](auto& p) { p.columns.time = ""; }), HasSubstr("columns.time"));
  EXPECT_THAT(fault([](auto& p) { p.delimiter = "\n"; }), HasSubstr("delimiter"));
  EXPECT_THAT(fault([](auto& p) { p.delimiter = ""; }), HasSubstr("delimiter"));
  EXPECT_THAT(fault([](auto& p) { p.zone = "Oakland"; }), HasSubstr("zone"));
  EXPECT_THAT(fault([](auto& p) {
                p.users = std::vector{ExportUser{"", "jdoe"}};
              }),
              HasSubstr("users"));
  EXPECT_THAT(fault([](auto& p) {
                p.reasons = std::vector{ExportReason{"", {}}};
              }),
              HasSubstr("reasons"));
  EXPECT_THAT(fault([](auto& p) { p.withheld = ""; }), HasSubstr("withheld"));
}

TEST(ExportProfile, I12_C2B_1_AReasonStandsForAPurposeByItsWordsAlone) {
  using policy::QueryPurpose;
  const auto of = [](std::string_view reason) { return purpose_of(flock_profile(), reason); };
  EXPECT_EQ(of("burglary"), QueryPurpose::kBurglary);
  EXPECT_EQ(of("Stolen Vehicle - 26-000123"), QueryPurpose::kGrandTheft);
  EXPECT_EQ(of("VIOLENT_CRIME"), QueryPurpose::kViolentCrime);
  EXPECT_EQ(of("Witness locate"), QueryPurpose::kWitnessLocate);
  EXPECT_FALSE(of("Burglarytools"));
  EXPECT_FALSE(of("investigation of a burglary"));
  EXPECT_FALSE(of("invest"));
  EXPECT_FALSE(of("***"));
}

}  // namespace
}  // namespace alpr::figures
