// The Merkle tree in the store: growing it by a batch, and reading hashes of any subtree from tiles
// and headers. Level 0 tiles are stored when full; those above also while they grow. Layout:
// store.h.
#pragma once

#include <vector>

#include "ledger/chain/merkle.h"
#include "ledger/chain/tiles.h"
#include "ledger/store/environment.h"
#include "ledger/store/node_cache.h"

namespace alpr::store {

// The tree's growing edge in memory: all that appending needs. Copied by a batch, put back when it
// commits.
class GrowingTree {
 public:
  // From tiles and headers of a log of this size. kCorrupt.
  static Result<GrowingTree> restore(const Txn& txn, std::uint64_t size);

  Result<void> append(const Digest& leaf, Txn& txn);  // stores tiles that become full
  Result<void> store_growing(Txn& txn);  // the growing tiles of level 1 and up that changed
  std::uint64_t size() const { return range_.size(); }
  Digest root() const { return range_.root(); }

 private:
  Result<void> record(unsigned level, const Digest& hash, Txn& txn);

  chain::CompactRange range_;
  std::vector<std::vector<Digest>> growing_;  // by level: the hashes of its last, partial tile
  std::vector<bool> changed_;
  std::vector<std::uint64_t> complete_;  // by level: full tiles
};

// Hashes of tile (level, index) in a tree of this size, at most `width` of them; level 0 falls back
// on the headers. kNotFound when the tree has no such hashes, kCorrupt when the store lost them.
Result<Bytes> read_tile(const Txn& txn, const chain::TileId& tile, std::uint64_t size);

// Roots of perfect subtrees of a log of this size, for chain::inclusion_path and its like.
chain::SubtreeRoot subtree_reader(const Txn& txn, std::uint64_t size);

// The same from the cache, for a log that has at least `size` events committed; begins a snapshot
// only where the cache lacks a tile. One thread.
class CachedTree {
 public:
  CachedTree(const Environment& env, NodeCache& cache, std::uint64_t size)
      : env_(env), cache_(cache), size_(size) {}
  Result<Digest> root(unsigned level, std::uint64_t index);
  chain::SubtreeRoot reader() {
    return [this](unsigned level, std::uint64_t index) { return root(level, index); };
  }

 private:
  Result<std::shared_ptr<const chain::TileNodes>> nodes(const chain::TileId& tile);

  const Environment& env_;
  NodeCache& cache_;
  std::uint64_t size_;
  std::optional<Txn> txn_;
  chain::TileId last_;  // neighbours on a path share a tile
  std::shared_ptr<const chain::TileNodes> last_nodes_;
};

}  // namespace alpr::store
