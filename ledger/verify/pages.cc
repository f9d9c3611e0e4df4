// A page: u64 number, u16, u16 flags, then u16 lower and u16 upper of a branch or leaf, or u32
// pages of an overflow. From byte 16 on (lower - 16) / 2 offsets of nodes, in order of their keys.
// A node: u16 low, u16 high, u16 flags, u16 key size, key; then, in a leaf, the value of
// low | high << 16 bytes, or the number of the overflow page where it stands. In a branch low, high
// and flags are the child's page number, and the first key is to be taken as the lowest there is.
#include "ledger/verify/pages.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace alpr::verify {
namespace {

static_assert(std::endian::native == std::endian::little,
              "LMDB's files are of the machine's order");

constexpr std::size_t kPageHeader = 16;
constexpr std::size_t kNodeHeader = 8;
constexpr unsigned kBranchPage = 0x01;
constexpr unsigned kLeafPage = 0x02;
constexpr unsigned kOverflowPage = 0x04;
constexpr unsigned kPageKinds = 0x6f;  // branch, leaf, overflow, meta, fixed, sub-page
constexpr unsigned kBigValue = 0x01;
constexpr unsigned kDepthMax = 32;
constexpr std::uint64_t kValueMax = std::uint64_t{64} << 20;  // no row is larger

template <std::size_t kSize>
std::uint64_t little(BytesView bytes, std::size_t at) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, kSize);
  return value;
}

tl::unexpected<Error> damaged(std::uint64_t page) {
  return fail(ErrorCode::kCorrupt, "page " + std::to_string(page) + " of the file is damaged");
}

bool less(BytesView a, BytesView b) { return as_text(a) < as_text(b); }

}  // namespace

Result<DatabaseRoot> DatabaseRoot::parse(BytesView record) {
  // u32, u16 flags, u16 depth, u64 branch, leaf and overflow pages, u64 entries, u64 root
  constexpr std::size_t kSize = 48;
  if (record.size() != kSize || little<2>(record, 4) != 0)
    return fail(ErrorCode::kCorrupt, "a database of another kind");
  const DatabaseRoot root{static_cast<unsigned>(little<2>(record, 6)), little<8>(record, 32),
                          little<8>(record, 40)};
  if (root.depth > kDepthMax) return fail(ErrorCode::kCorrupt, "a database that is too deep");
  return root;
}

