// The RFC 6962 tree over leaf hashes: appending, proofs, checking. Pure; any thread.
// docs/event-format.md; RFC 6962 2.1.
#pragma once

#include <functional>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(0x01 || left || right)
Digest empty_root();                                        // SHA-256("")

// The roots of the perfect subtrees of a tree, largest first: all that appending and the root need.
class CompactRange {
 public:
  static constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 63;
  CompactRange() = default;
  CompactRange(std::uint64_t size,
               std::vector<Digest> roots);  // ALPR_CHECKs popcount(size) == roots.size()
  void append(const Digest& leaf);
  // The same; `formed(height, root)` is told of each perfect subtree of 2^height leaves that the
  // leaf completes, from height 1 up. Each node of the tree is formed once, so whoever keeps nodes
  // need not hash them again.
  template <typename Formed>
  void append(const Digest& leaf, Formed&& formed) {
    ALPR_CHECK(size_ < kSizeMax);
    Digest carried = leaf;
    unsigned height = 0;
    for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
      carried = node_hash(roots_.back(), carried);
      roots_.pop_back();
      formed(++height, carried);
    }
    roots_.push_back(carried);
    ++size_;
  }
  std::uint64_t size() const { return size_; }
  const std::vector<Digest>& roots() const { return roots_; }
  Digest root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> roots_;
};

Digest root_of(const std::vector<Digest>& leaves);

// Root of the perfect subtree with 2^level leaves that begins at leaf index * 2^level, below the
// tree's size. Returns an error when the store could not give it.
using SubtreeRoot = std::function<Result<Digest>(unsigned level, std::uint64_t index)>;

// Paths as of RFC 6962 2.1.1 and 2.1.2, leaf side first. kMalformed when index >= size, or old >
// size or old == 0.
Result<std::vector<Digest>> inclusion_path(std::uint64_t index, std::uint64_t size,
                                           const SubtreeRoot& subtree);
Result<std::vector<Digest>> consistency_path(std::uint64_t old_size, std::uint64_t size,
                                             const SubtreeRoot& subtree);
Result<Digest> root_at(std::uint64_t size, const SubtreeRoot& subtree);

// As of RFC 9162 2.1.3.2 and 2.1.4.2. An old size of 0 is refused: such a proof does not exist.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      const std::vector<Digest>& path, const Digest& root);
bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                        const Digest& root, const std::vector<Digest>& path);

}  // namespace alpr::chain
