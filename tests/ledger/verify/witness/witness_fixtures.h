// A witness in a folder of its own that trusts the published log, and the log's own tree to make
// requests from.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "ledger/verify/witness/witness.h"
#include "tests/ledger/chain/chain_fixtures.h"

namespace alpr::witness::testing {

namespace fx = chain::fixtures;

class Folder {
 public:
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "plateledger-witness-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The published witness's state: its key is known, so its answers are.
inline void make_published_witness(const std::filesystem::path& folder) {
  EXPECT_TRUE(StateFolder::create(folder, "other", {std::string(fx::kLogVkey)}));
  std::ofstream(folder / "key") << fx::kWitnessName << "\n"
                                << chain::hex(fx::counting(0x20)) << "\n";
}

// A checkpoint that the published log signs.
inline std::string signed_checkpoint(std::uint64_t size, const Digest& root) {
  const std::string text = chain::checkpoint_text({std::string(fx::kLogName), size, root, {}});
  return chain::format_note({text, {chain::sign_note(text, fx::kLogName, fx::log_key())}});
}

// `count` leaves; another `branch` is another history from leaf `common` on.
inline std::vector<Digest> history(std::size_t count, const std::string& branch = "",
                                   std::size_t common = 0) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i)
    leaves.push_back(
        fx::hash_leaf(as_bytes((i >= common ? branch : std::string()) + std::to_string(i))));
  return leaves;
}
inline Digest root_at(const std::vector<Digest>& leaves, std::size_t size) {
  return fx::slow_root(leaves, 0, size);
}
inline std::string request(const std::vector<Digest>& leaves, std::size_t old_size,
                           std::size_t size) {
  chain::AddCheckpoint request{old_size, {}, signed_checkpoint(size, root_at(leaves, size))};
  if (old_size > 0 && old_size < size)
    request.proof = chain::consistency_path(old_size, size, fx::subtrees_of(leaves)).value();
  return chain::format_add_checkpoint(request);
}

}  // namespace alpr::witness::testing
