#include "ledger/store/log_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/header.h"
#include "ledger/store/event_rows.h"

namespace alpr::store {

namespace {

Bytes tile_key(unsigned level, std::uint64_t index) {
  Bytes key = {static_cast<std::uint8_t>(level)};
  chain::put_be64(key, index);
  return key;
}

Bytes flat(const std::vector<Digest>& hashes) {
  Bytes out;
  out.reserve(hashes.size() * sizeof(Digest));
  for (const Digest& hash : hashes) out.insert(out.end(), hash.begin(), hash.end());
  return out;
}

std::vector<Digest> digests(BytesView bytes) {
  std::vector<Digest> out(bytes.size() / sizeof(Digest));
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::copy_n(&bytes[i * sizeof(Digest)], sizeof(Digest), out[i].begin());
  }
  return out;
}

Result<Bytes> leaves_from_headers(const Txn& txn, std::uint64_t first, unsigned count) {
  Bytes out;
  out.reserve(count * sizeof(Digest));
  for (std::uint64_t seq = first; seq < first + count; ++seq) {
    const auto header = read_header_bytes(txn, {seq});
    if (!header) {
      return fail(ErrorCode::kCorrupt, fmt::format("the header of event {} is lost", seq));
    }
    const Digest leaf = chain::leaf_hash(*header);
    out.insert(out.end(), leaf.begin(), leaf.end());
  }
  return out;
}

}  // namespace

Result<Bytes> read_tile(const Txn& txn, const chain::TileId& tile, std::uint64_t size) {
  const unsigned have = chain::tile_width(tile.level, tile.index, size);
  if (tile.width == 0 || tile.width > have) {
    return fail(ErrorCode::kNotFound, "the log has no such tile yet");
  }
  if (tile.level == 0 && have < chain::kTileWidth) {
    return leaves_from_headers(txn, tile.index * chain::kTileWidth, tile.width);
  }
  const auto row = txn.get(Db::kTiles, tile_key(tile.level, tile.index));
  if (!row) return tl::unexpected(row.error());
  const std::size_t bytes = tile.width * sizeof(Digest);
  if (!*row || (*row)->size() < bytes) {
    return fail(ErrorCode::kCorrupt, fmt::format("tile {}/{} is lost", tile.level, tile.index));
  }
  return Bytes((*row)->begin(), (*row)->begin() + static_cast<std::ptrdiff_t>(bytes));
}

namespace {

// The tile that has the root of a perfect subtree, no wider than the subtree needs.
struct PlaceInTile {
  chain::TileId tile;
  unsigned level;  // above the tile's own
  std::uint64_t offset;
};

PlaceInTile place_of(unsigned level, std::uint64_t index) {
  const unsigned inside = level % chain::kTileHeight;
  const std::uint64_t first = index << inside;  // in hashes of the tile's level
  const std::uint64_t offset = first % chain::kTileWidth;
  const auto width = static_cast<unsigned>(offset + (std::uint64_t{1} << inside));
  return {{level / chain::kTileHeight, first / chain::kTileWidth, width}, inside, offset >> inside};
}

}  // namespace

chain::SubtreeRoot subtree_reader(const Txn& txn, std::uint64_t size) {
  return [&txn, size](unsigned level, std::uint64_t index) -> Result<Digest> {
    const PlaceInTile place = place_of(level, index);
    const auto bytes = read_tile(txn, place.tile, size);
    if (!bytes) return tl::unexpected(bytes.error());
    return chain::subtree_in_tile(*bytes, place.level, place.offset);
  };
}

Result<Digest> CachedTree::root(unsigned level, std::uint64_t index) {
  const PlaceInTile place = place_of(level, index);
  const bool same = last_nodes_ && last_.level == place.tile.level &&
                    last_.index == place.tile.index && last_nodes_->width() >= place.tile.width;
  if (!same) {
    auto found = nodes(place.tile);
    if (!found) return tl::unexpected(found.error());
    last_ = place.tile;
    last_nodes_ = std::move(*found);
  }
  return last_nodes_->node(place.level, place.offset);
}

