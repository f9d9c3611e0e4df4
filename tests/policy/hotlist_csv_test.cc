// Proves that a source's file is read strictly, that immigration records never become active, and
// that the canonical text is the same for the same rows. By files written here, good and bad, and
// by reading back what was written.
#include "policy/registers/hotlist_csv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>

#include "ledger/chain/hash.h"
#include "ledger/chain/merkle.h"
#include "policy/registers/csv_record.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using testing::kSvsRow;
using testing::list_file;

// nullopt where it does not read as one.
std::optional<std::vector<std::string>> canonical_rows(const std::string& canonical) {
  CanonicalRows rows(canonical);
  std::vector<std::string> all;
  for (;;) {
    const auto more = rows.next();
    if (!more) return std::nullopt;
    if (!*more) return all;
    all.emplace_back(rows.row());
  }
}

TEST(HotlistCsv, ReadsARowWithAllItsFields) {
  const auto list = parse_hotlist(list_file({std::string(kSvsRow)}));
  ASSERT_TRUE(list.has_value()) << list.error().detail;
  EXPECT_EQ(list->rows, 1U);
  const auto rows = canonical_rows(list->canonical);
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 1U);
  const auto entry = parse_canonical_row(rows->front());
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->plate, "7ABC123");
  EXPECT_EQ(entry->category, "STOLEN VEHICLE");
  EXPECT_EQ(entry->attributes.make, "HONDA");
  EXPECT_EQ(entry->attributes.vin, "VIN123");
  EXPECT_EQ(entry->entered_at, (TimeUs{1'767'312'000 * kSecondUs}));
  EXPECT_FALSE(entry->expires_at.has_value());
  EXPECT_EQ(known_names(entry->attributes).size(), 8U);
}

TEST(HotlistCsv, QuotedFieldsComeBackAsTheyWere) {
  const std::string row =
      "7abc-123,,,\"STOLEN, \"\"HOT\"\"\",,,,,,,,,,,,,\"two\nlines\tand a tab\"";
  const auto list = parse_hotlist(list_file({row, "8XYZ999,STOLEN"}));
  ASSERT_TRUE(list.has_value()) << list.error().detail;
  const auto rows = canonical_rows(list->canonical);
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 2U);
  const auto entry = parse_canonical_row(rows->front());
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->category, "STOLEN, \"HOT\"");
  EXPECT_EQ(entry->remarks, "two\nlines\tand a tab");
}

TEST(HotlistCsv, RowsInAnyMixtureOfQuotesAndBlanksBecomeWhatEachFieldSays) {
  std::mt19937 random(9);
  const std::vector<std::string> words = {"",       "CA",   "A, B", " HONDA ", "say \"so\"",
                                          "tab\tx", "a\nb", ",",    "x,",      "CIVIC"};
  std::vector<std::string> rows;
  std::vector<std::string> expected;
  for (int i = 0; i < 500; ++i) {
    std::vector<std::string> said(kHotlistColumns), canonical(kHotlistColumns);
    for (std::size_t k = 0; k < kHotlistColumns; ++k) {
      std::string word = words[random() % words.size()];
      if (k == 0) word = "a-" + std::to_string(i);
      if (k == 3) word = "STOLEN";
      if (k == kEnteredAtColumn || k == kExpiresAtColumn)
        word = random() % 2 == 0 ? "" : "2026-11-23T10:00:00.000000Z";
      said[k] = write_record({word});
      if (said[k] == word && random() % 4 == 0) said[k] = "\"" + word + "\"";
      const std::size_t from = word.find_first_not_of(' ');
      word =
          from == std::string::npos ? "" : word.substr(from, word.find_last_not_of(' ') + 1 - from);
      canonical[k] = k == 0 ? "A" + std::to_string(i) : word;
    }
    std::string row = said[0];
    for (std::size_t k = 1; k < kHotlistColumns; ++k) row += "," + said[k];
    rows.push_back(row);
    expected.push_back(write_record(canonical));
  }
  std::string file(kHotlistHeader);
  for (const std::string& row : rows) file += "\n" + row;
  const auto list = parse_hotlist(file + "\n");
  ASSERT_TRUE(list.has_value()) << list.error().detail;
  std::sort(expected.begin(), expected.end());
  const auto found = canonical_rows(list->canonical);
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ((*found)[i], expected[i]);
}

// Two megabytes, which two threads read: half of the rows stand as they will in the list, half do
// not, and some twice.
std::vector<std::string> many_rows(bool quoted) {
  std::vector<std::string> rows;
  for (int i = 0; i < 40'000; ++i) {
    const std::string plate = (i % 2 == 0 ? "A" : "a-") + std::to_string(i / 8 * 8 + i % 7);
    const std::string remarks = quoted && i % 5 == 0 ? "\"two\nlines, and \"\"quotes\"\"\"" : "";
    rows.push_back(plate + ",,,STOLEN," + (i % 9 == 0 ? "ICE" : "SVS") + ",,,,,,,,,,,," + remarks);
  }
  return rows;
}

