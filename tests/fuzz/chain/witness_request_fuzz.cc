// A request to a witness that is accepted writes back to the same bytes, and so does a 409's size.
#include "ledger/chain/witness_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const std::string_view text = as_text({data, size});
  if (const auto request = chain::parse_add_checkpoint(text))
    ALPR_CHECK(chain::format_add_checkpoint(*request) == text);
  if (const auto recorded = chain::parse_recorded_size(text))
    ALPR_CHECK(chain::format_recorded_size(*recorded) == text);
  if (const auto lines = chain::parse_signature_lines(text)) {
    std::string again;
    for (const auto& signature : *lines) again += chain::signature_line(signature);
    ALPR_CHECK(again == text);
  }
  return 0;
}
