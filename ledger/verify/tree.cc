#include "ledger/verify/tree.h"

#include "ledger/chain/merkle.h"

namespace alpr::verify {

// Nodes at heights 0, 8, 16, ... are what tiles hold; each is formed here exactly once, so tiles
// cost no extra hash.
Result<void> Tree::append(const Digest& leaf, const chain::TileNodes* nodes) {
  if (auto done = record(0, leaf); !done) return done;
  if (auto done = carry(0, leaf, nodes); !done) return done;
  ++size_;
  return {};
}

Result<void> Tree::append_tile(const chain::TileNodes& nodes) {
  ALPR_CHECK(size_ % chain::kTileWidth == 0 && nodes.width() == chain::kTileWidth);
  if (auto done = complete_({0, levels_[0].complete, nodes.hashes()}); !done) return done;
  ++levels_[0].complete;
  const Digest& root = nodes.node(chain::kTileHeight, 0);
  if (auto done = record(1, root); !done) return done;
  if (auto done = carry(chain::kTileHeight, root, nullptr); !done) return done;
  size_ += chain::kTileWidth;
  return {};
}

// Joins a perfect subtree of this height, which begins where the tree ends, with those before it.
Result<void> Tree::carry(unsigned height, Digest hash, const chain::TileNodes* nodes) {
  for (std::uint64_t bits = size_ >> height; (bits & 1) != 0; bits >>= 1) {
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
