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

chain::SubtreeRoot subtree_reader(const Txn& txn, std::uint64_t size) {
  return [&txn, size](unsigned level, std::uint64_t index) -> Result<Digest> {
    const unsigned tile_level = level / chain::kTileHeight;
    const unsigned inside = level % chain::kTileHeight;
    const std::uint64_t first = index << inside;  // in hashes of the tile's level
    const std::uint64_t offset = first % chain::kTileWidth;
    chain::TileId tile{tile_level, first / chain::kTileWidth, 0};
    tile.width = static_cast<unsigned>(offset + (std::uint64_t{1} << inside));
    const auto bytes = read_tile(txn, tile, size);
    if (!bytes) return tl::unexpected(bytes.error());
    return chain::subtree_in_tile(*bytes, inside, offset >> inside);
  };
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
  }
  return tree;
}

Result<void> GrowingTree::append(const Digest& leaf, Txn& txn) {
  range_.append(leaf);
  Digest hash = leaf;
  for (unsigned level = 0;; ++level) {
    if (level == growing_.size()) {
      growing_.emplace_back();
      changed_.push_back(false);
    }
    std::vector<Digest>& tile = growing_[level];
    tile.push_back(hash);
    changed_[level] = true;
    if (tile.size() < chain::kTileWidth) return {};
    const Bytes bytes = flat(tile);
    const std::uint64_t index = (range_.size() >> (chain::kTileHeight * (level + 1))) - 1;
    if (const auto ok = txn.put(Db::kTiles, tile_key(level, index), bytes); !ok) return ok;
    hash = chain::subtree_in_tile(bytes, chain::kTileHeight, 0);
    tile.clear();
    changed_[level] = false;
  }
}

Result<void> GrowingTree::store_growing(Txn& txn) {
  for (unsigned level = 1; level < growing_.size(); ++level) {
    if (!changed_[level] || growing_[level].empty()) continue;
    const std::uint64_t index = range_.size() >> (chain::kTileHeight * (level + 1));
    const auto ok = txn.put(Db::kTiles, tile_key(level, index), flat(growing_[level]));
    if (!ok) return ok;
    changed_[level] = false;
  }
  return {};
}

}  // namespace alpr::store
