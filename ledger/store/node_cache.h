// The nodes of tiles that proofs were made from, kept in memory: a node of an append-only tree
// never changes, so nothing here is ever wrong, only absent. At most 64 MiB; what was not asked for
// the longest goes first. Any thread (locked inside). Only committed hashes may be put in.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "ledger/chain/tiles.h"
#include "ledger/chain/types.h"

namespace alpr::store {

class NodeCache {
 public:
  static constexpr std::size_t kBytesMax = 64U << 20;
  static constexpr std::size_t kTilesMax = kBytesMax / sizeof(chain::TileNodes);

  // Null where it is not there, or not as wide as `tile`.
  std::shared_ptr<const chain::TileNodes> find(const chain::TileId& tile);
  void keep(unsigned level, std::uint64_t index, std::shared_ptr<const chain::TileNodes> nodes);

 private:
  using Place = std::pair<unsigned, std::uint64_t>;  // level, index
  struct Kept {
    std::shared_ptr<const chain::TileNodes> nodes;
    std::list<Place>::iterator age;
  };
  std::mutex mutex_;
  std::map<Place, Kept> tiles_;
  std::list<Place> ages_;  // the one asked for last is at the front
};

}  // namespace alpr::store
