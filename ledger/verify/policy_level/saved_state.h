// A run of level policy as it is kept for the next one: which log, how far, what was found, and the
// replay's own state. Pure; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/verify/report.h"

namespace alpr::policy_level {

// A log and a place in it.
struct LogPlace {
  Digest first{};  // leaf hash of event 0, which has the log's key: it names the log
  std::uint64_t size = 0;
  Digest last{};  // leaf hash of event size - 1, which links to all before it
  Digest root{};  // of the tree of `size` events, as its checkpoint has it
};

struct SavedState {
  LogPlace place;
  std::vector<verify::Finding> findings;  // kept ones
  std::uint64_t findings_count = 0;       // all
  std::string_view replay;                // policy::Replay::save(); good as long as the bytes
};

// `program`: SHA-256 of the program that writes it.
std::string write_state(const Digest& program, const SavedState& state);
// kCorrupt: not these bytes, or changed; kWrongVersion: another program wrote them. The detail says
// so in words that follow on "it was not used:".
Result<SavedState> open_state(const Digest& program, BytesView bytes);

}  // namespace alpr::policy_level
