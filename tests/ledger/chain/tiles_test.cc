// Proves that tiles and entry bundles have C2SP's names, widths and bytes and that other names are
// refused. By the published digests of tree B, by known names, and by rebuilding roots from tiles
// alone.
#include "ledger/chain/tiles.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

Bytes joined(const std::vector<Digest>& hashes, std::size_t begin, std::size_t end) {
  Bytes out;
  for (std::size_t i = begin; i < end; ++i)
    out.insert(out.end(), hashes[i].begin(), hashes[i].end());
  return out;
}

TEST(Tiles, TreeBHasThePublishedTiles) {
  const std::vector<Digest> leaves = fixtures::tree_b();
  const Bytes full = joined(leaves, 0, 256);
  const Bytes partial = joined(leaves, 256, 300);
  EXPECT_EQ(hex(sha256(BytesView(full))),
            "3658d44ebeb979b996b87ac966392dffbe9a628e34cb70bbff0ba844e74c31c6");
  EXPECT_EQ(hex(sha256(BytesView(partial))),
            "ef8b7a16b7e780e5fb0b989e370461025cbd238507fc673d21936f362db54ab9");
  EXPECT_EQ(hex(subtree_in_tile(full, 8, 0)),
            "cf5effdb11d0927a2edf53b0e73c7837f659414e00537da5d90eb5c4c49ff274");
}

TEST(Tiles, TreeBHasThePublishedEntryBundles) {
  std::vector<Bytes> entries;
  for (std::size_t i = 0; i < 300; ++i) entries.push_back(fixtures::leaf_b(i));
  const Bytes full = encode_entries({entries.begin(), entries.begin() + 256});
  const Bytes partial = encode_entries({entries.begin() + 256, entries.end()});
  EXPECT_EQ(full.size(), 2450u);
  EXPECT_EQ(hex(BytesView(full).first(16)), "00066c656166203000066c6561662031");
  EXPECT_EQ(hex(sha256(BytesView(full))),
            "a14c635e736c61c708522df30dabd9606ebc7bc14b9de94ead044c9530e2fac5");
  EXPECT_EQ(partial.size(), 440u);
  EXPECT_EQ(hex(sha256(BytesView(partial))),
            "2732d32efe403c78699e6db4fc12a2780cce0c513d643307a246d9e9c3083c75");
  const auto read = decode_entries(partial).value();
  EXPECT_EQ(read, std::vector<Bytes>(entries.begin() + 256, entries.end()));
}

TEST(Tiles, WidthsAreThoseOfTheSpecification) {
  EXPECT_EQ(tile_width(0, 0, 0), 0u);
  EXPECT_EQ(tile_width(0, 0, 1), 1u);
  EXPECT_EQ(tile_width(0, 0, 256), 256u);
  EXPECT_EQ(tile_width(0, 1, 256), 0u);
  EXPECT_EQ(tile_width(1, 0, 255), 0u);
  EXPECT_EQ(tile_width(1, 0, 256), 1u);
  EXPECT_EQ(tile_width(0, 272, 70000), 256u);
  EXPECT_EQ(tile_width(0, 273, 70000), 112u);
  EXPECT_EQ(tile_width(0, 274, 70000), 0u);
  EXPECT_EQ(tile_width(1, 0, 70000), 256u);
  EXPECT_EQ(tile_width(1, 1, 70000), 17u);
  EXPECT_EQ(tile_width(2, 0, 70000), 1u);
  EXPECT_EQ(tile_width(3, 0, 70000), 0u);
  EXPECT_EQ(tile_width(7, 0, ~std::uint64_t{0}), 255u);
  EXPECT_EQ(tile_width(8, 0, ~std::uint64_t{0}), 0u);
  EXPECT_EQ(tile_width(0, ~std::uint64_t{0}, ~std::uint64_t{0}), 0u);
}

