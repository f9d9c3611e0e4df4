// A blob that lies sealed beside the log, its key in the keyring, before an event names it. Sealing
// and writing a list take long and have no order, so they are done ahead of the sequencer's thread.
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::store {

struct StoreCore;

// One thread at a time. The store outlives it.
class StagedBlob {
 public:
  // Makes the key, then writes and syncs the file. The id is random, below 2^53. kNoSpace, also
  // under the low-disk limit; kIo. Any thread.
  static Result<StagedBlob> make(StoreCore& core, BytesView blob);
  StagedBlob(StagedBlob&& other) noexcept;
  StagedBlob& operator=(StagedBlob&&) = delete;
  // What nobody took is destroyed, key and file; after a crash the next start does that.
  ~StagedBlob();

  // Its id, once: from then on it is the caller's to commit or to destroy.
  std::optional<std::uint64_t> take();

 private:
  StagedBlob(StoreCore& core, std::uint64_t id) : core_(&core), id_(id) {}
  StoreCore* core_;
  std::optional<std::uint64_t> id_;
};

}  // namespace alpr::store
