// Proves that no file of people makes the readers read out of bounds or abort, and that each names
// a fault or gives lines within its bound. The bytes are read as each of the three files.
#include <cstdint>
#include <cstdlib>

#include "policy/rules/imports.h"

namespace {

template <typename File>
void check(const File& file) {
  if (file.lines.size() > alpr::policy::kImportRowsMax) std::abort();
  if (file.lines.empty() && file.faults.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const std::string_view text = as_text(BytesView(data, size));
  check(policy::read_people(text));
  check(policy::read_confirmations(text));
  check(policy::read_trainings(text));
  return 0;
}
