#include "ledger/chain/merkle.h"

#include <algorithm>
#include <bit>

#include "ledger/chain/hash.h"

namespace alpr::chain {
namespace {

constexpr std::uint64_t kSizeMax = CompactRange::kSizeMax;

// The largest power of two below n; n > 1.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

// Root of the leaves [begin, end). `begin` is a multiple of the largest power of two not above the
// range's length, which every range of a proof is, so the range is a fold of perfect subtrees,
// largest first.
Result<Digest> range_root(std::uint64_t begin, std::uint64_t end, const SubtreeRoot& subtree) {
  if (std::has_single_bit(end - begin)) {
    const auto level = static_cast<unsigned>(std::countr_zero(end - begin));
    return subtree(level, begin >> level);
  }
  std::vector<Digest> roots;
  while (begin < end) {
    const std::uint64_t width = std::bit_floor(end - begin);
    const auto level = static_cast<unsigned>(std::countr_zero(width));
    const auto root = subtree(level, begin >> level);
    if (!root) return tl::unexpected(root.error());
    roots.push_back(*root);
    begin += width;
  }
  Digest folded = roots.back();
  for (std::size_t i = roots.size() - 1; i > 0; --i) folded = node_hash(roots[i - 1], folded);
  return folded;
}

struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};

// The ranges' roots, from the last range to the first: proofs run from the leaf's side up.
Result<std::vector<Digest>> roots_from_last(const std::vector<Range>& ranges,
                                            const SubtreeRoot& subtree) {
  std::vector<Digest> path;
  path.reserve(ranges.size());
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    const auto root = range_root(range->begin, range->end, subtree);
    if (!root) return tl::unexpected(root.error());
    path.push_back(*root);
  }
  return path;
}

}  // namespace

Digest node_hash(const Digest& left, const Digest& right) {
  return sha256_two_blocks(0x01, left, right);
}

Digest empty_root() { return sha256(BytesView()); }

CompactRange::CompactRange(std::uint64_t size, std::vector<Digest> roots)
    : size_(size), roots_(std::move(roots)) {
  ALPR_CHECK(static_cast<std::size_t>(std::popcount(size_)) == roots_.size());
}

void CompactRange::append(const Digest& leaf) {
  append(leaf, [](unsigned, const Digest&) {});
}

Digest CompactRange::root() const {
  if (roots_.empty()) return empty_root();
  Digest folded = roots_.back();
  for (std::size_t i = roots_.size() - 1; i > 0; --i) folded = node_hash(roots_[i - 1], folded);
  return folded;
}

Digest root_of(const std::vector<Digest>& leaves) {
  CompactRange range;
  for (const Digest& leaf : leaves) range.append(leaf);
  return range.root();
}

Result<std::vector<Digest>> inclusion_path(std::uint64_t index, std::uint64_t size,
                                           const SubtreeRoot& subtree) {
  if (index >= size || size > kSizeMax) {
    return fail(ErrorCode::kMalformed, "an inclusion proof needs index < size <= 2^63");
  }
  std::vector<Range> siblings;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split(end - begin);
    if (index < middle) {
      siblings.push_back({middle, end});
      end = middle;
    } else {
      siblings.push_back({begin, middle});
      begin = middle;
    }
  }
  return roots_from_last(siblings, subtree);
}

Result<std::vector<Digest>> consistency_path(std::uint64_t old_size, std::uint64_t size,
                                             const SubtreeRoot& subtree) {
  if (old_size == 0 || old_size > size || size > kSizeMax) {
    return fail(ErrorCode::kMalformed, "a consistency proof needs 0 < old size <= size <= 2^63");
  }
  std::vector<Range> ranges;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end != old_size) {
    const std::uint64_t middle = begin + split(end - begin);
    if (old_size <= middle) {
      ranges.push_back({middle, end});
      end = middle;
    } else {
      ranges.push_back({begin, middle});
      begin = middle;
    }
  }
  // The old tree itself is known to the verifier; a subtree at its right edge is not.
  if (begin > 0) ranges.push_back({begin, end});
  return roots_from_last(ranges, subtree);
}

Result<Digest> root_at(std::uint64_t size, const SubtreeRoot& subtree) {
  if (size > kSizeMax) return fail(ErrorCode::kMalformed, "a tree size over 2^63");
  if (size == 0) return empty_root();
  return range_root(0, size, subtree);
}

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      const std::vector<Digest>& path, const Digest& root) {
  if (index >= size) return false;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Digest folded = leaf;
  for (const Digest& sibling : path) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      folded = node_hash(sibling, folded);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      folded = node_hash(folded, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && folded == root;
}

bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                        const Digest& root, const std::vector<Digest>& path) {
  if (old_size == 0 || old_size > size) return false;
  if (old_size == size) return path.empty() && old_root == root;
  if (path.empty()) return false;
  std::uint64_t node = old_size - 1;
  std::uint64_t last = size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  // An old size that is a power of two is a subtree of the new tree: its root is where the proof
  // begins.
  const bool whole_subtree = std::has_single_bit(old_size);
  Digest old_folded = whole_subtree ? old_root : path.front();
  Digest folded = old_folded;
  for (std::size_t i = whole_subtree ? 0 : 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_folded = node_hash(path[i], old_folded);
      folded = node_hash(path[i], folded);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      folded = node_hash(folded, path[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_folded == old_root && folded == root;
}

}  // namespace alpr::chain
