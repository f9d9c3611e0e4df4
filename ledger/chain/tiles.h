// C2SP tlog-tiles: which tile holds what, and what it is called. Tiles have height 8. Pure; any
// thread.
#pragma once

#include <array>
#include <span>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint64_t kTileWidth = 256;

struct TileId {
  unsigned level = 0;  // 0..7
  std::uint64_t index = 0;
  unsigned width = 256;  // 1..255: a partial tile
  auto operator<=>(const TileId&) const = default;
};

// Width of tile (level, index) in a tree of this size: 0 (does not exist) to 256.
unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t size);

std::string tile_path(const TileId& tile);                      // "tile/0/x001/234.p/17"
std::string entries_path(std::uint64_t index, unsigned width);  // "tile/entries/x001/234"
struct TileName {
  bool entries = false;
  TileId tile;
};
Result<TileName> parse_tile_path(std::string_view path);  // the exact forms above, nothing else

// Entry bundle: be16 length || leaf bytes, repeated.
Bytes encode_entries(const std::vector<Bytes>& entries);
Result<std::vector<Bytes>> decode_entries(BytesView bundle);

// Hash of a perfect subtree inside one tile: `level` 0..8 above the tile's own level, `offset` in
// units of 2^level.
Digest subtree_in_tile(BytesView tile, unsigned level, std::uint64_t offset);

// A tile's hashes and the nodes above them up to the tile's root, of those that its width has: each
// formed once, for whoever needs many of them.
class TileNodes {
 public:
  explicit TileNodes(BytesView tile);  // 1 to 256 hashes
  explicit TileNodes(std::span<const Digest> hashes);
  unsigned width() const { return width_; }
  std::span<const Digest> hashes() const { return std::span(nodes_).first(width_); }  // level 0
  // Root of 2^level hashes of the tile, from offset * 2^level on, all of which it must have.
  const Digest& node(unsigned level, std::uint64_t offset) const;

 private:
  void form();
  unsigned width_;
  std::array<Digest, 2 * kTileWidth - 1> nodes_;  // level 0 first
};

}  // namespace alpr::chain
