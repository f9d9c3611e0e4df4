// Proves that roots and proofs are RFC 6962's and that no altered proof verifies. By the published
// vectors of tree A and tree B, by random trees against a slow recursive reference, and by every
// single-bit change of small trees' proofs.
#include "ledger/chain/merkle.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

using fixtures::digest;
using fixtures::subtrees_of;

constexpr std::array<std::string_view, 9> kRootsA = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

constexpr std::array<std::string_view, 8> kLeavesA = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1"};

std::vector<std::string> hexes(const std::vector<Digest>& path) {
  std::vector<std::string> out;
  for (const Digest& hash : path) out.push_back(hex(hash));
  return out;
}

std::vector<Digest> first(const std::vector<Digest>& leaves, std::size_t size) {
  return {leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::vector<Digest> random_leaves(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < size; ++i) leaves.push_back(fixtures::random_digest(random));
  return leaves;
}

TEST(Merkle, TreeAHasThePublishedLeavesAndRoots) {
  const std::vector<Digest> leaves = fixtures::tree_a();
  EXPECT_EQ(hexes(leaves), std::vector<std::string>(kLeavesA.begin(), kLeavesA.end()));
  CompactRange range;
  EXPECT_EQ(hex(range.root()), kRootsA[0]);
  EXPECT_EQ(hex(empty_root()), kRootsA[0]);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    range.append(leaves[size - 1]);
    EXPECT_EQ(hex(range.root()), kRootsA[size]);
    EXPECT_EQ(hex(root_of(first(leaves, size))), kRootsA[size]);
    EXPECT_EQ(hex(root_at(size, subtrees_of(leaves)).value()), kRootsA[size]);
  }
}

TEST(Merkle, TreeAHasThePublishedPaths) {
  const std::vector<Digest> leaves = fixtures::tree_a();
  const SubtreeRoot subtrees = subtrees_of(leaves);
  using Texts = std::vector<std::string>;
  const std::string e837 = "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e";
  const std::string e0eb = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
  const std::string eca8 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
  const std::string root2(kRootsA[2]);
  const std::string root4(kRootsA[4]);
  EXPECT_EQ(hexes(inclusion_path(0, 1, subtrees).value()), Texts{});
  EXPECT_EQ(hexes(inclusion_path(3, 7, subtrees).value()),
            (Texts{std::string(kLeavesA[2]), root2, e837}));
  EXPECT_EQ(hexes(inclusion_path(6, 7, subtrees).value()), (Texts{e0eb, root4}));
  EXPECT_EQ(hexes(consistency_path(4, 8, subtrees).value()),
            Texts{"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"});
  EXPECT_EQ(hexes(consistency_path(6, 8, subtrees).value()), (Texts{e0eb, eca8, root4}));
  EXPECT_EQ(hexes(consistency_path(3, 7, subtrees).value()),
            (Texts{std::string(kLeavesA[2]), std::string(kLeavesA[3]), root2, e837}));
  EXPECT_EQ(hexes(consistency_path(5, 5, subtrees).value()), Texts{});
}

TEST(Merkle, TreeBHasThePublishedRootsAndPaths) {
  const std::vector<Digest> leaves = fixtures::tree_b();
  const SubtreeRoot subtrees = subtrees_of(leaves);
  EXPECT_EQ(hex(leaves[0]), "1bb97dcc21635d47e2663efdfd0a174686d98dd701352dd2cd06e8b43fd3d305");
  EXPECT_EQ(hex(leaves[299]), "a9880b4e3dfc54e6c16b3ada7b46473563c0cb2dbf5e960e05664d3f2a992084");
  const std::string root256 = "cf5effdb11d0927a2edf53b0e73c7837f659414e00537da5d90eb5c4c49ff274";
  EXPECT_EQ(hex(root_at(256, subtrees).value()), root256);
  EXPECT_EQ(hex(root_of(leaves)),
            "e7afc82d38944fc7930545328091d45823288c1f734cbdac06396713ebd4b5d5");
  EXPECT_EQ(hexes(consistency_path(256, 300, subtrees).value()),
            (std::vector<std::string>{
                "777422898ecbf7fff5401659d40bc81077ef7ec17fa3db8da8f9cfe892a359f8"}));
  EXPECT_EQ(hexes(inclusion_path(299, 300, subtrees).value()),
            (std::vector<std::string>{
                "608d6b9f7ebc566a128d299c891332bb3767604708d9ebc1b3662db4fdcc9d3e",
                "26ae6a7c454dab4384ff683006d3486b535d911ed1507719aee3bf6110e9805a",
                "fbedf282e16ee3d218bddc21d184c56c845363b16ee91b3fa0be3b7b7a5cb192",
                "ca0090b607ab2afb55e1945270cfb192dad42174f80c7937420547f6a3d218a0", root256}));
}

