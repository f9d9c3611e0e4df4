#include "ledger/chain/tiles.h"

#include <fmt/core.h>

#include <algorithm>

#include "ledger/chain/encoding.h"

namespace alpr::chain {
namespace {

constexpr unsigned kLevels = 8;                                    // 256^8 leaves are 2^64
constexpr std::uint64_t kIndexMax = (std::uint64_t{1} << 55) - 1;  // 256 times it fits 2^63
constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kPartial = ".p/";

// 1234067 -> "x001/x234/067"
std::string grouped(std::uint64_t index) {
  std::string out = fmt::format("{:03}", index % 1000);
  for (index /= 1000; index > 0; index /= 1000) out = fmt::format("x{:03}/{}", index % 1000, out);
  return out;
}

// The digits of "x001/x234/067"; only tells whether the characters are such, the caller compares
// the canonical form.
Result<std::uint64_t> parse_grouped(std::string_view text) {
  std::uint64_t index = 0;
  for (const char c : text) {
    if (c == 'x' || c == '/') continue;
    if (c < '0' || c > '9' || index > kIndexMax / 10) {
      return fail(ErrorCode::kMalformed, "a tile index that is no number below 2^55");
    }
    index = index * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (index > kIndexMax) return fail(ErrorCode::kMalformed, "a tile index of 2^55 or more");
  return index;
}

std::string with_width(std::string path, unsigned width) {
  ALPR_CHECK(width >= 1 && width <= kTileWidth);
  if (width < kTileWidth) path += fmt::format("{}{}", kPartial, width);
  return path;
}

}  // namespace

unsigned tile_width(unsigned level, std::uint64_t index, std::uint64_t size) {
  if (level >= kLevels || index > kIndexMax) return 0;
  const std::uint64_t hashes = size >> (kTileHeight * level);
  const std::uint64_t first = index * kTileWidth;
  return first >= hashes ? 0 : static_cast<unsigned>(std::min(hashes - first, kTileWidth));
}

std::string tile_path(const TileId& tile) {
  ALPR_CHECK(tile.level < kLevels);
  return with_width(fmt::format("{}{}/{}", kPrefix, tile.level, grouped(tile.index)), tile.width);
}

std::string entries_path(std::uint64_t index, unsigned width) {
  return with_width(fmt::format("{}entries/{}", kPrefix, grouped(index)), width);
}

Result<TileName> parse_tile_path(std::string_view path) {
  const auto malformed = [] { return fail(ErrorCode::kMalformed, "not the path of a tile"); };
  if (path.substr(0, kPrefix.size()) != kPrefix) return malformed();
  std::string_view rest = path.substr(kPrefix.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return malformed();
  const std::string_view level = rest.substr(0, slash);
  rest.remove_prefix(slash + 1);

  TileName name;
  name.entries = level == "entries";
  if (!name.entries) {
    if (level.size() != 1 || level[0] < '0' || level[0] > '7') return malformed();
    name.tile.level = static_cast<unsigned>(level[0] - '0');
  }
  if (const std::size_t partial = rest.find(kPartial); partial != std::string_view::npos) {
    const auto width = parse_decimal(rest.substr(partial + kPartial.size()));
    if (!width || *width == 0 || *width >= kTileWidth) return malformed();
    name.tile.width = static_cast<unsigned>(*width);
    rest = rest.substr(0, partial);
  }
  const auto index = parse_grouped(rest);
  if (!index) return tl::unexpected(index.error());
  name.tile.index = *index;
  // Writing it again is the strictest test of the form.
  const std::string again =
      name.entries ? entries_path(name.tile.index, name.tile.width) : tile_path(name.tile);
  if (again != path) return malformed();
  return name;
}

Bytes encode_entries(const std::vector<Bytes>& entries) {
  ALPR_CHECK(entries.size() <= kTileWidth);
  Bytes bundle;
  for (const Bytes& entry : entries) {
    ALPR_CHECK(entry.size() <= 0xffff);
    put_be16(bundle, static_cast<std::uint16_t>(entry.size()));
    bundle.insert(bundle.end(), entry.begin(), entry.end());
  }
  return bundle;
}

Result<std::vector<Bytes>> decode_entries(BytesView bundle) {
  std::vector<Bytes> entries;
  while (!bundle.empty()) {
    if (entries.size() == kTileWidth) {
      return fail(ErrorCode::kMalformed, "an entry bundle of over 256 entries");
    }
    if (bundle.size() < 2) return fail(ErrorCode::kMalformed, "an entry bundle ends in a length");
    const std::size_t size = get_be16(bundle.data());
    bundle = bundle.subspan(2);
    if (bundle.size() < size) {
      return fail(ErrorCode::kMalformed, "an entry bundle ends inside an entry");
    }
    const BytesView entry = bundle.first(size);
    entries.emplace_back(entry.begin(), entry.end());
    bundle = bundle.subspan(size);
  }
  return entries;
}

Digest subtree_in_tile(BytesView tile, unsigned level, std::uint64_t offset) {
  ALPR_CHECK(level <= kTileHeight && offset < (kTileWidth >> level));
  const std::size_t count = std::size_t{1} << level;
  const std::size_t first = offset * count;
  ALPR_CHECK(tile.size() >= (first + count) * sizeof(Digest));
  std::vector<Digest> hashes(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(&tile[(first + i) * sizeof(Digest)], sizeof(Digest), hashes[i].begin());
  }
  for (std::size_t width = count / 2; width > 0; width /= 2) {
    for (std::size_t i = 0; i < width; ++i) hashes[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
  }
  return hashes[0];
}

namespace {

// Where a level's nodes begin: 256 of level 0, then 128, 64, ...
std::size_t begin_of(unsigned level) { return 2 * kTileWidth - (2 * kTileWidth >> level); }

}  // namespace

TileNodes::TileNodes(BytesView tile) : width_(static_cast<unsigned>(tile.size() / sizeof(Digest))) {
  ALPR_CHECK(width_ >= 1 && width_ <= kTileWidth && tile.size() % sizeof(Digest) == 0);
  for (std::size_t i = 0; i < width_; ++i) {
    std::copy_n(&tile[i * sizeof(Digest)], sizeof(Digest), nodes_[i].begin());
  }
  form();
}

TileNodes::TileNodes(std::span<const Digest> hashes)
    : width_(static_cast<unsigned>(hashes.size())) {
  ALPR_CHECK(width_ >= 1 && width_ <= kTileWidth);
  std::copy(hashes.begin(), hashes.end(), nodes_.begin());
  form();
}

void TileNodes::form() {
  for (unsigned level = 1; level <= kTileHeight; ++level) {
    const Digest* const below = &nodes_[begin_of(level - 1)];
    Digest* const here = &nodes_[begin_of(level)];
    for (std::size_t i = 0; i < width_ >> level; ++i) {
      here[i] = node_hash(below[2 * i], below[2 * i + 1]);
    }
  }
}

const Digest& TileNodes::node(unsigned level, std::uint64_t offset) const {
  ALPR_CHECK(level <= kTileHeight && offset < width_ >> level);
  return nodes_[begin_of(level) + offset];
}

}  // namespace alpr::chain
