// Proves that cached nodes are the tree's, that a wider tile replaces a narrower one, and that the
// cache stays within its bound. Compares with roots hashed anew, and fills the cache past its end.
#include "ledger/store/node_cache.h"

#include <gtest/gtest.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/merkle.h"

namespace alpr::store {
namespace {

Bytes tile_of(unsigned width) {
  Bytes out;
  for (unsigned i = 0; i < width; ++i) {
    Bytes number;
    chain::put_be64(number, i);
    const Digest hash = chain::sha256(number);
    out.insert(out.end(), hash.begin(), hash.end());
  }
  return out;
}

TEST(NodeCache, NodesAreThoseOfTheTile) {
  for (const unsigned width : {1U, 2U, 3U, 100U, 255U, 256U}) {
    const Bytes tile = tile_of(width);
    const chain::TileNodes nodes(tile);
    for (unsigned level = 0; level <= chain::kTileHeight; ++level) {
      for (std::uint64_t offset = 0; offset < width >> level; ++offset) {
        ASSERT_EQ(nodes.node(level, offset), chain::subtree_in_tile(tile, level, offset))
            << width << " " << level << " " << offset;
      }
    }
  }
}

TEST(NodeCache, ANodeBeyondTheWidthIsAProgrammersError) {
  const chain::TileNodes nodes(tile_of(5));
  EXPECT_DEATH(nodes.node(0, 5), "check failed");
  EXPECT_DEATH(nodes.node(2, 1), "check failed");
}

TEST(NodeCache, AWiderTileReplacesANarrowerOneAndNotTheOtherWayRound) {
  NodeCache cache;
  cache.keep(1, 7, std::make_shared<const chain::TileNodes>(tile_of(10)));
  EXPECT_NE(cache.find({1, 7, 10}), nullptr);
  EXPECT_EQ(cache.find({1, 7, 11}), nullptr);
  EXPECT_EQ(cache.find({0, 7, 10}), nullptr);
  cache.keep(1, 7, std::make_shared<const chain::TileNodes>(tile_of(20)));
  cache.keep(1, 7, std::make_shared<const chain::TileNodes>(tile_of(15)));
  ASSERT_NE(cache.find({1, 7, 20}), nullptr);
  EXPECT_EQ(cache.find({1, 7, 1})->width(), 20U);
}

TEST(NodeCache, WhatWasNotAskedForTheLongestGoesFirst) {
  NodeCache cache;
  const auto nodes = std::make_shared<const chain::TileNodes>(tile_of(1));
  for (std::uint64_t i = 0; i < NodeCache::kTilesMax; ++i) cache.keep(0, i, nodes);
  ASSERT_NE(cache.find({0, 0, 1}), nullptr);  // 1 is the oldest now
  cache.keep(0, NodeCache::kTilesMax, nodes);
  EXPECT_NE(cache.find({0, 0, 1}), nullptr);
  EXPECT_EQ(cache.find({0, 1, 1}), nullptr);
  EXPECT_NE(cache.find({0, 2, 1}), nullptr);
  EXPECT_LE(NodeCache::kTilesMax * sizeof(chain::TileNodes), NodeCache::kBytesMax);
}

}  // namespace
}  // namespace alpr::store
