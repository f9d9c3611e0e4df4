#include "api/large_pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25  // Linux 6.1
#endif

namespace alpr::api {
namespace {

constexpr std::uint64_t kLarge = 2U << 20;
constexpr std::uint64_t kBlockMin = 2 * kLarge;

struct Block {
  std::uint64_t from = 0, to = 0;
  std::uint64_t filled = 0;
  // Thread stacks and what is reserved ahead are nearly empty, and would be filled with zeros.
  bool dense() const { return to - from >= kBlockMin && filled >= (to - from) / 8 * 7; }
};

bool switched_off() {
  std::ifstream setting("/sys/kernel/mm/transparent_hugepage/enabled");
  std::string words;
  return !std::getline(setting, words) || words.find("[never]") != std::string::npos;
}

// The process's own memory: of no file, private, to be read and written (proc_pid_smaps(5)).
std::vector<Block> own_blocks() {
  std::vector<Block> blocks;
  bool own = false;
  std::ifstream smaps("/proc/self/smaps");
  for (std::string line; std::getline(smaps, line);) {
    std::istringstream words(line);
    std::string first, mode, offset, device, inode, path;
    words >> first;
    if (first.ends_with(':')) {
      if (own && first == "Rss:")
        blocks.back().filled = std::strtoull(line.c_str() + first.size(), nullptr, 10) * 1024;
      continue;
    }
    words >> mode >> offset >> device >> inode >> path;
    own = mode == "rw-p" && inode == "0" &&
          (path.empty() || path == "[heap]" || path.starts_with("[anon:"));
    if (!own) continue;
    Block& block = blocks.emplace_back();
    char* dash = nullptr;
    block.from = std::strtoull(first.c_str(), &dash, 16);
    block.to = std::strtoull(dash + 1, nullptr, 16);
  }
  return blocks;
}

}  // namespace

void use_large_pages() {
  if (switched_off()) return;
  for (const Block& block : own_blocks()) {
    if (!block.dense()) continue;
    const std::uint64_t from = (block.from + kLarge - 1) / kLarge * kLarge;
    const std::uint64_t to = block.to / kLarge * kLarge;
    if (from >= to) continue;
    void* start = reinterpret_cast<void*>(from);
    static_cast<void>(::madvise(start, to - from, MADV_HUGEPAGE));
    static_cast<void>(::madvise(start, to - from, MADV_COLLAPSE));
  }
}

}  // namespace alpr::api
