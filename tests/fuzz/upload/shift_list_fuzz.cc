// Proves that no bytes make the parser of a vehicle's lists read out of bounds, abort or accept
// what it would not write again, and that an answer of a server that is not the log's opens never.
#include <cstdint>
#include <cstdlib>

#include "recognition/upload/shift_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  using namespace alpr::recognition;
  const BytesView bytes(data, size);
  const Result<ShiftList> list = parse_shift_list(as_text(bytes));
  if (list) {
    const Result<std::string> again = write_shift_list(*list);
    if (!again || *again != as_text(bytes)) std::abort();
    if (!list->entries.empty() &&
        matches(*list, list->entries.front().plate, list->made_at).size() > list->entries.size())
      std::abort();
  }
  static const chain::BoxKey key = [] {
    chain::init_crypto();
    return chain::BoxKey::from_secret(Digest{1});
  }();
  static const ShiftTrust trust{{"oakland.example/alpr", chain::KeyType::kEd25519,
                                 chain::SigningKey::from_seed(Digest{2}).public_key()},
                                "car-7"};
  if (open_shift_answer(bytes, trust, key)) std::abort();
  return 0;
}