Result<void> Pages::read(std::uint64_t page, std::span<std::uint8_t> to) const {
  if (page > (std::uint64_t{1} << 50)) return damaged(page);
  std::uint64_t at = page * page_size_;
  while (!to.empty()) {
    const ssize_t n = pread(file_, to.data(), to.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return fail(ErrorCode::kIo, std::string("the ledger does not read: ") + std::strerror(errno));
    if (n == 0) return fail(ErrorCode::kCorrupt, "the file ends before its last page");
    at += static_cast<std::uint64_t>(n);
    to = to.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

void PageCursor::renew(const DatabaseRoot& root) {
  root_ = root;
  path_.clear();
}

Result<void> PageCursor::load(std::size_t depth, std::uint64_t page) {
  Level& level = path_[depth];
  level.at = 0;
  if (level.number == page) return {};
  level.number.reset();
  level.bytes.resize(pages_->page_size());
  if (auto read = pages_->read(page, level.bytes); !read) return read;
  const unsigned wanted = depth + 1 == root_.depth ? kLeafPage : kBranchPage;
  const std::size_t lower = little<2>(level.bytes, 12);
  if (little<8>(level.bytes, 0) != page || (little<2>(level.bytes, 10) & kPageKinds) != wanted ||
      lower < kPageHeader || lower > level.bytes.size() || lower % 2 != 0) {
    return damaged(page);
  }
  level.count = (lower - kPageHeader) / 2;
  if (level.count == 0) return damaged(page);
  level.number = page;
  return {};
}

bool PageCursor::node(const Level& level, std::size_t at, Node& node) {
  const BytesView page = level.bytes;
  const std::size_t offset = little<2>(page, kPageHeader + 2 * at);
  if (offset < kPageHeader || offset + kNodeHeader > page.size()) return false;
  const std::size_t key_size = little<2>(page, offset + 6);
  node.data = offset + kNodeHeader + key_size;
  if (node.data > page.size()) return false;
  node.key = page.subspan(offset + kNodeHeader, key_size);
  const bool leaf = (little<2>(page, 10) & kLeafPage) != 0;
  node.size_or_page = leaf ? little<4>(page, offset) : little<6>(page, offset);
  node.flags = leaf ? static_cast<unsigned>(little<2>(page, offset + 4)) : 0;
  return true;
}

// The first node that is not below the key; in a branch the child in which it would be.
Result<std::size_t> PageCursor::lower_bound(const Level& level, BytesView key, bool branch) const {
  std::size_t low = branch ? 1 : 0;
  std::size_t high = level.count;
  Node found;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (!node(level, middle, found)) return damaged(*level.number);
    const bool before = branch ? !less(key, found.key) : less(found.key, key);
    (before ? low : high) = before ? middle + 1 : middle;
  }
  return branch ? low - 1 : low;
}

// From this page down to a leaf: to its first row, or to where `to` is or would be.
Result<bool> PageCursor::descend(std::size_t depth, std::uint64_t page, const BytesView* to) {
  for (;; ++depth) {
    if (auto loaded = load(depth, page); !loaded) return tl::unexpected(loaded.error());
    Level& level = path_[depth];
    const bool leaf = depth + 1 == root_.depth;
    if (to != nullptr) {
      const auto at = lower_bound(level, *to, !leaf);
      if (!at) return tl::unexpected(at.error());
      level.at = *at;
    }
    if (leaf) return stand();
    Node child;
    if (!node(level, level.at, child)) return damaged(page);
    page = child.size_or_page;
  }
}

Result<bool> PageCursor::first() {
  path_.resize(root_.depth);
  return root_.depth == 0 ? Result<bool>(false) : descend(0, root_.page, nullptr);
}

Result<bool> PageCursor::seek(BytesView key) {
  path_.resize(root_.depth);
  return root_.depth == 0 ? Result<bool>(false) : descend(0, root_.page, &key);
}

Result<bool> PageCursor::next() {
  if (path_.empty()) return false;
  ++path_.back().at;
  return stand();
}

// On the row where the path leads, or, where its leaf has no more, on the next leaf's first.
Result<bool> PageCursor::stand() {
  std::size_t depth = root_.depth - 1;
  if (path_[depth].at >= path_[depth].count) {
    do {
      if (depth == 0) return false;
      --depth;
    } while (++path_[depth].at >= path_[depth].count);
    Node child;
    if (!node(path_[depth], path_[depth].at, child)) return damaged(*path_[depth].number);
    return descend(depth + 1, child.size_or_page, nullptr);
  }
  const Level& leaf = path_[depth];
  Node row;
  if (!node(leaf, leaf.at, row)) return damaged(*leaf.number);
  key_ = row.key;
  if (row.flags == 0) {
    if (row.size_or_page > leaf.bytes.size() - row.data) return damaged(*leaf.number);
    value_ = BytesView(leaf.bytes).subspan(row.data, row.size_or_page);
    return true;
  }
  if (row.flags != kBigValue || leaf.bytes.size() - row.data < 8 || row.size_or_page > kValueMax) {
    return damaged(*leaf.number);
  }
  const std::uint64_t page = little<8>(leaf.bytes, row.data);
  overflow_.resize(kPageHeader + row.size_or_page);
  if (auto read = pages_->read(page, overflow_); !read) return tl::unexpected(read.error());
  const std::uint64_t room = little<4>(overflow_, 12) * pages_->page_size();
  if (little<8>(overflow_, 0) != page || (little<2>(overflow_, 10) & kPageKinds) != kOverflowPage ||
      room < overflow_.size()) {
    return damaged(page);
  }
  value_ = BytesView(overflow_).subspan(kPageHeader);
  return true;
}

}  // namespace alpr::verify
