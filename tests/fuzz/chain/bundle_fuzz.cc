// A bundle's start and records that are accepted write back to the same bytes.
#include <algorithm>

#include "ledger/chain/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  using Sort = chain::BundleRecord::Sort;
  const BytesView whole(data, size);
  BytesView rest = whole;
  const auto start = chain::take_bundle_start(rest);
  if (!start) return 0;
  Bytes again;
  chain::put_bundle_start(again, *start);
  for (;;) {
    const auto record = chain::take_bundle_record(rest);
    if (!record) return 0;
    if (!*record) break;
    if ((*record)->sort == Sort::kEvent)
      chain::put_bundle_event(again, (*record)->header, (*record)->payload);
    if ((*record)->sort == Sort::kCheckpoint) chain::put_bundle_checkpoint(again, (*record)->note);
    if ((*record)->sort == Sort::kEnd) chain::put_bundle_end(again, (*record)->size);
  }
  ALPR_CHECK(std::ranges::equal(again, whole));
  return 0;
}
