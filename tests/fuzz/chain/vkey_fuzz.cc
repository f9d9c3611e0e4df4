// A verifier key that is accepted writes back to the same text.
#include "ledger/chain/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const std::string_view text = as_text({data, size});
  const auto key = chain::parse_vkey(text);
  if (key) ALPR_CHECK(chain::format_vkey(*key) == text);
  return 0;
}