TEST(Merkle, EveryPairOfSizesUpTo40MatchesTheSlowReference) {
  const std::vector<Digest> leaves = random_leaves(40, 6);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const Digest root = fixtures::slow_root(leaves, 0, size);
    const SubtreeRoot subtrees = subtrees_of(leaves);
    for (std::size_t i = 0; i < size; ++i) {
      std::vector<Digest> expected;
      fixtures::slow_inclusion(leaves, i, 0, size, expected);
      const auto path = inclusion_path(i, size, subtrees).value();
      EXPECT_EQ(path, expected);
      EXPECT_TRUE(verify_inclusion(leaves[i], i, size, path, root)) << i << " in " << size;

      const std::size_t old_size = i + 1;
      const Digest old_root = fixtures::slow_root(leaves, 0, old_size);
      expected.clear();
      fixtures::slow_consistency(leaves, old_size, 0, size, true, expected);
      const auto proof = consistency_path(old_size, size, subtrees).value();
      EXPECT_EQ(proof, expected);
      EXPECT_TRUE(verify_consistency(old_size, old_root, size, root, proof))
          << old_size << " to " << size;
    }
  }
}

TEST(Merkle, RandomPlacesInALargerTreeMatchTheSlowReference) {
  const std::vector<Digest> leaves = random_leaves(1500, 7);
  std::mt19937_64 random(8);
  const SubtreeRoot subtrees = subtrees_of(leaves);
  for (int i = 0; i < 60; ++i) {
    const std::size_t size = 1 + random() % leaves.size();
    const std::size_t index = random() % size;
    const Digest root = fixtures::slow_root(leaves, 0, size);
    EXPECT_EQ(root_at(size, subtrees).value(), root);
    EXPECT_EQ(root_of(first(leaves, size)), root);
    const auto path = inclusion_path(index, size, subtrees).value();
    EXPECT_TRUE(verify_inclusion(leaves[index], index, size, path, root));
    const auto proof = consistency_path(index + 1, size, subtrees).value();
    EXPECT_TRUE(verify_consistency(index + 1, fixtures::slow_root(leaves, 0, index + 1), size, root,
                                   proof));
  }
}

// Calls `refused` for every proof that differs from the good one in a bit, in an element more,
// fewer or swapped.
template <typename Check>
void for_each_alteration(const std::vector<Digest>& good, const Check& check) {
  for (std::size_t bit = 0; bit < good.size() * 256; ++bit) {
    std::vector<Digest> bad = good;
    bad[bit / 256][bit % 256 / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    check(bad);
  }
  std::vector<Digest> longer = good;
  longer.push_back(fixtures::counting(1));
  check(longer);
  longer = good;
  longer.insert(longer.begin(), fixtures::counting(1));
  check(longer);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::vector<Digest> shorter = good;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    check(shorter);
    if (i == 0) continue;
    std::vector<Digest> swapped = good;
    std::swap(swapped[i - 1], swapped[i]);
    check(swapped);
  }
}

TEST(Merkle, NoAlteredInclusionProofOfASmallTreeVerifies) {
  const std::vector<Digest> leaves = random_leaves(9, 9);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const Digest root = fixtures::slow_root(leaves, 0, size);
    for (std::size_t index = 0; index < size; ++index) {
      const auto good = inclusion_path(index, size, subtrees_of(leaves)).value();
      for_each_alteration(good, [&](const std::vector<Digest>& bad) {
        EXPECT_FALSE(verify_inclusion(leaves[index], index, size, bad, root));
      });
      for (std::size_t other = 0; other <= size; ++other) {
        if (other == index) continue;
        EXPECT_FALSE(verify_inclusion(leaves[index], other, size, good, root));
      }
      EXPECT_FALSE(verify_inclusion(fixtures::counting(3), index, size, good, root));
      EXPECT_FALSE(verify_inclusion(leaves[index], index, size, good, fixtures::counting(3)));
    }
  }
}

