// A copy of all that is permanent, taken while the store is being written.
//
//   DIR/manifest.json        canonical JSON: what is here, and where the log stood (backup.cc)
//   DIR/ledger/data.mdb      LMDB, one snapshot, compacted
//   DIR/evidence/held/*.evd  the images of the events that the snapshot has on hold
//   DIR/permanent.keyring    month, held and register keys, sealed under a key of this copy's own
//   DIR/recovery.box         that key, wrapped to the recovery key (recovery_key.h)
//
// Not there: the erasable keyring and the epoch secret, so that no copy can bring back what a purge
// destroys; the images and lists that only they open; and the log's signing key, so that no copy
// can sign as this log. What the copy has of reads that are not on hold is ciphertext for ever.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "ledger/store/store.h"

namespace alpr::store {

struct BackupFile {
  std::string path;  // below the copy's folder
  std::uint64_t bytes = 0;
  Digest sha256{};
};
struct BackupManifest {
  std::string origin;
  std::uint64_t size = 0;
  std::string checkpoint;  // the snapshot's newest, signed
  TimeUs made_at;
  Digest recovery{};  // recovery_id() of the key that it is wrapped to
  std::vector<BackupFile> files;
};

// `to` must not be there; until all is on the disk the copy is called `to`.partial. kRefused: no
// recovery key is enrolled; kConflict: `to` is there; kNoSpace, kIo. Any thread but the
// sequencer's; one at a time. A held event that is released and purged meanwhile is left out.
Result<BackupManifest> write_backup(const Store& store, const std::filesystem::path& to);

// Reads the manifest and holds every file to its size and digest. kNotFound, kCorrupt, kIo.
Result<BackupManifest> check_backup(const std::filesystem::path& from);

// Small enough to be held whole.
inline constexpr std::size_t kManifestMax = 64U << 20;

}  // namespace alpr::store
