// What Store, Sequencer, Transaction and Retention share; not for other folders. Owned by the
// Store.
#pragma once

#include <atomic>
#include <optional>
#include <set>
#include <string>

#include "ledger/store/checkpoints.h"
#include "ledger/store/clock_guard.h"
#include "ledger/store/environment.h"
#include "ledger/store/files.h"
#include "ledger/store/log_signers.h"
#include "ledger/store/log_tree.h"
#include "ledger/store/store.h"

namespace alpr::store {

inline constexpr std::uint32_t kFormatVersion = 1;

// The writer's memory of where the log ends. Loaded at open; afterwards the sequencer's thread
// alone uses it.
struct LogEnd {
  GrowingTree tree;
  Digest last_leaf{};  // genesis_previous before the first event
  TimeUs last_time{};
  std::optional<ClockPoint> clock;  // of the last commit
  std::vector<std::pair<std::uint64_t, std::uint64_t>>
      blobs;  // live ones: id, seq of the list.purged or 0
};

struct StoreCore {
  StoreCore(const StorePlaces& in, const StoreSettings& with, std::shared_ptr<const Clock> time,
            const chain::KindRegistry& registry)
      : places(in), settings(with), clock(std::move(time)), kinds(registry) {}

  StorePlaces places;
  StoreSettings settings;
  std::shared_ptr<const Clock> clock;
  chain::KindRegistry kinds;
  std::string origin;
  FileDescriptor lock;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<LogSigners> signers;  // always set once open
  std::unique_ptr<EvidenceFiles> evidence;
  std::unique_ptr<Environment> env;

  LogEnd end;
  std::atomic<std::uint64_t> size = 0;
  std::atomic<bool> has_sequencer = false;
  CheckpointKeeper checkpoints;
  NodeCache nodes;

  unsigned disk_free_percent() const;
  bool low_disk() const { return disk_free_percent() < settings.disk_free_percent_min; }
};

// Rows of `meta`.
namespace meta {
inline constexpr std::string_view kFormat = "format";
inline constexpr std::string_view kOrigin = "origin";
inline constexpr std::string_view kKeyring = "keyring";
inline constexpr std::string_view kClock = "clock";
inline constexpr std::string_view kBlobs = "blobs";
inline constexpr std::string_view kLogKeys = "log_keys";
inline constexpr std::string_view kRecovery = "recovery";
inline constexpr std::string_view kCosigned = "cosigned";
}  // namespace meta

Result<std::vector<std::pair<std::uint64_t, std::uint64_t>>> read_blobs(const Txn& txn);
Bytes encode_blobs(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& blobs);

// The lock file of a store: kLocked names the process that has it, where known. Released when the
// descriptor closes.
Result<FileDescriptor> lock_store(const std::filesystem::path& folder);

// Recovery, run by Store::open in this order (recovery.cc).
Result<void> load_log_end(
    StoreCore& core);  // the end of the log, checked against its newest checkpoint
Result<void> check_rollback(StoreCore& core);   // kRollback
Result<void> remove_orphans(StoreCore& core);   // files and keys that nothing committed refers to
Result<void> drop_idle_seeds(StoreCore& core);  // of log keys that no longer sign, or never did
void make_ballast(const StoreCore& core);       // where there is room
bool give_up_ballast(const StoreCore& core);    // true when there was some

// Destroys bucket keys that no committed event was sealed with, of buckets before `open` (an
// aborted batch leaves such a key, and LMDB's free pages what was sealed with it). Returns how
// many.
Result<std::uint64_t> destroy_unused_bucket_keys(StoreCore& core, const Txn& txn, Bucket open);

}  // namespace alpr::store