TEST(Merkle, NoAlteredConsistencyProofOfASmallTreeVerifies) {
  const std::vector<Digest> leaves = random_leaves(9, 10);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const Digest root = fixtures::slow_root(leaves, 0, size);
    for (std::size_t old_size = 1; old_size <= size; ++old_size) {
      const Digest old_root = fixtures::slow_root(leaves, 0, old_size);
      const auto good = consistency_path(old_size, size, subtrees_of(leaves)).value();
      for_each_alteration(good, [&](const std::vector<Digest>& bad) {
        EXPECT_FALSE(verify_consistency(old_size, old_root, size, root, bad));
      });
      EXPECT_FALSE(verify_consistency(old_size, fixtures::counting(3), size, root, good));
      EXPECT_FALSE(verify_consistency(old_size, old_root, size, fixtures::counting(3), good));
      EXPECT_FALSE(verify_consistency(0, old_root, size, root, good));
      EXPECT_FALSE(verify_consistency(size + 1, old_root, size, root, good));
    }
  }
}

TEST(Merkle, ATreeRewrittenAtAnyPlaceIsNotConsistent) {
  const std::vector<Digest> leaves = random_leaves(13, 11);
  for (std::size_t changed = 0; changed < 8; ++changed) {
    std::vector<Digest> forged = leaves;
    forged[changed][0] ^= 1;
    const Digest old_root = fixtures::slow_root(leaves, 0, 8);
    const Digest root = fixtures::slow_root(forged, 0, 13);
    for (const std::vector<Digest>& source : {leaves, forged}) {
      const auto path = consistency_path(8, 13, subtrees_of(source)).value();
      EXPECT_FALSE(verify_consistency(8, old_root, 13, root, path));
    }
  }
}

TEST(Merkle, ImpossibleProofsAreRefused) {
  const std::vector<Digest> leaves = random_leaves(5, 12);
  const SubtreeRoot subtrees = subtrees_of(leaves);
  const std::uint64_t huge = ~std::uint64_t{0};
  EXPECT_EQ(inclusion_path(5, 5, subtrees).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(inclusion_path(0, 0, subtrees).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(inclusion_path(0, huge, subtrees).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(consistency_path(0, 5, subtrees).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(consistency_path(6, 5, subtrees).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(root_at(huge, subtrees).error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(verify_inclusion(leaves[0], 0, 0, {}, empty_root()));
  EXPECT_FALSE(verify_inclusion(leaves[0], 0, huge, {}, leaves[0]));
}

TEST(Merkle, TheStoresErrorIsPassedOn) {
  const SubtreeRoot broken = [](unsigned, std::uint64_t) -> Result<Digest> {
    return fail(ErrorCode::kIo, "unreadable");
  };
  EXPECT_EQ(inclusion_path(1, 5, broken).error().code, ErrorCode::kIo);
  EXPECT_EQ(consistency_path(3, 5, broken).error().code, ErrorCode::kIo);
  EXPECT_EQ(root_at(5, broken).error().code, ErrorCode::kIo);
}

TEST(Merkle, ARangeGoesOnWhereItWasKept) {
  const std::vector<Digest> leaves = random_leaves(100, 13);
  for (std::size_t kept = 0; kept <= leaves.size(); kept += 7) {
    CompactRange before;
    for (std::size_t i = 0; i < kept; ++i) before.append(leaves[i]);
    CompactRange after(before.size(), before.roots());
    for (std::size_t i = kept; i < leaves.size(); ++i) after.append(leaves[i]);
    EXPECT_EQ(after.root(), fixtures::slow_root(leaves, 0, leaves.size()));
  }
}

TEST(Merkle, ARangeTellsOfEachSubtreeThatALeafCompletes) {
  const std::vector<Digest> leaves = random_leaves(70, 14);
  const SubtreeRoot subtrees = subtrees_of(leaves);
  CompactRange range;
  for (std::uint64_t i = 0; i < leaves.size(); ++i) {
    unsigned last = 0;
    range.append(leaves[i], [&](unsigned height, const Digest& hash) {
      EXPECT_EQ(height, ++last);
      EXPECT_EQ(hash, subtrees(height, i >> height).value());
    });
    EXPECT_EQ(last, static_cast<unsigned>(std::countr_one(i)));
  }
}

TEST(MerkleDeathTest, ARangeNeedsOneRootPerSetBit) {
  EXPECT_DEATH(CompactRange(3, {fixtures::counting(0)}), "check failed");
}

}  // namespace
}  // namespace alpr::chain
