// A checkpoint text that is accepted writes back to the same bytes.
#include "ledger/chain/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const std::string_view text = as_text({data, size});
  const auto checkpoint = chain::parse_checkpoint_text(text);
  if (checkpoint) ALPR_CHECK(chain::checkpoint_text(*checkpoint) == text);
  return 0;
}
