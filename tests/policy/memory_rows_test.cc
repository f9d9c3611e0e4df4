// Proves that the rows of a replay are found and scanned alike, whatever order they came in. Scans
// at different times of the same puts and erasures.
#include "policy/replay/memory_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policy/registers/rows.h"
#include "policy/replay/state_bytes.h"

namespace alpr::policy {
namespace {

constexpr chain::Table kTable = 7;

std::vector<std::string> scanned(const MemoryRows& rows, const chain::RowKey& prefix,
                                 std::size_t limit = SIZE_MAX) {
  std::vector<std::string> all;
  EXPECT_TRUE(rows.scan(kTable, prefix, [&](std::string_view value) {
    all.emplace_back(value);
    return all.size() < limit;
  }));
  return all;
}

void put(MemoryRows& rows, std::uint64_t number) {
  EXPECT_TRUE(
      rows.put(kTable, chain::RowKey().number(number), std::to_string(number), std::nullopt));
}

TEST(MemoryRows, AScanSeesTheRowsInOrderWheneverItIsMade) {
  std::vector<std::uint64_t> numbers(300);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i * 7;
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937_64(1));
  for (const std::size_t first_scan : {0U, 1U, 150U, 300U}) {
    MemoryRows rows;
    std::vector<std::uint64_t> there;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (i == first_scan) scanned(rows, chain::RowKey());
      put(rows, numbers[i]);
      there.push_back(numbers[i]);
      if (i % 5 != 0) continue;
      const std::uint64_t gone = there[i % there.size()];
      ASSERT_TRUE(rows.erase(kTable, chain::RowKey().number(gone)));
      ASSERT_TRUE(rows.erase(kTable, chain::RowKey().number(gone)));  // is not there any more
      there.erase(std::find(there.begin(), there.end(), gone));
    }
    std::sort(there.begin(), there.end());
    std::vector<std::string> expected;
    for (const std::uint64_t number : there) expected.push_back(std::to_string(number));
    EXPECT_EQ(scanned(rows, chain::RowKey()), expected);
    for (const std::uint64_t number : numbers) {
      const auto row = rows.get(kTable, chain::RowKey().number(number));
      ASSERT_TRUE(row);
      EXPECT_EQ(row->has_value(), std::binary_search(there.begin(), there.end(), number));
    }
  }
}

TEST(MemoryRows, ARowThatIsPutAgainIsScannedAsItIsNow) {
  MemoryRows rows;
  put(rows, 1);
  EXPECT_EQ(scanned(rows, chain::RowKey()), std::vector<std::string>{"1"});
  EXPECT_TRUE(rows.put(kTable, chain::RowKey().number(1), "new", std::nullopt));
  EXPECT_EQ(scanned(rows, chain::RowKey()), std::vector<std::string>{"new"});
}

TEST(MemoryRows, AScanKeepsToItsPrefixAndStopsWhenTold) {
  MemoryRows rows;
  for (const std::string_view plate : {"B", "A", "AB"})
    for (std::uint64_t i = 0; i < 3; ++i)
      EXPECT_TRUE(rows.put(kTable, chain::RowKey().text(plate).number(i),
                           std::string(plate) + std::to_string(i), std::nullopt));
  EXPECT_EQ(scanned(rows, chain::RowKey().text("A")), (std::vector<std::string>{"A0", "A1", "A2"}));
  EXPECT_EQ(scanned(rows, chain::RowKey().text("B"), 2), (std::vector<std::string>{"B0", "B1"}));
}

// What is saved does not hang on whether anybody scanned.
TEST(MemoryRows, TheSavedRowsAreTheSameBytesHoweverTheyCame) {
  MemoryRows forth, back;
  for (std::uint64_t i = 0; i < 50; ++i) put(forth, i);
  for (std::uint64_t i = 50; i-- > 0;) put(back, i);
  scanned(forth, chain::RowKey());
  StateWriter one, other;
  forth.save(one);
  back.save(other);
  EXPECT_EQ(one.take(), other.take());
}

}  // namespace
}  // namespace alpr::policy
