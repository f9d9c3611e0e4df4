// Proves that large blocks come to lie in large pages with their bytes unchanged, and that what is
// nearly empty stays so. By the kernel's own account of this process.
#include "api/large_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

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

TEST(LargePages, AFilledBlockComesToLieInThemAndAnEmptyOneStaysEmpty) {
  constexpr std::size_t kBytes = 64U << 20;
  std::vector<std::uint32_t> filled(kBytes / sizeof(std::uint32_t));
  for (std::size_t i = 0; i < filled.size(); ++i)
    filled[i] = static_cast<std::uint32_t>(i * 2'654'435'761U);
  void* empty = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(empty, MAP_FAILED);
  static_cast<char*>(empty)[kBytes / 2] = 1;
  const std::uint64_t before = held_kb("Rss");
  use_large_pages();
  const std::uint64_t large = held_kb("AnonHugePages");
  EXPECT_LT(held_kb("Rss"), before + 8 * 1024);
  for (std::size_t i = 0; i < filled.size(); ++i)
    ASSERT_EQ(filled[i], static_cast<std::uint32_t>(i * 2'654'435'761U));
  ::munmap(empty, kBytes);
  if (large == 0) GTEST_SKIP() << "this kernel keeps nothing in large pages";
  EXPECT_GE(large, kBytes / 1024 / 2);
}

}  // namespace
}  // namespace alpr::api
