// Proves that a tlog-proof reads and writes as published, that it suffices to prove a leaf, and has
// one form only. By the published proof of leaf 3 in tree A and by near misses.
#include <gtest/gtest.h>

#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

using namespace fixtures;

std::string published() {
  return "c2sp.org/tlog-proof@v1\nindex 3\n"
         "ApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+c=\n"
         "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=\n"
         "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=\n\n" +
         std::string(kCheckpoint8) + std::string(kCosignature8);
}

TEST(TlogProof, ThePublishedOneProvesItsLeaf) {
  const TlogProof proof = parse_tlog_proof(published()).value();
  EXPECT_EQ(proof.index, 3u);
  EXPECT_TRUE(proof.extra.empty());
  const Checkpoint checkpoint =
      open_checkpoint(proof.checkpoint, kLogName, {parse_vkey(kLogVkey).value()}).value();
  EXPECT_TRUE(
      verify_inclusion(tree_a()[3], proof.index, checkpoint.size, proof.path, checkpoint.root));
  EXPECT_FALSE(
      verify_inclusion(tree_a()[2], proof.index, checkpoint.size, proof.path, checkpoint.root));
}

TEST(TlogProof, WritesThePublishedBytes) {
  const std::vector<Digest> leaves = tree_a();
  const TlogProof proof{3, inclusion_path(3, 8, subtrees_of(leaves)).value(),
                        std::string(kCheckpoint8) + std::string(kCosignature8), ""};
  EXPECT_EQ(format_tlog_proof(proof), published());
}

TEST(TlogProof, AnExtraLineReadsBack) {
  const TlogProof proof{0, {}, std::string(kCheckpoint5), "aGVsbG8="};
  const std::string text = format_tlog_proof(proof);
  const TlogProof read = parse_tlog_proof(text).value();
  EXPECT_EQ(read.extra, "aGVsbG8=");
  EXPECT_EQ(read.checkpoint, kCheckpoint5);
  EXPECT_EQ(format_tlog_proof(read), text);
}

TEST(TlogProof, OtherFormsAreRefused) {
  const std::string tail = "\n" + std::string(kCheckpoint5);
  const std::string hash = base64(counting(0)) + "\n";
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  ASSERT_TRUE(parse_tlog_proof(head + "index 0\n" + hash + tail).has_value());
  std::string hashes;
  for (int i = 0; i < 63; ++i) hashes += hash;
  ASSERT_TRUE(parse_tlog_proof(head + "index 0\n" + hashes + tail).has_value());
  for (const std::string& text :
       {std::string(), head, "c2sp.org/tlog-proof@v2\nindex 0\n" + tail, "index 0\n" + tail,
        head + "index 00\n" + tail, head + "index -1\n" + tail, head + "index\n" + tail,
        head + "Index 0\n" + tail, head + "extra \nindex 0\n" + tail,
        head + "extra a\nindex 0\n" + tail, head + "index 0\nextra aGVsbG8=\n" + tail,
        head + "index 0\nAAAA\n" + tail, head + "index 0\n" + hash, head + "index 0\n\n",
        head + "index 0\n\nnot a note\n", head + "index 0\n" + hashes + hash + tail,
        "\n" + head + "index 0\n" + tail, head + "index 0\r\n" + tail}) {
    EXPECT_FALSE(parse_tlog_proof(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace alpr::chain
