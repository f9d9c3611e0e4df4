// A member list that is accepted encodes to the same bytes, and its digests are those of its
// members.
#include <algorithm>

#include "ledger/chain/payload.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const auto list = chain::decode_member_list({data, size});
  if (!list) return 0;
  ALPR_CHECK(std::ranges::equal(chain::encode(*list), BytesView(data, size)));
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto& member = (*list)[i];
    if (member.state == chain::ListedMember::State::kWithheld) continue;
    ALPR_CHECK(member.digest == chain::member_digest(member.salt, static_cast<std::uint16_t>(i),
                                                     member.name, member.value));
  }
  return 0;
}
