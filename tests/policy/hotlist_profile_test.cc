// Proves that a profile's layout gives the rows that our own layout gives, that it leaves out what
// it says and never lets immigration records in, and that a file of another layout is refused by
// line. By parsing small files.
#include "policy/registers/hotlist_profile.h"

#include <gtest/gtest.h>

#include <functional>

#include "policy/registers/hotlist_delta.h"

namespace alpr::policy {
namespace {

ProfileField named(std::string column, std::string name) {
  ProfileField field;
  field.column = std::move(column);
  field.name = std::move(name);
  return field;
}
ProfileField placed(std::string column, std::int64_t position) {
  ProfileField field;
  field.column = std::move(column);
  field.position = position;
  return field;
}
ProfileField cut(std::string column, std::int64_t start, std::int64_t length) {
  ProfileField field;
  field.column = std::move(column);
  field.start = start;
  field.length = length;
  return field;
}
ProfileField same(std::string column, std::string text) {
  ProfileField field;
  field.column = std::move(column);
  field.text = std::move(text);
  return field;
}

HotlistProfile csv(std::vector<ProfileField> fields) {
  HotlistProfile profile;
  profile.name = "test";
  profile.layout = HotlistLayout::kCsv;
  profile.fields = std::move(fields);
  return profile;
}
HotlistProfile fixed(std::vector<ProfileField> fields) {
  HotlistProfile profile = csv(std::move(fields));
  profile.layout = HotlistLayout::kFixed;
  return profile;
}

std::string rows_of(std::string_view file, const HotlistProfile& profile) {
  EXPECT_TRUE(check_profile(profile)) << check_profile(profile).error().detail;
  const auto list = parse_hotlist(file, profile);
  if (!list) return list.error().detail;
  return list->canonical.substr(kHotlistHeader.size() + 1);
}

TEST(HotlistProfile, MapsColumnsByNameWithAnotherSeparator) {
  HotlistProfile profile = csv({named("plate", "PlateNumber"), named("state", "PlateState"),
                                named("category", "Category"), named("expires_at", "ExpiryDate"),
                                same("source_list", "SVS")});
  profile.delimiter = ";";
  profile.dates = HotlistDates::kMonthDayYear;
  EXPECT_EQ(rows_of("\xef\xbb\xbf"
                    "Category;PlateState;PlateNumber;ExpiryDate;Other\r\n"
                    "\"STOLEN; ARMED\";CA;7abc-123;12/31/2026;x\r\n"
                    "STOLEN;NV;8DEF456;;\r\n",
                    profile),
            "7ABC123,CA,,STOLEN; ARMED,SVS,,,2026-12-31T00:00:00.000000Z,,,,,,,,,\n"
            "8DEF456,NV,,STOLEN,SVS,,,,,,,,,,,,\n");
}

TEST(HotlistProfile, MapsColumnsByPositionWithoutAHeader) {
  HotlistProfile profile = csv({placed("plate", 2), placed("category", 1)});
  profile.header = false;
  profile.delimiter = "\t";
  EXPECT_EQ(rows_of("STOLEN\t7ABC123\nLOST\t8DEF456\n", profile),
            "7ABC123,,,STOLEN,,,,,,,,,,,,,\n8DEF456,,,LOST,,,,,,,,,,,,,\n");
}

TEST(HotlistProfile, CutsLinesOfFixedWidth) {
  HotlistProfile profile = fixed({cut("plate", 1, 10), cut("state", 11, 2), cut("category", 13, 8),
                                  cut("entered_at", 21, 8), cut("vin", 29, 5)});
  profile.dates = HotlistDates::kYearMonthDay;
  EXPECT_EQ(rows_of("7ABC123   CASTOLEN  20260102VIN12 beyond\r\n"
                    "8DEF456   NVLOST    00000000     \r\n",
                    profile),
            "7ABC123,CA,,STOLEN,,,2026-01-02T00:00:00.000000Z,,VIN12,,,,,,,,\n"
            "8DEF456,NV,,LOST,,,,,,,,,,,,,\n");
  profile.header = true;
  EXPECT_EQ(rows_of("a header\n7ABC123   CASTOLEN  20260102VIN12\n", profile),
            "7ABC123,CA,,STOLEN,,,2026-01-02T00:00:00.000000Z,,VIN12,,,,,,,,\n");
}

TEST(HotlistProfile, I12_E_3_ImmigrationRecordsStayOutWhateverTheProfileSays) {
  HotlistProfile profile = csv({placed("plate", 1), placed("category", 2)});
  profile.header = false;
  profile.leave_out = {"repossessed", "Immigration violator"};
  const auto list = parse_hotlist(
      "A1,STOLEN\nB2,Repossessed\nC3,REPOSSESSED\nD4,IMMIGRATION VIOLATOR\n,IVF\nE5,LOST\n,LOST\n",
      profile);
  ASSERT_TRUE(list) << list.error().detail;
  EXPECT_EQ(list->rows, 2U);
  ASSERT_EQ(list->excluded.size(), 3U);
  EXPECT_EQ(list->excluded[0], (ExcludedCount{Exclusion::kImmigrationViolator, 2, std::nullopt}))
      << "counted as what they are, and not as the profile's";
  EXPECT_EQ(list->excluded[1], (ExcludedCount{Exclusion::kNoPlate, 1, std::nullopt}));
  EXPECT_EQ(list->excluded[2], (ExcludedCount{Exclusion::kCategory, 2, "repossessed"}));
}

TEST(HotlistProfile, AFileOfAnotherLayoutIsRefusedByLine) {
  const HotlistProfile by_name = csv({named("plate", "LIC"), named("category", "CAT")});
  HotlistProfile by_place = csv({placed("plate", 3), placed("category", 1)});
  by_place.header = false;
  const HotlistProfile by_width = fixed({cut("plate", 1, 7), cut("category", 8, 6)});
  HotlistProfile with_dates =
      csv({named("plate", "LIC"), named("category", "CAT"), named("entered_at", "DATE")});
  with_dates.dates = HotlistDates::kYearMonthDay;
  struct Bad {
    std::string file;
    const HotlistProfile& profile;
    std::string said;
  };
  for (const Bad& bad : {
           Bad{"PLATE,CAT\nA1,X\n", by_name,
               "line 1: the header has the profile's column 'LIC' nowhere"},
           Bad{"LIC,LIC,CAT\nA1,A1,X\n", by_name,
               "line 1: the header has the profile's column 'LIC' more"},
           Bad{"LIC,CAT\nA1,X\nB2\n", by_name, "line 3: has 1 fields and the first line has 2"},
           Bad{"LIC,CAT\nA1,X\nB2,Y", by_name, "cut off"},
           Bad{"LIC,CAT\nA1,X\n\"B2,Y\n", by_name, "a quote is not closed"},
           Bad{"", by_name, "cut off"},
           Bad{"LIC,CAT\nA?1,X\n", by_name, "line 2: plate"},
           Bad{"LIC,CAT\nA1,\n", by_name, "line 2: category: missing"},
           Bad{"X,A1\n", by_place, "line 1: has 2 fields, and the profile's plate is number 3"},
           Bad{"7ABC123STOLEN\n8DEF456LOS\n", by_width,
               "line 2: has 10 bytes, and the profile's last"},
           Bad{"7ABC123STOL\tN\n", by_width, "line 1: a control character"},
           Bad{"7ABC123STOL\xc3\xa9\n", by_width, "not ASCII"},
           Bad{"LIC,CAT,DATE\nA1,X,2026-01-02\n", with_dates, "line 2: entered_at"},
           Bad{"LIC,CAT,DATE\nA1,X,20261301\n", with_dates, "line 2: entered_at"},
       }) {
    const auto list = parse_hotlist(bad.file, bad.profile);
    ASSERT_FALSE(list) << bad.file;
    EXPECT_EQ(list.error().code, ErrorCode::kMalformed);
    EXPECT_NE(list.error().detail.find(bad.said), std::string::npos) << list.error().detail;
  }
}

TEST(HotlistProfile, AProfileThatCannotBeMeantIsRefused) {
  const auto plain = [] { return csv({named("plate", "LIC"), named("category", "CAT")}); };
  struct Bad {
    std::function<void(HotlistProfile&)> change;
    std::string said;
  };
  for (const Bad& bad : {
           Bad{[](auto& p) { p.name = "Big"; }, "name: 1 to 40"},
           Bad{[](auto& p) { p.version = 0; }, "version"},
           Bad{[](auto& p) { p.delimiter = "x"; }, "delimiter"},
           Bad{[](auto& p) { p.fields.pop_back(); }, "category: must be mapped"},
           Bad{[](auto& p) { p.fields.push_back(named("colour", "C")); }, "no such column"},
           Bad{[](auto& p) { p.fields.push_back(named("plate", "C")); }, "mapped twice"},
           Bad{[](auto& p) { p.fields[0].position = 1; }, "give one of"},
           Bad{[](auto& p) { p.fields[0] = cut("plate", 1, 7); }, "fixed width"},
           Bad{[](auto& p) { p.fields[0] = placed("plate", 0); }, "position: 1 to"},
           Bad{[](auto& p) { p.header = false; }, "without a header has positions"},
           Bad{[](auto& p) { p.layout = HotlistLayout::kFixed; }, "has start and length"},
           Bad{[](auto& p) { p.leave_out = {""}; }, "leave_out"},
       }) {
    HotlistProfile profile = plain();
    bad.change(profile);
    const auto checked = check_profile(profile);
    ASSERT_FALSE(checked) << bad.said;
    EXPECT_NE(checked.error().detail.find(bad.said), std::string::npos) << checked.error().detail;
  }
  HotlistProfile wide = fixed({cut("plate", 1, 257), cut("category", 8, 6)});
  EXPECT_FALSE(check_profile(wide));
  wide.fields[0].length.reset();
  EXPECT_FALSE(check_profile(wide));
}

TEST(HotlistProfile, ItsHashTellsTwoOfOneNameApart) {
  HotlistProfile profile = csv({named("plate", "LIC"), named("category", "CAT")});
  const ProfileName name = name_of(profile);
  EXPECT_EQ(name.name, "test");
  EXPECT_EQ(name.version, 1);
  EXPECT_EQ(name_of(profile).sha256, name.sha256);
  profile.leave_out = {"LOST"};
  EXPECT_NE(name_of(profile).sha256, name.sha256);
}

// ---- what a version changed ----

std::string canonical(std::string_view rows) {
  HotlistProfile profile = csv({placed("plate", 1), placed("category", 2)});
  profile.header = false;
  return parse_hotlist(rows, profile)->canonical;
}

TEST(HotlistDelta, I12_C2B1_2_CountsWhatCameWentAndChanged) {
  const std::string before = canonical("A1,STOLEN\nA12,STOLEN\nB2,LOST\nB2,STOLEN\nC3,STOLEN\n");
  const std::string after =
      canonical("A12,STOLEN\nB2,FELONY\nB2,STOLEN\nC3,STOLEN\nC3,LOST\nZ9,STOLEN\n");
  EXPECT_EQ(count_delta(before, after).value(), (HotlistDelta{2, 1, 1}));
  EXPECT_EQ(count_delta(after, before).value(), (HotlistDelta{1, 2, 1}));
  EXPECT_EQ(count_delta(before, before).value(), (HotlistDelta{0, 0, 0}));
  const std::string none = std::string(kHotlistHeader) + "\n";
  EXPECT_EQ(count_delta(none, before).value(), (HotlistDelta{5, 0, 0}));
  EXPECT_EQ(count_delta(before, none).value(), (HotlistDelta{0, 5, 0}));
  EXPECT_EQ(count_delta("nonsense", before).error().code, ErrorCode::kCorrupt);
}

TEST(HotlistDelta, ShowsTheRowsByPlateAndStopsWhereItIsTold) {
  const std::string before = canonical("A1,STOLEN\nB2,LOST\n");
  const std::string after = canonical("B2,STOLEN\nC3,STOLEN\n");
  std::string seen;
  const auto visit = [&](std::size_t max) {
    seen.clear();
    std::size_t count = 0;
    EXPECT_TRUE(visit_delta(before, after, [&](RowChange change, auto was, auto is) {
      seen += std::string(to_text(change)) + "|" + std::string(was.substr(0, 9)) + "|" +
              std::string(is.substr(0, 9)) + " ";
      return ++count < max;
    }));
  };
  visit(10);
  EXPECT_EQ(seen, "REMOVED|A1,,,STOL| CHANGED|B2,,,LOST|B2,,,STOL ADDED||C3,,,STOL ");
  visit(1);
  EXPECT_EQ(seen, "REMOVED|A1,,,STOL| ");
}

}  // namespace
}  // namespace alpr::policy
