#include <fmt/format.h>

#include "api/commands/commands.h"
#include "ledger/store/compaction.h"

namespace alpr::api {

int run_compact(const CompactCommand& command) {
  const auto compacted = store::compact(command.store);
  if (!compacted) return complain(compacted.error());
  if (command.json) {
    fmt::print("{{\"bytes_before\":{},\"bytes_after\":{}}}\n", compacted->bytes_before,
               compacted->bytes_after);
  } else {
    fmt::print("Compacted: {} bytes before, {} after. What was purged is out of the file.\n",
               compacted->bytes_before, compacted->bytes_after);
  }
  return 0;
}

}  // namespace alpr::api
