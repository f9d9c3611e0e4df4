// A policy that is accepted names its parts once each, and with every witness's signature its
// quorum is made; reading it and judging any note by it does no harm.
#include <algorithm>

#include "ledger/chain/witness_policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const std::string_view text = as_text({data, size});
  const auto policy = chain::WitnessPolicy::parse(text);
  if (!policy) return 0;
  std::vector<chain::Verified> all;
  for (const auto& witness : policy->witnesses()) {
    ALPR_CHECK(std::count_if(policy->witnesses().begin(), policy->witnesses().end(),
                             [&](const auto& other) { return other.name == witness.name; }) == 1);
    all.push_back({witness.key, 1});
  }
  ALPR_CHECK(policy->satisfied_by(all));
  (void)policy->open(text);
  return 0;
}
