// Proves that roots, all 72 proofs, keys, checkpoints and tiles of the shared vector file come out
// the same here. By reading the file, which two other code bases accepted, where it lies beside the
// project; skipped where it does not.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ledger/chain/tiles.h"
#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::chain {
namespace {

namespace json = boost::json;
using fixtures::digest;

class SharedVectors : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path path = PROJECT_ROOT "/../shared/vectors/tlog_vectors.json";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "the shared vector file is not here";
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    vectors_ = json::parse(text.str()).as_object();
  }
  std::string text(std::string_view name) const {
    return std::string(vectors_.at(name).as_string());
  }
  std::string text(std::string_view group, std::string_view name) const {
    return std::string(vectors_.at(group).as_object().at(name).as_string());
  }
  static std::vector<Digest> digests(const json::value& list) {
    std::vector<Digest> out;
    for (const auto& item : list.as_array())
      out.push_back(digest(std::string_view(item.as_string())));
    return out;
  }
  // "3-7" -> 3, 7
  static std::pair<std::uint64_t, std::uint64_t> numbers(std::string_view key) {
    const std::size_t dash = key.find('-');
    return {parse_decimal(key.substr(0, dash)).value(),
            parse_decimal(key.substr(dash + 1)).value()};
  }
  json::object vectors_;
};

TEST_F(SharedVectors, RootsAndLeavesOfTreeA) {
  const std::vector<Digest> leaves = fixtures::tree_a();
  EXPECT_EQ(digests(vectors_.at("leafhash")), leaves);
  const auto roots = digests(vectors_.at("roots"));
  ASSERT_EQ(roots.size(), 9u);
  for (std::size_t size = 0; size < roots.size(); ++size) {
    EXPECT_EQ(root_at(size, fixtures::subtrees_of(leaves)).value(), roots[size]);
  }
}

TEST_F(SharedVectors, AllInclusionProofsOfTreeA) {
  const std::vector<Digest> leaves = fixtures::tree_a();
  const auto roots = digests(vectors_.at("roots"));
  const auto& all = vectors_.at("incl_all").as_object();
  ASSERT_EQ(all.size(), 36u);
  for (const auto& [key, list] : all) {
    const auto [index, size] = numbers(key);
    const auto path = digests(list);
    EXPECT_EQ(inclusion_path(index, size, fixtures::subtrees_of(leaves)).value(), path) << key;
    EXPECT_TRUE(verify_inclusion(leaves[index], index, size, path, roots[size])) << key;
  }
}

TEST_F(SharedVectors, AllConsistencyProofsOfTreeA) {
  const std::vector<Digest> leaves = fixtures::tree_a();
  const auto roots = digests(vectors_.at("roots"));
  const auto& all = vectors_.at("cons_all").as_object();
  ASSERT_EQ(all.size(), 36u);
  for (const auto& [key, list] : all) {
    const auto [old_size, size] = numbers(key);
    const auto path = digests(list);
    EXPECT_EQ(consistency_path(old_size, size, fixtures::subtrees_of(leaves)).value(), path) << key;
    EXPECT_TRUE(verify_consistency(old_size, roots[old_size], size, roots[size], path)) << key;
  }
}

TEST_F(SharedVectors, KeysCheckpointsAndCosignature) {
  for (const std::string_view who : {"log", "wit"}) {
    const SigningKey key = SigningKey::from_seed(digest(text(who, "seed")));
    const VerifierKey verifier = parse_vkey(text(who, "vkey")).value();
    EXPECT_EQ(verifier.key, key.public_key());
    EXPECT_EQ(verifier.name, text(who, "name"));
    EXPECT_EQ(hex(key.public_key()), text(who, "pub"));
  }
  const SigningKey log = SigningKey::from_seed(digest(text("log", "seed")));
  const SigningKey witness = SigningKey::from_seed(digest(text("wit", "seed")));
  for (const std::string_view name : {"cp5", "cp8"}) {
    const Note note = parse_note(text(name)).value();
    EXPECT_EQ(format_note({note.text, {sign_note(note.text, text("log", "name"), log)}}),
              text(name));
  }
  const std::string text8 = parse_note(text("cp8")).value().text;
  const auto line = cosign_note(text8, text("wit", "name"), witness, fixtures::kCosignatureTime);
  const auto published =
      parse_signature_line(text("cosig_line").substr(0, text("cosig_line").find('\n')));
  ASSERT_TRUE(published.has_value());
  EXPECT_EQ(signature_line(*published), signature_line(line));
  EXPECT_EQ(hex(sha256(as_bytes(text("log", "name")))), text("origin_hash"));
}

TEST_F(SharedVectors, TheProofFileProvesItsLeaf) {
  const TlogProof proof = parse_tlog_proof(text("tlog_proof")).value();
  EXPECT_EQ(format_tlog_proof(proof), text("tlog_proof"));
  const auto checkpoint = open_checkpoint(proof.checkpoint, text("log", "name"),
                                          {parse_vkey(text("log", "vkey")).value()});
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_TRUE(verify_inclusion(fixtures::tree_a()[proof.index], proof.index, checkpoint->size,
                               proof.path, checkpoint->root));
}

TEST_F(SharedVectors, TreeB) {
  const std::vector<Digest> leaves = fixtures::tree_b();
  const auto& b = vectors_.at("B").as_object();
  EXPECT_EQ(hex(root_of(leaves)), std::string(b.at("root300").as_string()));
  EXPECT_EQ(inclusion_path(299, 300, fixtures::subtrees_of(leaves)).value(),
            digests(b.at("incl_299_300")));
  EXPECT_EQ(consistency_path(256, 300, fixtures::subtrees_of(leaves)).value(),
            digests(b.at("cons_256_300")));
  EXPECT_EQ(consistency_path(7, 300, fixtures::subtrees_of(leaves)).value().size(),
            static_cast<std::size_t>(b.at("cons_7_300_count").as_int64()));
  EXPECT_EQ(inclusion_path(0, 300, fixtures::subtrees_of(leaves)).value().size(),
            static_cast<std::size_t>(b.at("incl0").as_int64()));
}

}  // namespace
}  // namespace alpr::chain
