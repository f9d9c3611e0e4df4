// The RFC 6962 tree over the events' leaf hashes, built in one stream and compared with the stored
// C2SP tiles on the way. Holds one growing tile per level and nothing else. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/tiles.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

// A tile that is complete, or (at the end) the growing one of a level. Its width is hashes.size().
struct BuiltTile {
  unsigned level = 0;
  std::uint64_t index = 0;
  std::span<const Digest> hashes;
};

class Tree {
 public:
  using Complete = std::function<Result<void>(const BuiltTile&)>;
  explicit Tree(Complete complete) : complete_(std::move(complete)) {}

  // Goes on from the tree of `before`, whose tiles are not built any more. Only on an empty tree.
  void begin(const chain::CompactRange& before);

  // Calls back for every tile that this leaf completes. `nodes`, where it is given, is of the level
  // 0 tile that the leaf goes into, and this leaf and those before it in the tile are as there.
  Result<void> append(const Digest& leaf, const chain::TileNodes* nodes = nullptr);
  // A whole level 0 tile at once, where one begins.
  Result<void> append_tile(const chain::TileNodes& nodes);
  std::uint64_t size() const { return size_; }
  Digest root() const;
  std::vector<BuiltTile> growing() const;  // those with 1 to 255 hashes
  std::uint64_t complete_tiles(unsigned level) const { return levels_[level].complete; }

  static constexpr unsigned kLevels = 8;

 private:
  struct LevelState {
    std::uint64_t complete = 0;
    std::vector<Digest> hashes;
  };
  Result<void> record(unsigned level, const Digest& hash);
  Result<void> carry(unsigned height, Digest hash, const chain::TileNodes* nodes);

  Complete complete_;
  std::uint64_t size_ = 0;
  std::vector<Digest> roots_;  // of the perfect subtrees, largest first
  std::array<LevelState, kLevels> levels_;
};

}  // namespace alpr::verify
