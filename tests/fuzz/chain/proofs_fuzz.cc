// Proofs of any size and place end without harm, and none verifies for a tree it was not made for.
#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  if (size < 16) return 0;
  const std::uint64_t place = chain::get_be64(data);
  const std::uint64_t tree_size = chain::get_be64(data + 8);
  std::vector<Digest> path((size - 16) / sizeof(Digest));
  for (std::size_t i = 0; i < path.size(); ++i) {
    std::copy_n(data + 16 + i * sizeof(Digest), sizeof(Digest), path[i].begin());
  }
  const Digest unmatched = chain::empty_root();
  ALPR_CHECK(!chain::verify_inclusion(Digest{}, place, tree_size, path, unmatched));
  ALPR_CHECK(!chain::verify_consistency(place, Digest{}, tree_size, unmatched, path));
  const chain::SubtreeRoot subtree = [&](unsigned level, std::uint64_t index) -> Result<Digest> {
    const unsigned __int128 end = static_cast<unsigned __int128>(index + 1) << level;
    ALPR_CHECK(end <= tree_size);
    return Digest{};
  };
  const auto inclusion = chain::inclusion_path(place, tree_size, subtree);
  if (inclusion) {
    const Digest root = chain::root_at(tree_size, subtree).value();
    ALPR_CHECK(tree_size > 1 || root == Digest{});
  }
  (void)chain::consistency_path(place, tree_size, subtree);
  return 0;
}
