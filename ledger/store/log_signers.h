// Who signs for the log. The log itself says it: genesis names the first key, each key.rotated the
// next one (docs/event-format.md, section 4). The vault holds seeds; one that the log does not name
// signs nothing.
//
// A rotation goes so:
//   1. the new seed is durable in the vault beside the others  crash: the log does not name it, it
//                                                              signs nothing and goes at a start
//   2. key.rotated commits; that commit bears the signatures   crash: the log names the new key
//      of the old key and of the new one                       and the vault has it
//   3. every later commit bears the new key's, and the old
//      one's until the overlap that the operator chose is over; then its seed is destroyed
//
// Owned by the store. sign() on the thread that commits; vkey() on any.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/note.h"
#include "ledger/store/environment.h"
#include "ledger/store/vault.h"

namespace alpr::store {

// A key of the log, and the event that named it.
struct LogEpoch {
  Sequence seq;
  TimeUs time;
  PublicKey key{};
};
// In order; none before genesis. kCorrupt.
Result<std::vector<LogEpoch>> read_log_epochs(const Txn& txn);
// Folds log.started and key.rotated into the row "log_keys" of `meta`; other kinds do nothing.
Result<void> fold_log_keys(const chain::EventView& event, Txn& txn);

// What the new key signs to prove that whoever introduces it has it.
std::string rotation_text(std::string_view origin, Sequence seq, std::string_view vkey);

class LogSigners {
 public:
  // Before genesis `epochs` is empty, and the one held key is the log's.
  LogSigners(std::string origin, const std::vector<LogEpoch>& epochs, LogSeeds held);

  chain::VerifierKey vkey() const;  // in force
  // False where the vault has no seed for the key in force: such a store can be read, not written.
  bool can_sign() const;
  // The seeds that still sign after this time, oldest first.
  LogSeeds live(TimeUs time) const;
  // True when the vault holds seeds that no longer sign, or never did.
  bool has_idle(TimeUs time) const;

  // A checkpoint's signatures: of every live seed, the key in force first, and of `staged`, whose
  // key.rotated is in this commit.
  std::vector<chain::NoteSignature> sign(std::string_view text, TimeUs time,
                                         const LogSeed* staged) const;
  // After the commit that names it. `former_until`: until when the one before it signs beside it.
  void adopt(const LogSeed& staged, TimeUs former_until);

 private:
  struct Held {
    LogSeed seed;
    chain::SigningKey key;  // made once: it costs more than signing
  };
  bool lives(const Held& held, TimeUs time) const;  // under the lock
  const std::string origin_;
  mutable std::mutex mutex_;
  PublicKey current_{};
  std::vector<Held> held_;  // what the log names, oldest first
  std::size_t idle_ = 0;
};

}  // namespace alpr::store
