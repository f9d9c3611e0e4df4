// Whatever is given as a package is refused or judged without harm, and none that the fuzzer can
// make is believed under a key that it does not have.
#include "ledger/chain/keys.h"
#include "ledger/verify/package.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  static const chain::KindRegistry kinds(chain::ledger_kinds());
  static const chain::VerifierKey key{"ledger.example/alpr", chain::KeyType::kEd25519,
                                      chain::SigningKey::from_seed(Digest{9}).public_key()};
  const std::string_view text = as_text({data, size});
  const auto trusted = verify::check_package(text, kinds, key);
  if (!trusted) return 0;
  ALPR_CHECK(!trusted->holds());
  (void)verify::to_text(*trusted);
  (void)verify::to_json(*verify::check_package(text, kinds, std::nullopt));
  return 0;
}
