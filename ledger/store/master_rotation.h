// A change of the master key: everything that the old one seals is sealed anew, and a crash at any
// point is finished by the next start, whichever of the two keys that start is given. Owned by the
// vault, which locks; one thread.
#pragma once

#include <filesystem>
#include <optional>

#include "ledger/chain/error.h"
#include "ledger/store/keyring_files.h"
#include "ledger/store/master_key.h"

namespace alpr::store {

struct MasterRotation {
  SecretKey former;
  SecretKey next;
  MasterKind kind = MasterKind::kFile;  // where the next one comes from
  Bytes kdf;                            // master.kdf of the next one, where it is a passphrase
};

struct RotatedPaths {
  MasterPaths master;
  std::filesystem::path log_key;
  std::filesystem::path journal;  // KEYRING/master.rotation
};

// Step 1: from here on the rotation will happen. kNoSpace, kIo: nothing has.
Result<void> begin_rotation(const RotatedPaths& paths, const MasterRotation& rotation);
// Steps 2 to 5, from whichever of them was reached. On return nothing of the folder opens with the
// former key, and the journal is gone.
Result<void> finish_rotation(const RotatedPaths& paths, const MasterRotation& rotation,
                             KeyringFiles& keyrings, KeyringFiles::Lock& lock);
// What was begun and not finished, read with the key that either side's source gives; nullopt when
// nothing was. kUnauthenticated: the source gives neither key.
Result<std::optional<MasterRotation>> unfinished_rotation(const RotatedPaths& paths,
                                                          const MasterKeySource& source);

}  // namespace alpr::store
