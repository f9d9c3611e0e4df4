// Proves that a workbook is written row by row with nothing kept, into the same bytes as in one
// piece, and that its bounds are said. By outputs that look at what has arrived.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/forms/csv.h"
#include "reports/forms/xlsx.h"
#include "tests/reports/forms/stranger.h"

namespace alpr::forms::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr TimeUs kMadeAt{1'772'438'400 * kSecondUs};

// Every byte of a row has left the writer when add() returns, so there is nothing that grows with
// the rows.
TEST(WorkbookWriter, NothingOfARowIsKept) {
  std::string zip;
  WorkbookWriter writer(to_string(zip), "Rows", kMadeAt);
  EXPECT_EQ(zip, "");
  for (int row = 1; row <= 500; ++row) {
    const std::size_t before = zip.size();
    ASSERT_TRUE(writer.add({"row " + std::to_string(row), std::string(1'000, 'x')}));
    EXPECT_GT(zip.size(), before + 1'000);
    EXPECT_THAT(zip, EndsWith("</row>"));
  }
  ASSERT_TRUE(writer.finish());
  const std::vector<std::vector<std::string>> rows = as_a_stranger(csv_row({"no table"}), zip).xlsx;
  ASSERT_EQ(rows.size(), 500U);
  EXPECT_EQ(rows[499][0], "row 500");
}

TEST(WorkbookWriter, I12_C2A2_2_TheSameRowsAreTheSameBytes) {
  Sheet sheet("Texts", kMadeAt, {"number", "text"});
  std::string zip;
  WorkbookWriter writer(to_string(zip), "Texts", kMadeAt);
  ASSERT_TRUE(writer.add({"number", "text"}));
  for (const std::string text : {"=1+1", "", "a < b & \"c\"", "_x0041_", "\x01"}) {
    ASSERT_TRUE(sheet.add({"1", text}));
    ASSERT_TRUE(writer.add(cells_of({"1", text})));
  }
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(zip, to_xlsx(sheet));
}

TEST(WorkbookWriter, HasNoMoreRowsThanAProgramShows) {
  std::uint64_t bytes = 0;
  WorkbookWriter writer({[&](std::string_view piece) -> Result<void> {
                           bytes += piece.size();
                           return {};
                         },
                         [](std::uint64_t, std::string_view) { return Result<void>(); }},
                        "Rows", kMadeAt);
  for (std::size_t row = 0; row < kBookRowsMax; ++row) ASSERT_TRUE(writer.add({"x"}));
  const auto over = writer.add({"x"});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(over.error().detail, HasSubstr("1,048,576 rows"));
  EXPECT_TRUE(writer.finish());
  EXPECT_GT(bytes, kBookRowsMax * 60);
}

TEST(WorkbookWriter, IsBelowFourGigabytes) {
  ZipWriter zip({[](std::string_view) { return Result<void>(); },
                 [](std::uint64_t, std::string_view) { return Result<void>(); }});
  ASSERT_TRUE(zip.begin("large"));
  const std::string piece(std::size_t{64} << 20, 'x');
  for (int i = 0; i < 63; ++i) ASSERT_TRUE(zip.write(piece)) << i;
  const auto over = zip.write(piece);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kTooLarge);
}

TEST(WorkbookWriter, AFailingDiskIsSaid) {
  int left = 9;
  const auto one = [&]() -> Result<void> {
    if (left-- > 0) return {};
    return fail(ErrorCode::kIo, "full");
  };
  WorkbookWriter writer({[&](std::string_view) { return one(); },
                         [&](std::uint64_t, std::string_view) { return one(); }},
                        "Rows", kMadeAt);
  const auto added = writer.add({"x"});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().detail, "full");
}

}  // namespace
}  // namespace alpr::forms::testing
