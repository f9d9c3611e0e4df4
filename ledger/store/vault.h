// The vault: two keyrings, both small files outside LMDB, and the log's signing key.
//
//   KEYRING/master.key         32 bytes, mode 0600; or master.kdf, salt and cost of a passphrase;
//                              or neither, where a command gives the master key (master_key.h)
//   KEYRING/permanent.keyring  month keys for permanent payloads, one key per held event, the
//   register key.
//                              Sealed under HKDF(master, "permanent"). Backed up.
//   KEYRING/erasable.keyring   one key per 15-minute bucket and one per hot-list blob. Sealed under
//                              HKDF(master || epoch secret, "erasable"). Never backed up.
//   KEYRING/epoch.secret       a number and 32 random bytes, new at every destruction, so that
//   older copies of the
//                              keyring are worthless. Lives where the operator says
//                              (places.epoch_secret), or follows from a key on a token
//                              (places.token, epoch_token.h).
//   KEYRING/epoch.token        says that it is on a token, and under which id; epoch.move only
//                              while it is being moved (epoch_place.h).
//   KEYRING/log.key            the log's Ed25519 seeds, sealed under HKDF(master, "log key").
//   KEYRING/master.rotation    only while the master key is being changed (master_rotation.h).
//   KEYRING/high-water         two slots of (counter, size, root, check): the highest tree signed,
//   for the rollback
//                              guard.
//   KEYRING/lock               one process per keyring.
//
// A change is written to a new file, fdatasynced, put in the old one's place, the folder synced,
// and the old file's bytes zeroed. A key exists durably before anything is sealed with it. All
// functions: any thread (internally locked); the keys handed out are copies that the caller wipes
// (SecretKey does). keyring.cc has the bytes, vault.cc the order of a destruction.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/types.h"
#include "ledger/store/log_seeds.h"
#include "ledger/store/master_key.h"
#include "ledger/store/secret_key.h"
#include "ledger/store/token_settings.h"

namespace alpr::store {

struct VaultPlaces {
  std::filesystem::path keyring;       // folder
  std::filesystem::path epoch_secret;  // file, no symbolic link; empty: keyring/epoch.secret
  MasterKeySource master = {};
  EpochToken token = {};  // instead of the file
};

// Where the epoch secret is moved to.
struct NewEpochPlace {
  EpochToken token = {};
  std::filesystem::path file = {};  // where no token is named; empty: KEYRING/epoch.secret
};

using Month = std::uint32_t;  // (year * 12 + month - 1) of the header time, UTC
Month month_of(TimeUs time);

class Vault {
 public:
  // Makes the folders and files. kConflict when any of the files is there already; kNoSpace, kIo,
  // and what a new master key can fail with.
  static Result<void> create(const VaultPlaces& places, const chain::SigningKey& log_key);
  // Finishes what a crash left undone and zeroes leftovers. kNotFound, kLocked (another process, or
  // another Vault of this one, has it), kUnauthenticated (the passphrase or command gave another
  // master key), kCorrupt (among them an older copy of the keyring), kIo (also: a secret that
  // others may read), kRefused (a move of the epoch secret was interrupted, and the token is not
  // named), and what a token can fail with.
  static Result<std::unique_ptr<Vault>> open(const VaultPlaces& places);
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;
  ~Vault();

  // The seeds of the log's keys, oldest first; which of them sign is for the log to say
  // (log_signers.h). kNotFound, kCorrupt.
  Result<LogSeeds> log_seeds() const;
  // Durable on return, and the file that was there is zeroed.
  Result<void> put_log_seeds(const LogSeeds& seeds);

  // Seals everything anew under another master key. From the first durable step on it will happen:
  // after an error, and after a crash, call it again or open the vault again, with the old or the
  // new source. On return the old master key opens nothing of this folder.
  Result<void> rotate_master(const NewMasterKey& next);

  // Moves the epoch secret, under a new one, and the one of before is destroyed. kConflict: it is
  // in such a place already, or the file is there; what a token can fail with (epoch_secrets.h).
  // After another error close the vault: the next open(), given the token, finishes or undoes it.
  Result<void> move_epoch(const NewEpochPlace& next);
  Result<void> check_epoch_move(const NewEpochPlace& next) const;  // whether that place can be used

  // Finds; kGone when there is none (destroyed, or never was).
  Result<SecretKey> month_key(Month month) const;
  Result<SecretKey> bucket_key(Bucket bucket) const;
  Result<SecretKey> held_key(Sequence seq) const;
  Result<SecretKey> blob_key(std::uint64_t blob) const;
  SecretKey register_key() const;  // permanent rows, and the HMACs of row keys

  // Finds or makes; made keys are synced before this returns. kNoSpace, kIo: nothing is handed out.
  Result<SecretKey> make_month_key(Month month);
  Result<SecretKey> make_bucket_key(Bucket bucket);
  Result<SecretKey> make_blob_key(std::uint64_t blob);
  Result<void> make_held_keys(std::span<const Sequence> seqs);

  // Destroys; on return no file of the folder holds the keys, and the epoch secret of before is
  // destroyed where it lives. After an error (among them a token that is away) call it again.
  // Idempotent: keys that are gone already are fine. The digests (SHA-256 of the keyring files
  // without the keys, for keys.destroyed) are of the files as they stand: `erasable` when a bucket
  // or blob was named, `permanent` when held events were.
  struct Destroyed {
    std::optional<Digest> erasable;
    std::optional<Digest> permanent;
  };
  Result<Destroyed> destroy(std::optional<Bucket> bucket, std::optional<std::uint64_t> blob,
                            std::span<const Sequence> held);

  // Rollback guard. note_signed is one small pwrite, no sync: a killed process loses nothing, a
  // lost machine may lose the last note, which only makes the guard milder. kRollback when the mark
  // is smaller than the one before, or of its size with another root.
  struct HighWater {
    std::uint64_t size = 0;
    Digest root{};
  };
  Result<void> note_signed(const HighWater& mark);
  Result<std::optional<HighWater>> high_water() const;

  // The permanent ring as a keyring file sealed under another key, for a backup; of the held
  // events' keys those of `held` alone.
  Bytes wrap_permanent(const SecretKey& file_key, const std::set<std::uint64_t>& held) const;
  // A vault that opens what wrap_permanent() wrapped and signs nothing: no log key, and a new,
  // empty erasable ring. As create(), and kCorrupt where the keyring does not open.
  static Result<void> create_archive(const VaultPlaces& places, BytesView permanent_keyring,
                                     const SecretKey& file_key);

  // Every key that is left, for an entitled auditor's --keys FILE (docs/event-format.md): canonical
  // JSON
  // {"format":1,"months":{"24000":hex},"buckets":{...},"held":{...},"blobs":{...}}. The caller
  // wipes it.
  std::string export_keys() const;

 private:
  struct Impl;
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alpr::store