TEST(HotlistCsv, AFileThatTwoThreadsReadGivesWhatItsPartsGive) {
  for (const bool quoted : {false, true}) {
    const std::vector<std::string> rows = many_rows(quoted);
    const auto whole = parse_hotlist(list_file(rows));
    ASSERT_TRUE(whole.has_value()) << whole.error().detail;
    // Each part is read by one thread.
    std::set<std::string> expected;
    std::int64_t left_out = 0;
    std::size_t taken = 0;
    for (std::size_t from = 0; from < rows.size(); from += 8'000) {
      const auto at = rows.begin() + static_cast<std::ptrdiff_t>(from);
      const auto part = parse_hotlist(list_file({at, at + 8'000}));
      ASSERT_TRUE(part.has_value());
      const auto texts = canonical_rows(part->canonical);
      ASSERT_TRUE(texts.has_value());
      expected.insert(texts->begin(), texts->end());
      taken += texts->size();
      for (const ExcludedCount& count : part->excluded) left_out += count.rows;
    }
    const auto found = canonical_rows(whole->canonical);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(*found, std::vector<std::string>(expected.begin(), expected.end()));
    EXPECT_EQ(whole->rows, expected.size());
    std::vector<Digest> leaves;
    for (const std::string& row : *found)
      leaves.push_back(chain::sha256(as_bytes(std::string(1, '\0') + row)));
    EXPECT_EQ(whole->root, chain::root_of(leaves));
    std::int64_t excluded = 0;
    for (const ExcludedCount& count : whole->excluded) excluded += count.rows;
    // A row that stands in two parts is left out once more in the whole.
    EXPECT_EQ(excluded - left_out, static_cast<std::int64_t>(taken - expected.size()));
    EXPECT_EQ(static_cast<std::size_t>(excluded) + whole->rows, rows.size());
  }
}

TEST(HotlistCsv, TheFirstFaultOfALongFileIsTheOneNamed) {
  for (const bool quoted : {false, true}) {
    for (const auto& [first, second] : {std::pair{5, 39'000}, {30'000, 39'000}, {20'000, 20'001}}) {
      std::vector<std::string> rows = many_rows(quoted);
      std::size_t line = 2;
      for (int i = 0; i < first; ++i)
        line += 1 + static_cast<std::size_t>(std::count(rows[i].begin(), rows[i].end(), '\n'));
      rows[static_cast<std::size_t>(first)] = "B1,,";
      rows[static_cast<std::size_t>(second)] = "B2,,,\"never closed";
      std::string file(kHotlistHeader);
      for (const std::string& row : rows) file += "\n" + row;
      const auto list = parse_hotlist(file + "\n");
      ASSERT_FALSE(list.has_value());
      EXPECT_EQ(list.error().detail,
                "hot list line " + std::to_string(line) + ": has 3 fields and must have 17");
    }
  }
}

TEST(HotlistCsv, CanonicalTextDoesNotDependOnTheOrderOfRows) {
  std::vector<std::string> rows;
  for (int i = 0; i < 50; ++i) rows.push_back("A" + std::to_string(i) + ",STOLEN");
  const auto first = parse_hotlist(list_file(rows));
  std::mt19937 random(7);
  std::shuffle(rows.begin(), rows.end(), random);
  const auto second = parse_hotlist(list_file(rows));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->canonical, second->canonical);
  EXPECT_EQ(first->root, second->root);
  // And what it wrote, it reads as the same.
  const auto again = parse_hotlist(first->canonical);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->canonical, first->canonical);
}

TEST(HotlistCsv, RootIsThatOfTheRows) {
  const auto list = parse_hotlist(list_file({"A1,STOLEN", "B2,STOLEN", "C3,STOLEN"}));
  ASSERT_TRUE(list.has_value());
  std::vector<Digest> leaves;
  for (const std::string row :
       {"A1,,,STOLEN,,,,,,,,,,,,,", "B2,,,STOLEN,,,,,,,,,,,,,", "C3,,,STOLEN,,,,,,,,,,,,,"}) {
    leaves.push_back(chain::sha256(as_bytes(std::string(1, '\0') + row)));
  }
  EXPECT_EQ(list->root, chain::root_of(leaves));
}

TEST(HotlistCsv, I12_C2A1_3_ImmigrationRecordsAreLeftOutAndCounted) {
  const auto list = parse_hotlist(
      list_file({"A1,STOLEN", "B2,IMMIGRATION VIOLATOR", "C3,Immigration_Violator File",
                 "D4,ICE ADMINISTRATIVE HOLD", "E5,,,WANTED,ICE,,,,,,,,,,,,",
                 "F6,,,WANTED,NCIC,,,,,,,,,,,DCICE0100,", "G7,DEPORTED FELON",
                 "H8,,,WANTED,CBP TECS,,,,,,,,,,,,", ",IMMIGRATION VIOLATOR"}));
  ASSERT_TRUE(list.has_value()) << list.error().detail;
  EXPECT_EQ(list->rows, 1U);
  std::int64_t left_out = 0;
  for (const ExcludedCount& count : list->excluded) {
    EXPECT_NE(count.why, Exclusion::kNoPlate);
    left_out += count.rows;
  }
  EXPECT_EQ(left_out, 8);
}

TEST(HotlistCsv, I12_C2A1_3_WordsThatOnlyLookLikeThemStayActive) {
  const auto list = parse_hotlist(
      list_file({"A1,POLICE VEHICLE STOLEN", "B2,OFFICER ASSAULT", "C3,CUSTOMISED VEHICLE",
                 "D4,VIOLENT PERSON", "E5,,,STOLEN,SVS,,,,,,,,,,,CA0010900,"}));
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(list->rows, 5U);
  EXPECT_TRUE(list->excluded.empty());
}

TEST(HotlistCsv, I12_B_3_TheSameRowTwiceIsOneEntry) {
  const auto list = parse_hotlist(list_file({"A1,STOLEN", "a-1,STOLEN", "A1,WANTED", ",STOLEN"}));
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(list->rows, 2U);
  ASSERT_EQ(list->excluded.size(), 2U);
  EXPECT_EQ(list->excluded[0].why, Exclusion::kNoPlate);
  EXPECT_EQ(list->excluded[1].why, Exclusion::kDuplicate);
  EXPECT_EQ(list->excluded[1].rows, 1);
}

struct Bad {
  std::string file;
  std::string says;
};

TEST(HotlistCsv, RefusesAFileWithTheLineOfItsFault) {
  const std::string header = std::string(kHotlistHeader) + "\n";
  const std::string tail = ",,,,,,,,,,,,,\n";
  const std::vector<Bad> files{
      {"", "cut off"},
      {std::string(kHotlistHeader), "cut off"},
      {header + "A1,,,STOLEN,,,,,,,,,,,,,", "cut off"},
      {"plate,state\nA1,CA\n", "line 1"},
      {header + "A1,,,STOLEN" + tail + "B2,,,STOLEN\n", "line 3: has 4 fields"},
      {header + "A1,,," + tail, "line 2: category"},
      {header + "ABCDEFGHIJK,,,STOLEN" + tail, "line 2: plate"},
      {header + "A_1,,,STOLEN" + tail, "line 2: plate"},
      {header + "A1,,,\"STOLEN" + tail, "not closed"},
      {header + "A1,,,\"STO\"LEN" + tail, "line 2: text after"},
      {header + "A1,,,STO\"LEN" + tail, "line 2: a quote"},
      {header + "A1,,,STO\x01LEN" + tail, "line 2: a control"},
      {header + "A1,,,STO\xffLEN" + tail, "UTF-8"},
      {header + "A1,,," + std::string(257, 'x') + tail, "line 2: category: longer"},
      {header + "A1,,,STOLEN,,,yesterday,,,,,,,,,,\n", "line 2: entered_at"},
      {header + "\nA1,,,STOLEN" + tail, "line 2: has 1 fields"},
      {header + "A1,,,\"two\nlines\"" + tail + "B2\n", "line 4"},
  };
  for (const Bad& bad : files) {
    const auto list = parse_hotlist(bad.file);
    ASSERT_FALSE(list.has_value()) << bad.says;
    EXPECT_EQ(list.error().code, ErrorCode::kMalformed);
    EXPECT_NE(list.error().detail.find(bad.says), std::string::npos) << list.error().detail;
    EXPECT_EQ(list.error().detail.find("ABCDEFGHIJK"), std::string::npos) << "a plate in an error";
  }
}

TEST(HotlistCsv, AStoredTextThatWasChangedDoesNotReadBack) {
  const auto list = parse_hotlist(list_file({std::string(kSvsRow), "8XYZ999,STOLEN"}));
  ASSERT_TRUE(list.has_value());
  EXPECT_FALSE(canonical_rows(list->canonical.substr(1)).has_value());
  EXPECT_FALSE(canonical_rows(list->canonical.substr(0, list->canonical.size() - 1)).has_value());
  for (const std::string row :
       {"7abc123,,,STOLEN,,,,,,,,,,,,,", "A1,,,STOLEN,,,2026-01-02,,,,,,,,,,",
        "A1,,,\"STOLEN\",,,,,,,,,,,,,", ",,,STOLEN,,,,,,,,,,,,,", "A1", ""}) {
    const auto entry = parse_canonical_row(row);
    ASSERT_FALSE(entry.has_value()) << row;
    EXPECT_EQ(entry.error().code, ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace alpr::policy
