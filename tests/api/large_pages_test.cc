// Proves that large blocks come to lie in large pages with their bytes unchanged, and that what is
// nearly empty stays so. By the kernel's own account of this process.
#include "api/large_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace alpr::api {
namespace {

std::uint64_t held_kb(const std::string& name) {
  std::ifstream account("/proc/self/smaps_rollup");
  for (std::string line; std::getline(account, line);)
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1));
  return 0;
}

std::size_t pages_in_memory(void* start, std::size_t bytes) {
  std::vector<unsigned char> pages(bytes / static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(::mincore(start, bytes, pages.data()), 0);
  return static_cast<std::size_t>(
      std::count_if(pages.begin(), pages.end(), [](unsigned char page) { return page & 1U; }));
}

TEST(LargePages, AFilledBlockComesToLieInThemAndAnEmptyOneStaysEmpty) {
  constexpr std::size_t kBytes = 64U << 20;
  std::vector<std::uint32_t> filled(kBytes / sizeof(std::uint32_t));
  for (std::size_t i = 0; i < filled.size(); ++i)
    filled[i] = static_cast<std::uint32_t>(i * 2'654'435'761U);
  // Not to be counted as one block with its neighbour.
  void* empty = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(empty, MAP_FAILED);
  static_cast<char*>(empty)[kBytes / 2] = 1;
  const std::size_t before = pages_in_memory(empty, kBytes);
  use_large_pages();
  const std::uint64_t large = held_kb("AnonHugePages");
  EXPECT_EQ(pages_in_memory(empty, kBytes), before);
  for (std::size_t i = 0; i < filled.size(); ++i)
    ASSERT_EQ(filled[i], static_cast<std::uint32_t>(i * 2'654'435'761U));
  ::munmap(empty, kBytes);
  if (large == 0) GTEST_SKIP() << "this kernel keeps nothing in large pages";
  EXPECT_GE(large, kBytes / 1024 / 2);
}

}  // namespace
}  // namespace alpr::api
