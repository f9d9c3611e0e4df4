#include "ledger/verify/stored_tiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "ledger/chain/encoding.h"
#include "ledger/chain/tiles.h"
#include "ledger/verify/rules.h"

namespace alpr::verify {

Result<void> StoredTiles::compare(const BuiltTile& tile) {
  if (source_.bundle() != nullptr)
    return {};  // a bundle has no tiles: they follow from its headers
  const chain::TileId id{tile.level, tile.index, static_cast<unsigned>(tile.hashes.size())};
  Bytes key = {static_cast<std::uint8_t>(tile.level)};
  chain::put_be64(key, tile.index);
  const auto row = source_.get(Database::kTiles, key);
  if (!row) return tl::unexpected(row.error());
  const auto add = [&](std::optional<std::uint64_t> seq, std::string_view what) {
    report_.add(seq, rule::kTiles, fmt::format("{}: {}", chain::tile_path(id), what));
  };
  if (!*row) {
    add(std::nullopt, "the tile is missing");
  } else if ((*row)->size() != tile.hashes.size() * sizeof(Digest)) {
    add(std::nullopt, "the tile is of another size");
  } else if (std::memcmp((*row)->data(), tile.hashes.data(), (*row)->size()) != 0) {
    for (std::size_t i = 0; i < tile.hashes.size(); ++i) {
      if (std::ranges::equal((*row)->subspan(i * sizeof(Digest), sizeof(Digest)), tile.hashes[i]))
        continue;
      const bool leaf = tile.level == 0;
      add(leaf ? std::optional(tile.index * chain::kTileWidth + i) : std::nullopt,
          fmt::format("hash {} is not that of the headers", i));
      break;
    }
  }
  return {};
}

Result<void> StoredTiles::check_rows(const Tree& tree) {
  if (source_.bundle() != nullptr) return {};
  const auto growing = tree.growing();
  for (const BuiltTile& tile : growing) {
    if (tile.level == 0)
      continue;  // the partial one of level 0 is not stored: it is in the headers
    if (auto compared = compare(tile); !compared) return compared;
  }
  const auto tiles = source_.cursor(Database::kTiles);
  auto row = tiles->first();
  for (; row && *row; row = tiles->next()) {
    const BytesView key = tiles->key();
    bool ours = key.size() == 9 && key[0] < Tree::kLevels;
    if (ours) {
      const unsigned level = key[0];
      const std::uint64_t index = chain::get_be64(key.data() + 1);
      const bool grows = level > 0 && std::ranges::any_of(growing, [&](const BuiltTile& tile) {
                           return tile.level == level && tile.index == index;
                         });
      ours = index < tree.complete_tiles(level) || grows;
    }
    if (!ours)
      report_.add(std::nullopt, rule::kTiles,
                  "there is a tile that a log of this size does not have");
  }
  if (!row) return tl::unexpected(row.error());
  return {};
}

}  // namespace alpr::verify
