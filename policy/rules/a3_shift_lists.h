// Section A: a vehicle takes its copy of the lists at the start of a shift, and matches with that.
//
// I12-A-3, DEF-1, F-3. Pure; the sequencer's thread, but for make_copy().
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/records/shift_lists.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

struct TakeLists {
  std::string device;
  TimeUs asked_at;        // by the device's clock
  Digest shift_key{};     // X25519, of this shift alone
  std::string signature;  // base64, see recognition/upload/shift_answer.h
  template <typename M>
  void members(M& m) {
    m("device", device);
    m("asked_at", asked_at);
    m("shift_key", shift_key);
    m("signature", signature);
  }
};

// A copy as it would be given out, made from the index before the decision: any thread.
struct MadeCopy {
  recognition::ShiftList list;  // without its entries, which are in `text`
  std::string text;
  Digest sha256{};
  std::uint64_t changes = 0;  // of the index, when it was read
};
// `salt` is random: it hides the lists behind the digest that is on the record. kTooLarge,
// kCorrupt.
// Whoever is in the vehicle is not known, so lists that are opened by grant are not in it
// (I12-C3-b).
Result<MadeCopy> make_copy(const PlateIndex& plates, const Parameters& parameters,
                           std::string_view origin, std::string_view device, TimeUs now,
                           const Salt& salt);

// nullopt: the device may have it. lists.refused: an unknown or revoked device (I12-DEF-1), a
// signature that is not the device's (I12-F-3), a fixed reader, a clock over 5 minutes off
// (I12-A-3), a request sent again (I12-F-3). Not judged: malformed.
std::optional<Decision> judge_take(const State& state, std::string_view origin,
                                   const TakeLists& command, const Moment& moment);
// lists.taken. What judge_take() refuses is refused here; kBusy: the lists have changed since the
// copy was made: make it again.
Decision decide(const State& state, std::string_view origin, const TakeLists& command,
                const MadeCopy& copy, const Moment& moment);

}  // namespace alpr::policy
