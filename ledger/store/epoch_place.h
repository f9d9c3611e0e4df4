// Which of the two places the epoch secret of a keyring lives in, a file or a token, and how it
// moves from one to the other so that a crash at any point is finished or undone. The keyring's
// folder itself says which: settings that differ are refused, never followed. Owned by the vault,
// which locks; one thread.
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/chain/error.h"
#include "ledger/store/epoch_secrets.h"
#include "ledger/store/epoch_token.h"
#include "ledger/store/keyring_files.h"

namespace alpr::store {

struct EpochPaths {
  std::filesystem::path secret;   // where it is a file
  std::filesystem::path marker;   // KEYRING/epoch.token, where it is on a token
  std::filesystem::path journal;  // KEYRING/epoch.move, while it is being moved
};

// Of a keyring that is new. On a token: durably marked. kConflict: the file or marker is there.
Result<std::unique_ptr<EpochSecrets>> new_epoch_place(const EpochPaths& paths,
                                                      const EpochToken& token);
// Of a keyring that stands; a move that was interrupted is finished or undone first, which takes
// the token's settings whichever way it went. kNotFound: the settings name the other place;
// kRefused: the token's are needed once more; kCorrupt, kIo, and what a token can fail with.
Result<std::unique_ptr<EpochSecrets>> epoch_place(const EpochPaths& paths, const EpochToken& token,
                                                  const std::filesystem::path& erasable_keyring);

struct EpochMove {
  bool to_token = false;
  TokenKeyId id{};
  std::filesystem::path file;  // the one of the two places that is a file
};
struct PlannedMove {
  EpochMove move;
  std::unique_ptr<EpochSecrets> next;
};
// To the token where one is named, else to the file. Nothing is changed yet. kConflict: it lives in
// such a place already, or the file is there; what the token can fail with.
Result<PlannedMove> plan_move(const EpochPaths& paths, const EpochToken& to_token,
                              const std::filesystem::path& to_file);
// On return the secret of before is destroyed. After an error the next start finishes or undoes it.
Result<void> carry_out(const EpochPaths& paths, PlannedMove planned, KeyringFiles& keyrings,
                       KeyringFiles::Lock& lock);

}  // namespace alpr::store
