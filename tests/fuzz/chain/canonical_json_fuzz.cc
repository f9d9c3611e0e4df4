// What parse_canonical accepts is what write makes of it, and check_canonical accepts the same.
#include "ledger/chain/canonical_json.h"
#include "ledger/chain/types.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const std::string_view text = as_text({data, size});
  const auto value = chain::parse_canonical(text);
  if (value) ALPR_CHECK(chain::write(*value) == text);
  ALPR_CHECK(chain::check_canonical(text).has_value() == value.has_value());
  return 0;
}
