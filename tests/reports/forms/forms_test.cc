// Proves that a sheet has the same cells as CSV and as a workbook, whatever its texts are made of,
// that none of them is a formula, and that the bytes depend on the sheet alone. Both forms are read
// by Python's csv, zipfile and XML readers, and a workbook's digest is known beforehand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "reports/forms/csv.h"
#include "reports/forms/stored_zip.h"
#include "reports/forms/xlsx.h"
#include "tests/reports/forms/stranger.h"

namespace alpr::forms::testing {
namespace {

constexpr TimeUs kMadeAt{1'772'438'400'000'000};  // 2026-03-02T08:00:00Z

const std::vector<std::string> kTexts{
    "",
    "7ABC123",
    "O'Brien, \"Pat\"",
    "two\nlines",
    "two\r\nlines, and a \r",
    " blanks at both ends ",
    "\xD7\x90\xD7\x91\xD7\x92 \xE2\x80\xAE"
    "dlrow\xE2\x80\xAC",  // Hebrew, and an override
    "\xF0\x9F\x9A\x97 car",
    "<b>&amp;</b> ]]>",
    std::string("bell \x07 and null \0 and escape \x1B", 28),
    "_x0041_ is not A, nor is _x000D_ a line's end, _x00_ is nothing",
    "\xEF\xBF\xBF and \xEF\xBF\xBE are no characters",
    "=HYPERLINK(\"http://example.org\")",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\xEF\xBC\x9D"
    "1",
    "'=1",
    "'",
    "a=1",
};

Sheet sheet_of(const std::vector<std::string>& texts) {
  Sheet sheet("Texts & more", kMadeAt, {"number", "text"});
  for (std::size_t i = 0; i < texts.size(); ++i)
    EXPECT_TRUE(sheet.add({std::to_string(i), texts[i]}));
  return sheet;
}

TEST(Forms, I12_C2A2_2_BothFormsHaveTheSameCellsAndTheTextsComeBack) {
  const Sheet sheet = sheet_of(kTexts);
  const StrangersView view = as_a_stranger(to_csv(sheet), to_xlsx(sheet));
  ASSERT_TRUE(view.read);
  EXPECT_EQ(view.csv, sheet.rows());
  EXPECT_EQ(view.xlsx, sheet.rows());
  ASSERT_EQ(view.csv.size(), kTexts.size() + 1);
  for (std::size_t i = 0; i < kTexts.size(); ++i)
    EXPECT_EQ(original(view.csv[i + 1][1]), kTexts[i]) << i;
}

TEST(Forms, NoCellBeginsAsAFormulaDoes) {
  for (const char* run : {"=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1",
                          "\xEF\xBC\x9D"
                          "1",
                          "\xEF\xBC\x8B"
                          "1",
                          "\xEF\xBC\x8D"
                          "1",
                          "\xEF\xBC\xA0"
                          "1",
                          "'=1", "'"}) {
    EXPECT_EQ(harmless(run), std::string("'") + run);
    EXPECT_EQ(original(harmless(run)), run);
  }
  for (const char* text : {"", "1", "a=1", " =1", "\xEF\xBF\xBF"}) EXPECT_EQ(harmless(text), text);
}

TEST(Forms, ATextThatNoCellHoldsIsCutAndSaysSo) {
  const std::string most(kCellMax, 'x');
  EXPECT_EQ(fitted(most), most);
  const std::string over = fitted(most + "x");
  EXPECT_LE(over.size(), kCellMax);
  EXPECT_THAT(over, ::testing::EndsWith("x [cut: 32703 of 32768 UTF-16 units]"));
  // 20,000 cars are 80,000 bytes and 40,000 units; none is cut through.
  std::string cars;
  for (int i = 0; i < 20'000; ++i) cars += "\xF0\x9F\x9A\x97";
  const std::string fewer = fitted(cars);
  EXPECT_EQ(fewer.find(" [cut: 32702 of 40000 UTF-16 units]"), 32'702U / 2 * 4);
  std::string letters;
  for (std::size_t i = 0; i < kCellMax; ++i) letters += "\xE2\x82\xAC";
  EXPECT_EQ(fitted(letters), letters);
  const Sheet sheet = sheet_of({most + "x", cars, letters, "=" + most});
  const StrangersView view = as_a_stranger(to_csv(sheet), to_xlsx(sheet));
  EXPECT_EQ(view.csv, sheet.rows());
  EXPECT_EQ(view.xlsx, sheet.rows());
}

TEST(Forms, ASheetHasABound) {
  Sheet sheet("Much", kMadeAt, {"text"});
  const std::string megabyte(kCellMax, 'x');
  std::size_t rows = 0;
  while (rows < kSheetRowsMax && sheet.add({megabyte})) ++rows;
  EXPECT_EQ(rows, kSheetBytesMax / kCellMax);
  EXPECT_EQ(sheet.rows().size(), rows + 1);
  Sheet many("Many", kMadeAt, {"text"});
  for (std::size_t i = 1; i < kSheetRowsMax; ++i) ASSERT_TRUE(many.add({"x"}));
  EXPECT_FALSE(many.add({"x"}));
}

TEST(Forms, I12_C2A2_2_TheBytesDependOnTheSheetAlone) {
  const std::string book = to_xlsx(sheet_of(kTexts));
  EXPECT_EQ(book, to_xlsx(sheet_of(kTexts)));
  EXPECT_EQ(chain::hex(chain::sha256(as_bytes(book))),
            "10d957ef46283a1b5bf13592a7756943a8c106e0e2a9b9697823819b8210e77b");
  EXPECT_NE(book.find("2026-03-02T08:00:00Z"), std::string::npos);
  std::vector<std::string> other = kTexts;
  other[1] = "7ABC124";
  EXPECT_NE(book, to_xlsx(sheet_of(other)));
}

}  // namespace
}  // namespace alpr::forms::testing
