// Proves that a workbook is read back as it was written, by our own writer and in the manner of a
// spreadsheet program, and that one which is damaged, computes or unpacks to too much is refused.
// On workbooks made here, part by part.
#include "reports/forms/xlsx_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "reports/forms/sheet.h"
#include "reports/forms/xlsx.h"
#include "reports/forms/zip_reader.h"
#include "tests/reports/forms/packed_workbook.h"

namespace alpr::forms::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::string_view kSheet = "Audit worksheet";

Rows cells_of(const std::string& workbook) {
  const auto rows = read_xlsx(as_bytes(workbook), kSheet);
  EXPECT_TRUE(rows) << rows.error().detail;
  Rows cells;
  if (rows)
    for (const WorkbookRow& row : *rows) cells.push_back(row.cells);
  return cells;
}
std::string fault(const std::string& workbook) {
  const auto rows = read_xlsx(as_bytes(workbook), kSheet);
  return rows ? "" : rows.error().detail;
}
std::string sheet_fault(const std::string& rows, const std::string& shared = "<sst/>") {
  return fault(deflated_zip(
      workbook_parts("<worksheet><sheetData>" + rows + "</sheetData></worksheet>", shared)));
}
Rows sheet_cells(const std::string& rows, const std::string& shared = "<sst/>") {
  return cells_of(deflated_zip(
      workbook_parts("<worksheet><sheetData>" + rows + "</sheetData></worksheet>", shared)));
}

const Rows kTexts{{"audit", "item", "text"},
                  {"4711", "12", "O'Brien, \"Pat\" <b>&amp;</b>"},
                  {"4711", "13", " blanks at both ends "},
                  {"4711", "14", "   "},
                  {"4711", "15", "two\r\nlines"},
                  {"4711", "16", "_x0041_ is no A, and _x00_ nothing"},
                  {"4711", "17", "\xF0\x9F\x9A\x97 \xD7\x90"},
                  {"4711", "", "after an empty cell"}};

