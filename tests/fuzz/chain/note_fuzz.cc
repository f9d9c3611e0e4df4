// A note that is accepted writes back to the same bytes; checking it under keys that it names does
// no harm.
#include "ledger/chain/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const std::string_view text = as_text({data, size});
  const auto note = chain::parse_note(text);
  if (!note) return 0;
  ALPR_CHECK(chain::format_note(*note) == text);
  std::vector<chain::VerifierKey> known;
  for (const auto& signature : note->signatures) {
    known.push_back({signature.name, chain::KeyType::kCosignature, PublicKey{}});
  }
  (void)chain::verify_note(*note, known);
  return 0;
}
