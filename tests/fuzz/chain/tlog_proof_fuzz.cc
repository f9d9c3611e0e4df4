// A tlog-proof that is accepted writes back to the same bytes.
#include "ledger/chain/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const std::string_view text = as_text({data, size});
  const auto proof = chain::parse_tlog_proof(text);
  if (proof) ALPR_CHECK(chain::format_tlog_proof(*proof) == text);
  return 0;
}
