// A payload by member that opens with a box lays out to the same bytes; opening arbitrary boxes
// does no harm.
#include <algorithm>

#include "ledger/chain/payload.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  if (size < 2) return 0;
  const BytesView bytes(data + 2, size - 2);
  const std::size_t split = std::min<std::size_t>(bytes.size(), data[0] << 8 | data[1]);
  const BytesView clear = bytes.first(split);
  const BytesView secret = bytes.subspan(split);
  (void)chain::open_payload(chain::Form::kWhole, Digest{}, clear, secret);
  const auto list = chain::decode_member_list(clear);
  if (!list) return 0;
  const Digest commitment = chain::commit_list(*list);
  const auto opened = chain::open_payload(chain::Form::kByMember, commitment, clear, secret);
  if (!opened) return 0;
  const auto again = chain::lay_out_members(opened->salt, opened->members);
  ALPR_CHECK(again.commitment == commitment);
  ALPR_CHECK(std::ranges::equal(again.clear, clear));
  ALPR_CHECK(std::ranges::equal(again.secret, secret));
  return 0;
}
