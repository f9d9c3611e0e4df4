// Proves that no saved state of level policy makes the verifier read out of bounds or abort,
// whoever wrote it: its checksum has no key. As a whole file, as what lies between its head and its
// checksum, and as the replay's own bytes; what is taken is saved again as what is taken again.
#include <cstdint>
#include <cstdlib>

#include "ledger/chain/hash.h"
#include "ledger/verify/policy_level/saved_state.h"
#include "policy/replay/replay.h"

namespace {

using namespace alpr;

void demand(bool holds) {
  if (!holds) std::abort();
}

// The bytes in an envelope of this program's, which write_state() makes and open_state() checks.
std::string enveloped(const Digest& program, std::string_view inner) {
  std::string bytes = policy_level::write_state(program, {});
  const std::size_t head = std::string_view("plateledger replay state\n").size() + program.size();
  bytes.resize(head);
  bytes += inner;
  bytes += as_text(chain::sha256(as_bytes(bytes)));
  return bytes;
}

void open_and_write_again(std::string_view inner) {
  const Digest program{7};
  const std::string bytes = enveloped(program, inner);
  const auto state = policy_level::open_state(program, as_bytes(bytes));
  if (!state) return;
  const std::string again = policy_level::write_state(program, *state);
  const auto reopened = policy_level::open_state(program, as_bytes(again));
  demand(reopened && policy_level::write_state(program, *reopened) == again);
}

void resume_and_save_again(std::string_view bytes) {
  policy::Replay replay([](const auto&...) {});
  if (!replay.resume(bytes)) return;
  const auto saved = replay.save();
  demand(saved.has_value());
  policy::Replay again([](const auto&...) {});
  demand(again.resume(*saved).has_value());
  demand(again.save() == saved);
  again.finish({1'800'000'000 * kSecondUs});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = as_text(BytesView(data, size));
  static_cast<void>(policy_level::open_state(Digest{}, BytesView(data, size)));
  open_and_write_again(bytes);
  resume_and_save_again(bytes);
  return 0;
}
