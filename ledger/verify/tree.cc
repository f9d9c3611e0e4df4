#include "ledger/verify/tree.h"

#include "ledger/chain/merkle.h"

namespace alpr::verify {

// Nodes at heights 0, 8, 16, ... are what tiles hold; each is formed here exactly once, so tiles
// cost no extra hash.
Result<void> Tree::append(const Digest& leaf, const chain::TileNodes* nodes) {
  Digest hash = leaf;
  if (auto done = record(0, hash); !done) return done;
  unsigned height = 0;
  for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    ++height;
    hash = nodes != nullptr && height <= chain::kTileHeight
               ? nodes->node(height, size_ % chain::kTileWidth >> height)
               : chain::node_hash(roots_.back(), hash);
    roots_.pop_back();
    if (height % chain::kTileHeight == 0) {
      if (auto done = record(height / chain::kTileHeight, hash); !done) return done;
    }
  }
  roots_.push_back(hash);
  ++size_;
  return {};
}

void Tree::begin(const chain::CompactRange& before) {
  ALPR_CHECK(size_ == 0);
  size_ = before.size();
  roots_ = before.roots();
}

Digest Tree::root() const {
  if (roots_.empty()) return chain::empty_root();
  Digest root = roots_.back();
  for (std::size_t i = roots_.size() - 1; i-- > 0;) root = chain::node_hash(roots_[i], root);
  return root;
}

std::vector<BuiltTile> Tree::growing() const {
  std::vector<BuiltTile> tiles;
  for (unsigned level = 0; level < kLevels; ++level) {
    const LevelState& state = levels_[level];
    if (!state.hashes.empty()) tiles.push_back({level, state.complete, state.hashes});
  }
  return tiles;
}

Result<void> Tree::record(unsigned level, const Digest& hash) {
  ALPR_CHECK(level < kLevels);
  LevelState& state = levels_[level];
  state.hashes.push_back(hash);
  if (state.hashes.size() < chain::kTileWidth) return {};
  if (auto done = complete_({level, state.complete, state.hashes}); !done) return done;
  ++state.complete;
  state.hashes.clear();
  return {};
}

}  // namespace alpr::verify
