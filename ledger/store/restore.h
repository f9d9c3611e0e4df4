// A backup made readable again, as an archive: never as the log that it is a copy of.
//
// The lost log may have signed more than the copy has, so nothing that is restored can sign for it:
// the copy has no signing key, and a store without one opens as an archive only
// (Purpose::kArchive). What goes on is a new log of another origin, whose genesis names the lost
// one, its last known checkpoint and the gap (docs/decisions/0018).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ledger/store/backup.h"
#include "ledger/store/recovery_key.h"
#include "ledger/store/store.h"

namespace alpr::store {

struct RestorePlan {
  std::filesystem::path from;     // the backup
  std::filesystem::path archive;  // the folder to make
  RecoverySecret secret;
  MasterKeySource master;                 // of the archive's own keyring
  std::optional<chain::VerifierKey> key;  // the lost log's, from elsewhere than the backup
  std::optional<std::string> checkpoint;  // of the lost log, the newest that anybody kept
};

// What is known of the log that is lost.
struct LostLog {
  std::string origin;
  std::uint64_t size = 0;   // of the copy
  std::string checkpoint;   // the newest that is known: the copy's own, or the one given
  std::uint64_t known = 0;  // its size. Events size .. known-1 were signed and are lost
  bool anchored = false;    // the key came from elsewhere
};

// Verifies the copy from end to end (files, every link, the root, the signature, every permanent
// payload against its commitment) and makes the archive. kUnauthenticated: another recovery secret;
// kBadSignature: the given key or checkpoint is not this log's; kRollback: the given checkpoint is
// of another history than the copy; kConflict: the archive is there; kCorrupt, kNoSpace, kIo.
Result<LostLog> restore_archive(const RestorePlan& plan, std::shared_ptr<const Clock> clock,
                                const chain::KindRegistry& kinds,
                                const StoreSettings& settings = {});

// The member `predecessor` of the new log's genesis.
chain::Json predecessor_of(const LostLog& lost);

}  // namespace alpr::store