Result<std::shared_ptr<const chain::TileNodes>> CachedTree::nodes(const chain::TileId& tile) {
  if (auto kept = cache_.find(tile)) return kept;
  if (!txn_) {
    auto txn = env_.begin_read();
    if (!txn) return tl::unexpected(txn.error());
    txn_ = std::move(*txn);
  }
  // As wide as the log has it: the next proof asks for more of the same tile.
  chain::TileId whole = tile;
  whole.width = chain::tile_width(tile.level, tile.index, size_);
  if (whole.width < tile.width) return fail(ErrorCode::kNotFound, "the log has no such tile yet");
  const auto bytes = read_tile(*txn_, whole, size_);
  if (!bytes) return tl::unexpected(bytes.error());
  auto made = std::make_shared<const chain::TileNodes>(*bytes);
  cache_.keep(tile.level, tile.index, made);
  return made;
}

Result<GrowingTree> GrowingTree::restore(const Txn& txn, std::uint64_t size) {
  GrowingTree tree;
  const auto subtree = subtree_reader(txn, size);
  std::vector<Digest> roots;
  std::uint64_t begin = 0;
  for (int level = 63; level >= 0; --level) {
    const std::uint64_t width = std::uint64_t{1} << level;
    if ((size & width) == 0) continue;
    const auto root = subtree(static_cast<unsigned>(level), begin >> level);
    if (!root) return tl::unexpected(root.error());
    roots.push_back(*root);
    begin += width;
  }
  tree.range_ = chain::CompactRange(size, std::move(roots));
  for (unsigned level = 0; (size >> (chain::kTileHeight * level)) > 0; ++level) {
    const std::uint64_t hashes = size >> (chain::kTileHeight * level);
    const auto width = static_cast<unsigned>(hashes % chain::kTileWidth);
    std::vector<Digest> partial;
    if (width > 0) {
      const auto bytes = read_tile(txn, {level, hashes / chain::kTileWidth, width}, size);
      if (!bytes) return tl::unexpected(bytes.error());
      partial = digests(*bytes);
    }
    tree.growing_.push_back(std::move(partial));
    tree.changed_.push_back(false);
    tree.complete_.push_back(hashes / chain::kTileWidth);
  }
  return tree;
}

// The nodes at heights 0, 8, 16, ... are what tiles hold. Appending to the range forms each node
// once, so tiles cost no hash of their own.
Result<void> GrowingTree::append(const Digest& leaf, Txn& txn) {
  auto done = record(0, leaf, txn);
  range_.append(leaf, [&](unsigned height, const Digest& hash) {
    if (done && height % chain::kTileHeight == 0) {
      done = record(height / chain::kTileHeight, hash, txn);
    }
  });
  return done;
}

Result<void> GrowingTree::record(unsigned level, const Digest& hash, Txn& txn) {
  if (level == growing_.size()) {
    growing_.emplace_back().reserve(chain::kTileWidth);
    changed_.push_back(false);
    complete_.push_back(0);
  }
  std::vector<Digest>& tile = growing_[level];
  tile.push_back(hash);
  changed_[level] = true;
  if (tile.size() < chain::kTileWidth) return {};
  const auto stored = txn.put(Db::kTiles, tile_key(level, complete_[level]), flat(tile));
  ++complete_[level];
  tile.clear();
  changed_[level] = false;
  return stored;
}

Result<void> GrowingTree::store_growing(Txn& txn) {
  for (unsigned level = 1; level < growing_.size(); ++level) {
    if (!changed_[level] || growing_[level].empty()) continue;
    const auto ok = txn.put(Db::kTiles, tile_key(level, complete_[level]), flat(growing_[level]));
    if (!ok) return ok;
    changed_[level] = false;
  }
  return {};
}

}  // namespace alpr::store