TEST(XlsxReader, OurOwnWorkbookComesBackAsItWasWritten) {
  Sheet sheet(std::string(kSheet), {1'772'438'400'000'000}, kTexts.front());
  for (std::size_t i = 1; i < kTexts.size(); ++i) ASSERT_TRUE(sheet.add(kTexts[i]));
  EXPECT_EQ(cells_of(to_xlsx(sheet)), sheet.rows());
}

TEST(XlsxReader, OneThatAProgramSavedAgainComesBackToo) {
  Rows expected = kTexts;
  // Such a program writes an underscore that it knows as the beginning of an escape as one.
  Rows written = kTexts;
  written[5][2] = "_x005F_x0041_ is no A, and _x00_ nothing";
  EXPECT_EQ(cells_of(resaved(written)), expected);
}

TEST(XlsxReader, ACellIsWhatStandsInIt) {
  EXPECT_EQ(
      sheet_cells("<row><c><v>4711.0</v></c><c><v>4.711E3</v></c><c t=\"n\"><v>0.1</v></c>"
                  "<c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c><c t=\"str\"><v>typed</v></c>"
                  "<c t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><r><t>rich </t></r>"
                  "<r><rPr><b/></rPr><t>text</t></r></is></c></row>",
                  "<sst><si><r><t>two </t></r><r><t>runs</t></r><rPh><t>x</t></rPh></si></sst>"),
      (Rows{{"4711", "4711", "0.1", "TRUE", "FALSE", "typed", "two runs", "rich text"}}));
  EXPECT_EQ(sheet_cells("<row r=\"3\"><c r=\"B3\"><v>1</v></c><c r=\"AA3\"><v>2</v></c>"
                        "<c r=\"AB3\" s=\"4\"/></row><row r=\"9\"/>"),
            (Rows{[] {
              std::vector<std::string> cells(27);
              cells[1] = "1";
              cells[26] = "2";
              return cells;
            }()}));
  const auto rows = read_xlsx(as_bytes(resaved({{"a"}, {}, {"b"}})), kSheet);
  EXPECT_EQ(rows.value().back().number, 3U) << "empty rows count";
  EXPECT_EQ(sheet_cells("<x:row xmlns:x=\"x\"><x:c><x:v>5</x:v></x:c></x:row>"), (Rows{{"5"}}));
  EXPECT_THAT(sheet_cells(""), IsEmpty());
}

TEST(XlsxReader, WhatComputesOrDoesNotReadIsNamedByItsAddress) {
  EXPECT_THAT(sheet_fault("<row r=\"2\"><c r=\"C2\"><f>1+1</f><v>2</v></c></row>"),
              HasSubstr("a formula in C2"));
  EXPECT_THAT(sheet_fault("<row><c/><c t=\"str\"><f>A1</f><v>PASS</v></c></row>"),
              HasSubstr("a formula in B1"));
  EXPECT_THAT(sheet_fault("<row><c t=\"e\"><v>#REF!</v></c></row>"), HasSubstr("in A1"));
  EXPECT_THAT(sheet_fault("<row><c t=\"d\"><v>2026-01-01</v></c></row>"), HasSubstr("in A1"));
  EXPECT_THAT(sheet_fault("<row><c t=\"s\"><v>7</v></c></row>"), HasSubstr("no text for A1"));
  EXPECT_THAT(sheet_fault("<row><c t=\"s\"><v>-1</v></c></row>"), HasSubstr("no text for A1"));
  EXPECT_THAT(sheet_fault("<row><c><v>many</v></c></row>"), HasSubstr("no number in A1"));
  EXPECT_THAT(sheet_fault("<row><c><v>inf</v></c></row>"), HasSubstr("no number in A1"));
}

TEST(XlsxReader, RowsAndCellsOutOfPlaceAreRefused) {
  EXPECT_THAT(sheet_fault("<row r=\"2\"/><row r=\"2\"/>"), HasSubstr("out of order after row 2"));
  EXPECT_THAT(sheet_fault("<row r=\"0\"/>"), HasSubstr("out of order"));
  EXPECT_THAT(sheet_fault("<row r=\"x\"/>"), HasSubstr("out of order"));
  EXPECT_THAT(sheet_fault("<row r=\"2\"><c r=\"B2\"/><c r=\"A2\"/></row>"),
              HasSubstr("out of order in row 2"));
  EXPECT_THAT(sheet_fault("<row r=\"2\"><c r=\"A3\"/></row>"), HasSubstr("out of order in row 2"));
  EXPECT_THAT(sheet_fault("<row r=\"2\"><c r=\"ZZZZ2\"/></row>"), HasSubstr("out of order"));
  EXPECT_THAT(sheet_fault("<row r=\"99999999\"/>"), HasSubstr("more than 50001 rows"));
}

TEST(XlsxReader, TheSheetIsFoundByItsNameOrBecauseItIsTheOnlyOne) {
  std::vector<ZipFile> parts = workbook_parts(
      "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>", "<sst/>", "Tab1");
  EXPECT_EQ(cells_of(deflated_zip(parts)), (Rows{{"1"}}));
  std::string& book = parts[2].bytes;
  book.insert(book.find("</sheets>"), "<sheet name=\"Mine\" sheetId=\"8\" r:id=\"rId9\"/>");
  EXPECT_THAT(fault(deflated_zip(parts)), HasSubstr("2 sheets, and none is called \"Audit worksh"));
  book.replace(book.find("Tab1"), 4, kSheet);
  EXPECT_EQ(cells_of(deflated_zip(parts)), (Rows{{"1"}}));
}

TEST(XlsxReader, PartsThatAreNotWhatTheyMustBeAreRefused) {
  const auto with = [](std::size_t part, const std::string& from, const std::string& to) {
    std::vector<ZipFile> parts =
        workbook_parts("<worksheet><sheetData/></worksheet>", "<sst><si><t>x</t></si></sst>");
    std::string& bytes = parts[part].bytes;
    bytes.replace(bytes.find(from), from.size(), to);
    return fault(deflated_zip(parts));
  };
  EXPECT_THAT(with(6, "<worksheet>", "<!DOCTYPE w [<!ENTITY x \"y\">]><worksheet>"),
              HasSubstr("with a DTD"));
  EXPECT_THAT(with(6, "</worksheet>", ""), HasSubstr("no XML"));
  EXPECT_THAT(with(6, "<sheetData/>", "\xFF"), HasSubstr("not UTF-8"));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep = "<a>" + deep + "</a>";
  EXPECT_THAT(with(6, "<sheetData/>", deep), HasSubstr("nested too deep"));
  EXPECT_THAT(with(1, "officeDocument\"", "else\""), HasSubstr("is it an .xlsx file?"));
  EXPECT_THAT(with(1, "xl/workbook.xml", "../workbook.xml"), HasSubstr("has no "));
  EXPECT_THAT(with(1, "xl/workbook.xml", "http://x/workbook.xml"), HasSubstr("has no "));
  EXPECT_THAT(with(2, "rId3", "rId2"), HasSubstr("has no such sheet"));
  EXPECT_THAT(with(3, "sheet1.xml", "sheet2.xml"), HasSubstr("has no xl/worksheets/sheet2.xml"));
  EXPECT_THAT(fault(""), HasSubstr("has no directory"));
  EXPECT_THAT(fault("audit,item\n"), HasSubstr("has no directory"));
  EXPECT_THAT(fault(stored_zip({{"a.txt", "text"}})), HasSubstr("has no _rels/.rels"));
}

TEST(XlsxReader, WhatUnpacksToTooMuchIsNotUnpacked) {
  const auto part_of = [](const std::string& sheet) {
    return fault(deflated_zip(workbook_parts(sheet, "<sst/>")));
  };
  EXPECT_THAT(part_of("<worksheet>" + std::string(std::size_t{8} << 20, ' ') + "</worksheet>"),
              HasSubstr("more than is taken"))
      << "tighter than any document";
  std::string many = "<worksheet>";
  std::mt19937 random(1);
  while (many.size() < std::size_t{2} << 20) many += "<c>" + std::to_string(random()) + "</c>";
  const auto bytes = deflated_zip(workbook_parts(many + "</worksheet>", "<sst/>"));
  EXPECT_EQ(fault(bytes), "") << "large, but no bomb";
  // The directory's word for a length is not believed either.
  std::string lying = deflated_zip({{"a", std::string(4'000'000, 'x')}});
  const std::size_t directory = lying.find("PK\x01\x02");
  lying.replace(directory + 24, 4, std::string("\x10\x00\x00\x00", 4));
  auto zip = ZipReader::open(as_bytes(lying));
  ASSERT_TRUE(zip);
  EXPECT_THAT(zip->read("a").error().detail, HasSubstr("length it says"));
}

TEST(ZipReader, FilesComeBackAndLimitsHold) {
  const std::vector<ZipFile> files{{"a.txt", "alpha"}, {"b/c.txt", std::string(100'000, 'b')}};
  for (const std::string& bytes : {stored_zip(files), deflated_zip(files)}) {
    auto zip = ZipReader::open(as_bytes(bytes));
    ASSERT_TRUE(zip) << zip.error().detail;
    EXPECT_EQ(zip->read("a.txt").value(), "alpha");
    EXPECT_EQ(zip->read("b/c.txt").value(), files[1].bytes);
    EXPECT_FALSE(zip->has("A.txt"));
    EXPECT_EQ(zip->read("c.txt").error().code, ErrorCode::kNotFound);
    auto small = ZipReader::open(as_bytes(bytes), {.total_bytes_max = 100'004});
    EXPECT_TRUE(small->read("a.txt"));
    EXPECT_EQ(small->read("b/c.txt").error().code, ErrorCode::kTooLarge);
    auto tiny = ZipReader::open(as_bytes(bytes), {.file_bytes_max = 4});
    EXPECT_EQ(tiny->read("a.txt").error().code, ErrorCode::kTooLarge);
    EXPECT_EQ(ZipReader::open(as_bytes(bytes), {.files_max = 1}).error().code,
              ErrorCode::kTooLarge);
  }
  EXPECT_THAT(ZipReader::open(as_bytes(stored_zip({{"a", "1"}, {"a", "2"}}))).error().detail,
              HasSubstr("two files of one name"));
}

TEST(ZipReader, NoByteThatIsOtherOrMissingReadsAsSomethingElse) {
  const std::string good = deflated_zip({{"a.txt", "alpha"}, {"b.txt", "beta, and more of it"}});
  const auto read = [](const std::string& bytes) -> std::string {
    auto zip = ZipReader::open(as_bytes(bytes));
    if (!zip) return "";
    const auto a = zip->read("a.txt");
    const auto b = zip->read("b.txt");
    return (a ? *a : "") + (b ? *b : "");
  };
  ASSERT_EQ(read(good), "alphabeta, and more of it");
  for (std::size_t at = 0; at < good.size(); ++at) {
    EXPECT_EQ(read(good.substr(0, at)), "") << at;
    for (const int bit : {0, 3, 7}) {
      std::string other = good;
      other[at] = static_cast<char>(other[at] ^ (1 << bit));
      const std::string found = read(other);
      EXPECT_TRUE(found == "alphabeta, and more of it" || found == "alpha" ||
                  found == "beta, and more of it" || found.empty())
          << at;
    }
  }
}

}  // namespace
}  // namespace alpr::forms::testing
