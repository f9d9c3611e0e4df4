// Whatever follows a bundle's magic is refused or judged without harm, and no log that the fuzzer
// can make is anchored in a key that it does not have. Reads through the mapped file, as users do.
#include <sys/mman.h>
#include <unistd.h>

#include <array>

#include "ledger/chain/keys.h"
#include "ledger/verify/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  static const chain::KindRegistry kinds(chain::ledger_kinds());
  static const int file = memfd_create("bundle", MFD_CLOEXEC);
  ALPR_CHECK(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0);
  constexpr std::array<std::uint8_t, 6> kMagic = {'P', 'L', 'E', 'B', 0, 1};
  ALPR_CHECK(write(file, kMagic.data(), kMagic.size()) == static_cast<ssize_t>(kMagic.size()));
  ALPR_CHECK(write(file, data, size) == static_cast<ssize_t>(size));
  ALPR_CHECK(lseek(file, 0, SEEK_SET) == 0);
  const auto mapped = verify::MappedFile::spool(file);
  ALPR_CHECK(mapped.has_value());
  verify::Options options;
  options.key = chain::VerifierKey{"ledger.example/alpr", chain::KeyType::kEd25519,
                                   chain::SigningKey::from_seed(Digest{9}).public_key()};
  const auto report = verify::verify_bundle_here(*mapped, kinds, options);
  if (report) ALPR_CHECK(!report->holds());
  return 0;
}
