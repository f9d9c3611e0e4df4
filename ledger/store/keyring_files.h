// The two keyrings on disk and the epoch secret wherever it lives, and how they change so that a
// crash at any point leaves a pair that opens. Owned by the vault, which holds one lock around
// every call. A call that takes that lock lets go of it while it visits a token, so that keys are
// handed out and made meanwhile; of those calls the vault makes one at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "ledger/store/epoch_secrets.h"
#include "ledger/store/keyring.h"
#include "ledger/store/vault.h"

namespace alpr::store {

class KeyringFiles {
 public:
  using Lock = std::unique_lock<std::mutex>;
  struct Paths {
    std::filesystem::path permanent;  // keyring files, in one folder
    std::filesystem::path erasable;
  };
  struct Ring {
    KeyMap keys;
    Digest digest{};  // SHA-256 of the file
  };

  // Durable; an empty erasable keyring of epoch 1, and a permanent one with these keys.
  static Result<void> create(const Paths& paths, const SecretKey& master, const KeyMap& permanent,
                             EpochSecrets& epochs);
  static KeyMap first_permanent_keys();  // a register key
  // kNotFound; kCorrupt when a keyring does not open (among them an older copy of one); kIo; of a
  // token see EpochSecrets. Of a change of the master key that was interrupted, `former` opens what
  // was not sealed anew yet.
  static Result<KeyringFiles> open(const Paths& paths, const SecretKey& master,
                                   std::unique_ptr<EpochSecrets> epochs,
                                   const std::optional<SecretKey>& former = std::nullopt);

  const Ring& permanent() const { return permanent_; }
  const Ring& erasable() const { return erasable_; }

  // Makes those that are missing; durable on return. kNoSpace, kIo. The names must be of the ring.
  // Needs no token.
  Result<void> make(Keyring which, std::span<const KeyName> names);
  // Removes those that are there. On return the bytes that held them on disk are zeroed and, for
  // the erasable ring, the epoch secret they were sealed under is destroyed. After an error call it
  // again.
  Result<void> remove(Keyring which, std::span<const KeyName> names, Lock& lock);
  // Seals both rings anew under `next`, the erasable one under a new epoch secret. After an error
  // call it again, or open with both keys.
  Result<void> rewrap(const SecretKey& former, const SecretKey& next, Lock& lock);
  // Seals the erasable ring anew under a secret that lives in `next`, and destroys what is where it
  // lived. After an error the files must be opened again (epoch_place.h).
  Result<void> move_epoch(std::unique_ptr<EpochSecrets> next, Lock& lock);

 private:
  KeyringFiles(const Paths& paths, const SecretKey& master, std::unique_ptr<EpochSecrets> epochs)
      : paths_(paths), master_(master), epochs_(std::move(epochs)) {}
  Ring& ring(Keyring which) { return which == Keyring::kPermanent ? permanent_ : erasable_; }
  Result<void> read();
  Result<void> clear(Lock& lock);
  Result<void> clear_files() const;
  Result<void> ready_to_destroy(Keyring which, Lock& lock);
  Result<Ring> open_ring(Keyring which, BytesView bytes, const EpochSecret& epoch) const;
  Result<EpochSecret> epoch_of(std::uint64_t number) const;
  tl::unexpected<Error> failed(const Error& error);
  Result<void> rewrite(Keyring which, KeyMap next);
  Result<void> put_under(const EpochSecret& next_epoch, std::span<const KeyName> without);
  Result<void> rewrite_under_new_epoch(std::span<const KeyName> without, Lock& lock);

  Paths paths_;
  SecretKey master_;
  std::optional<SecretKey> former_;
  std::unique_ptr<EpochSecrets> epochs_;
  std::optional<EpochSecret> epoch_;       // of erasable_
  std::optional<EpochSecret> next_epoch_;  // of a keyring that may or may not have taken its place
  Ring permanent_;
  Ring erasable_;
  bool unsettled_ = false;  // a change failed: what stands on disk must be read before the next one
  bool uncleared_ = false;  // what came before may still be there: nothing counts as destroyed yet
};

}  // namespace alpr::store
