// Proves that packed rows come back as they were put in, one by one and all in order. Packs rows of
// every length at the edges of a block.
#include "policy/registers/packed_rows.h"

#include <gtest/gtest.h>

namespace alpr::policy {
namespace {

std::string row_of(std::uint32_t number) {
  if (number % 50 == 7) return "";
  return std::to_string(number) + ",\"a\nb\"," + std::string(number % 300, 'x');
}

TEST(PackedRows, EveryRowComesBackAtTheEdgesOfABlock) {
  for (const std::uint32_t count : {0U, 1U, 127U, 128U, 129U, 1000U}) {
    PackedRows rows;
    for (std::uint32_t i = 0; i < count; ++i) rows.add(row_of(i));
    rows.finish();
    ASSERT_EQ(rows.size(), count);
    for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(rows.row(i), row_of(i)) << i;
    std::uint32_t next = 0;
    ASSERT_TRUE(rows.each([&](std::uint32_t number, std::string_view row) -> Result<void> {
      EXPECT_EQ(number, next++);
      EXPECT_EQ(row, row_of(number));
      return {};
    }));
    EXPECT_EQ(next, count);
  }
}

TEST(PackedRows, AnErrorOfTheVisitorEndsTheVisit) {
  PackedRows rows;
  for (std::uint32_t i = 0; i < 300; ++i) rows.add(row_of(i));
  rows.finish();
  std::uint32_t seen = 0;
  const auto visited = rows.each([&](std::uint32_t number, std::string_view) -> Result<void> {
    ++seen;
    if (number == 200) return fail(ErrorCode::kCorrupt, "enough");
    return {};
  });
  EXPECT_FALSE(visited);
  EXPECT_EQ(seen, 201U);
}

}  // namespace
}  // namespace alpr::policy