TEST(Tiles, PathsAreThoseOfTheSpecification) {
  EXPECT_EQ(tile_path({0, 0, 256}), "tile/0/000");
  EXPECT_EQ(tile_path({0, 999, 256}), "tile/0/999");
  EXPECT_EQ(tile_path({1, 1000, 256}), "tile/1/x001/000");
  EXPECT_EQ(tile_path({7, 1234067, 17}), "tile/7/x001/x234/067.p/17");
  EXPECT_EQ(tile_path({0, 1'000'000'000, 1}), "tile/0/x001/x000/x000/000.p/1");
  EXPECT_EQ(entries_path(1234067, 256), "tile/entries/x001/x234/067");
  EXPECT_EQ(entries_path(0, 255), "tile/entries/000.p/255");
}

TEST(Tiles, PathsReadBack) {
  std::mt19937_64 random(14);
  for (int i = 0; i < 2000; ++i) {
    const TileId tile{static_cast<unsigned>(random() % 8), random() >> (9 + random() % 55),
                      static_cast<unsigned>(1 + random() % 256)};
    const TileName hashes = parse_tile_path(tile_path(tile)).value();
    EXPECT_FALSE(hashes.entries);
    EXPECT_EQ(hashes.tile, tile);
    const TileName entries = parse_tile_path(entries_path(tile.index, tile.width)).value();
    EXPECT_TRUE(entries.entries);
    EXPECT_EQ(entries.tile.index, tile.index);
    EXPECT_EQ(entries.tile.width, tile.width);
  }
}

TEST(Tiles, OtherPathsAreRefused) {
  for (const std::string_view path : {"",
                                      "tile",
                                      "tile/",
                                      "tile/0",
                                      "tile/0/",
                                      "tile/0/0",
                                      "tile/0/00",
                                      "tile/0/0000",
                                      "tile/0/1000",
                                      "tile/00/000",
                                      "tile/8/000",
                                      "tile/-1/000",
                                      "tile/63/000",
                                      "tile/x/000",
                                      "tile/0/x000/001",
                                      "tile/0/x001/1",
                                      "tile/0/001/000",
                                      "tile/0/x001/x000",
                                      "tile/0/x001//000",
                                      "tile/0//000",
                                      "tile/0/000.p",
                                      "tile/0/000.p/",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/01",
                                      "tile/0/000.p/1/",
                                      "tile/0/000.p/-1",
                                      "tile/0/000.p/1.p/1",
                                      "tile/0/000/",
                                      "/tile/0/000",
                                      "tile/0/../000",
                                      "tile/0/00a",
                                      "tile/entries",
                                      "tile/entries/",
                                      "tile/entries/0/000",
                                      "tile/Entries/000",
                                      "tile/0/000 ",
                                      "tile/0/x999/x999/x999/x999/x999/x999/999",
                                      "tile/0/x036/x028/x797/x018/x963/968",
                                      "checkpoint"}) {
    EXPECT_FALSE(parse_tile_path(path).has_value()) << path;
  }
}

TEST(Tiles, BundlesCutShortOrTooLongAreRefused) {
  const Bytes bundle = encode_entries({Bytes{1, 2, 3}, Bytes{}, Bytes{4}});
  EXPECT_EQ(decode_entries(bundle).value().size(), 3u);
  EXPECT_EQ(decode_entries(BytesView()).value().size(), 0u);
  // Sizes 5 and 7 end between entries and are shorter bundles of their own.
  for (const std::size_t size : {1u, 2u, 3u, 4u, 6u, 8u, 9u}) {
    EXPECT_FALSE(decode_entries(BytesView(bundle).first(size)).has_value()) << size;
  }
  EXPECT_TRUE(decode_entries(Bytes(512, 0)).has_value());
  EXPECT_FALSE(decode_entries(Bytes(514, 0)).has_value());
}

TEST(Tiles, SubtreesInsideATileMatchTheSlowReference) {
  const std::vector<Digest> leaves = fixtures::tree_b();
  const Bytes tile = joined(leaves, 0, 256);
  for (unsigned level = 0; level <= 8; ++level) {
    for (std::uint64_t offset = 0; offset < (256u >> level); offset += 1 + offset / 2) {
      EXPECT_EQ(subtree_in_tile(tile, level, offset),
                fixtures::slow_root(leaves, offset << level, (offset + 1) << level));
    }
  }
}

TEST(Tiles, APartialTileGivesTheSubtreesThatItHolds) {
  const std::vector<Digest> leaves = fixtures::tree_b();
  const Bytes tile = joined(leaves, 256, 300);
  EXPECT_EQ(subtree_in_tile(tile, 5, 0), fixtures::slow_root(leaves, 256, 288));
  EXPECT_EQ(subtree_in_tile(tile, 2, 10), fixtures::slow_root(leaves, 296, 300));
}

TEST(TilesDeathTest, WhatIsNotInTheTileIsAProgrammersError) {
  const Bytes tile = joined(fixtures::tree_b(), 256, 300);
  EXPECT_DEATH(subtree_in_tile(tile, 5, 1), "check failed");
  EXPECT_DEATH(subtree_in_tile(tile, 9, 0), "check failed");
  EXPECT_DEATH(tile_path({0, 0, 0}), "check failed");
  EXPECT_DEATH(tile_path({8, 0, 1}), "check failed");
  EXPECT_DEATH(encode_entries({Bytes(65536, 0)}), "check failed");
}

}  // namespace
}  // namespace alpr::chain
