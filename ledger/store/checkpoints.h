// Which signed checkpoints are kept: the newest two, the first of every hour, the newest at start,
// every one that was handed out, and that
// of a rotation of the log's key. A checkpoint is judged one commit after it ceased to be the
// newest: from then on nobody can be given it, so what is decided cannot be overtaken. Any thread
// (internally locked). A cosignature is put on one that was handed out, so what is cosigned is kept
// for ever.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "ledger/chain/note.h"
#include "ledger/chain/types.h"
#include "ledger/store/environment.h"

namespace alpr::store {

struct StoredCheckpoint {
  std::uint64_t size = 0;
  std::string note;
};
Result<std::optional<StoredCheckpoint>> read_newest_checkpoint(const Txn& txn);

// Puts a cosignature on the kept checkpoint of this size, in place of an older one by the same key,
// and notes the size as the newest cosigned one where it is. The caller has verified it, and
// commits. kNotFound, kTooLarge (too many signatures).
Result<void> write_cosignature(Txn& txn, std::uint64_t size, const chain::NoteSignature& signature);
// The largest size that bears a cosignature; nothing where none does.
Result<std::optional<std::uint64_t>> read_newest_cosigned(const Txn& txn);

class CheckpointKeeper {
 public:
  // At start: the newest was perhaps handed out before. `time` is that of its last event.
  void begin(std::uint64_t newest, TimeUs time);
  // The newest one, marked as handed out.
  Result<StoredCheckpoint> hand_out(const Environment& env);  // kNotFound before genesis
  // The one of this size, marked likewise; kNotFound.
  Result<std::string> hand_out(const Environment& env, std::uint64_t size);

  // The one of this size, about to be judged, is kept for ever.
  void keep(std::uint64_t size);

  // Called with a new checkpoint's size and time before its commit: the one to delete in the same
  // transaction.
  std::optional<std::uint64_t> judge(std::uint64_t size, TimeUs time);
  void committed();  // what judge() was told is in
  void aborted();    // or is not

 private:
  struct Candidate {
    std::uint64_t size;
    bool first_in_hour;
  };
  std::mutex mutex_;
  std::deque<Candidate> recent_;  // the newest and the one before it
  std::set<std::uint64_t> handed_out_;
  std::int64_t hour_ = -1;  // of the newest
  struct Pending {
    Candidate candidate;
    std::int64_t hour;
    std::optional<std::uint64_t> leaving;
  };
  std::optional<Pending> pending_;
};

}  // namespace alpr::store
