// The order in which the keyring files change. Their bytes: keyring.cc.
//
// A change that keeps the epoch (a key made, a held key destroyed):
//   1. X.new is written and fdatasynced            crash: X as before; X.new is zeroed at the next
//   start
//   2. X.new and X exchange names, folder synced   crash: X is the new one; X.new, the old one, is
//   zeroed then
//   3. X.new is zeroed, fdatasynced, unlinked
//
// A destruction of erasable keys, from epoch n to n+1. The keyring names its epoch in clear, and
// the secret of that number is there at every point: in epoch.secret or epoch.secret.new, or on the
// token:
//   1. secret n+1 is made, durably (epoch.secret.new,      crash: keyring n, secret n; n+1 is
//   synced with its folder; a key on the token)            destroyed
//   2. erasable.keyring.new under n+1, fdatasynced         crash: the same
//   3. the keyrings exchange names, folder synced          crash: keyring n+1, its secret there:
//   step 4 is done again
//   4. secret n is destroyed (the secrets exchange names,  crash: keyring n+1, secret n+1;
//   folder synced, the old one zeroed, unlinked, folder    erasable.keyring.new is old: zeroed
//   synced; the old key on the token destroyed)
//   5. erasable.keyring.new (n) is zeroed, unlinked, folder synced
//
// read() and clear() are what a start does, and what follows a failed change: the files are read
// again, memory is filled from them, and whichever state they are in is finished. So memory does
// not differ from what the disk has. A token that is away stops the destruction alone: until its
// old key is gone nothing counts as destroyed (uncleared_), while keys are made and handed out. The
// lock is let go in steps 1 and 4: a network's time-out is no one else's.
#include "ledger/store/keyring_files.h"

#include <fmt/format.h>

#include <utility>

#include "ledger/chain/hash.h"
#include "ledger/store/files.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {
namespace {

using std::filesystem::path;

constexpr KeyName kRegisterKey{KeyUse::kRegister, 0};

SecretKey sealing_key(Keyring which, const SecretKey& master, const EpochSecret& epoch) {
  return which == Keyring::kPermanent ? permanent_sealing_key(master)
                                      : erasable_sealing_key(master, epoch);
}

// Whatever a token does meanwhile, others go on.
template <typename Step>
auto unlocked(KeyringFiles::Lock& lock, const Step& step) {
  lock.unlock();
  auto done = step();
  lock.lock();
  return done;
}

// A file of ours that does not have its form is damage, whatever the form's own reader calls it.
tl::unexpected<Error> damaged(const path& file, const Error& error) {
  return fail(ErrorCode::kCorrupt, fmt::format("{}: {}", file.string(), error.detail));
}

}  // namespace

KeyMap KeyringFiles::first_permanent_keys() {
  KeyMap first;
  first.try_emplace(kRegisterKey, random_key());
  return first;
}

Result<void> KeyringFiles::create(const Paths& paths, const SecretKey& master,
                                  const KeyMap& permanent_keys, EpochSecrets& epochs) {
  const auto epoch = epochs.make(1);
  if (!epoch) return tl::unexpected(epoch.error());
  const Bytes erasable =
      seal_keyring(Keyring::kErasable, epoch->number, {}, erasable_sealing_key(master, *epoch));
  const Bytes permanent =
      seal_keyring(Keyring::kPermanent, 0, permanent_keys, permanent_sealing_key(master));
  auto done = epochs.keep_only(epoch->number);
  if (done) done = write_new_file_durably(paths.erasable, erasable, 0600);
  if (done) done = write_new_file_durably(paths.permanent, permanent, 0600);
  return done;
}

Result<KeyringFiles> KeyringFiles::open(const Paths& paths, const SecretKey& master,
                                        std::unique_ptr<EpochSecrets> epochs,
                                        const std::optional<SecretKey>& former) {
  KeyringFiles files(paths, master, std::move(epochs));
  files.former_ = former;
  std::mutex nobody_else;
  Lock lock(nobody_else);
  auto done = files.read();
  if (done) done = files.clear(lock);
  if (!done) return tl::unexpected(done.error());
  return files;
}

Result<KeyringFiles::Ring> KeyringFiles::open_ring(Keyring which, BytesView bytes,
                                                   const EpochSecret& epoch) const {
  auto keys = open_keyring(which, bytes, sealing_key(which, master_, epoch));
  if (!keys && former_) keys = open_keyring(which, bytes, sealing_key(which, *former_, epoch));
  if (!keys) {
    return damaged(which == Keyring::kPermanent ? paths_.permanent : paths_.erasable, keys.error());
  }
  return Ring{std::move(*keys), chain::sha256(bytes)};
}

// Once open, this process knows those that it made: then no token is asked, and one that is away
// stops no upload.
Result<EpochSecret> KeyringFiles::epoch_of(std::uint64_t number) const {
  if (!epoch_) return epochs_->find(number);
  for (const auto* const known : {&epoch_, &next_epoch_}) {
    if (*known && (*known)->number == number) return **known;
  }
  return fail(ErrorCode::kCorrupt,
              fmt::format("{} is of epoch {}, which this process never made: something else has "
                          "changed it",
                          paths_.erasable.string(), number));
}

Result<void> KeyringFiles::read() {
  const auto permanent_bytes = read_file(paths_.permanent, kKeyringSizeMax);
  if (!permanent_bytes) return tl::unexpected(permanent_bytes.error());
  const auto erasable_bytes = read_file(paths_.erasable, kKeyringSizeMax);
  if (!erasable_bytes) return tl::unexpected(erasable_bytes.error());
  const auto number = keyring_epoch(Keyring::kErasable, *erasable_bytes);
  if (!number) return damaged(paths_.erasable, number.error());
  const auto epoch = epoch_of(*number);
  if (!epoch) return tl::unexpected(epoch.error());
  auto permanent = open_ring(Keyring::kPermanent, *permanent_bytes, *epoch);
  if (!permanent) return tl::unexpected(permanent.error());
  if (!permanent->keys.contains(kRegisterKey)) {
    return fail(ErrorCode::kCorrupt, "the permanent keyring has no register key");
  }
  auto erasable = open_ring(Keyring::kErasable, *erasable_bytes, *epoch);
  if (!erasable) return tl::unexpected(erasable.error());

  // The names may be exchanged in memory only: before the old secret goes, the new keyring must be
  // there for good.
  const auto synced = fsync_folder(paths_.erasable.parent_path());
  if (!synced) return synced;
  permanent_ = std::move(*permanent);
  erasable_ = std::move(*erasable);
  epoch_ = *epoch;
  next_epoch_.reset();
  unsettled_ = false;
  uncleared_ = true;
  return {};
}

Result<void> KeyringFiles::clear_files() const {
  Result<void> done;
  for (const path& file : {paths_.erasable, paths_.permanent}) {
    const auto cleared = zero_and_remove(staged_path(file));
    if (done) done = cleared;
  }
  const auto synced = fsync_folder(paths_.erasable.parent_path());
  return done ? synced : done;
}

// The secret goes first: without it the old keyring's bytes say nothing even where they could not
// be overwritten. They go even where it could not be destroyed.
Result<void> KeyringFiles::clear(Lock& lock) {
  const std::uint64_t number = epoch_->number;
  auto done = unlocked(lock, [&] { return epochs_->keep_only(number); });
  const auto cleared = clear_files();
  if (done) done = cleared;
  uncleared_ = !done;
  return done;
}

// The permanent ring has nothing to do with the epoch secret, and waits for no token.
Result<void> KeyringFiles::ready_to_destroy(Keyring which, Lock& lock) {
  Result<void> done;
  if (unsettled_) done = read();
  if (!done || !uncleared_) return done;
  return which == Keyring::kErasable ? clear(lock) : clear_files();
}

// What stands on disk decides: now or, where reading it fails too, before the next change. Of the
// secrets the old one stays until the next destruction or start.
tl::unexpected<Error> KeyringFiles::failed(const Error& error) {
  unsettled_ = true;
  if (read()) static_cast<void>(clear_files());
  return tl::unexpected(error);
}

Result<void> KeyringFiles::rewrite(Keyring which, KeyMap next) {
  const bool erasable = which == Keyring::kErasable;
  const Bytes file = seal_keyring(which, erasable ? epoch_->number : 0, next,
                                  sealing_key(which, master_, *epoch_));
  const auto written = replace_and_zero(erasable ? paths_.erasable : paths_.permanent, file);
  if (!written) return failed(written.error());
  ring(which) = {std::move(next), chain::sha256(file)};
  return {};
}

// Steps 2 and 3 of this file's first comment. The new secret is in memory until the files say which
// of the two stands.
Result<void> KeyringFiles::put_under(const EpochSecret& next_epoch,
                                     std::span<const KeyName> without) {
  if (unsettled_) {
    if (auto settled = read(); !settled) return settled;
  }
  KeyMap next = erasable_.keys;
  for (const KeyName& name : without) next.erase(name);
  next_epoch_ = next_epoch;
  const Bytes file = seal_keyring(Keyring::kErasable, next_epoch.number, next,
                                  erasable_sealing_key(master_, next_epoch));
  auto done = stage(paths_.erasable, file, 0600);
  if (done) done = swap_in(paths_.erasable);
  if (!done) return failed(done.error());
  erasable_ = {std::move(next), chain::sha256(file)};
  epoch_ = next_epoch;
  next_epoch_.reset();
  uncleared_ = true;
  return {};
}

// The steps of this file's first comment. What was made or failed while the lock was open is in the
// ring by the time that it is sealed.
Result<void> KeyringFiles::rewrite_under_new_epoch(std::span<const KeyName> without, Lock& lock) {
  const std::uint64_t number = epoch_->number + 1;
  const auto made = unlocked(lock, [&] { return epochs_->make(number); });
  if (!made) {
    uncleared_ = true;  // half of it may be there
    return tl::unexpected(made.error());
  }
  if (auto put = put_under(*made, without); !put) return put;
  return clear(lock);
}

Result<void> KeyringFiles::move_epoch(std::unique_ptr<EpochSecrets> next, Lock& lock) {
  if (auto ready = ready_to_destroy(Keyring::kErasable, lock); !ready) return ready;
  const std::uint64_t number = epoch_->number + 1;
  const auto made = unlocked(lock, [&] { return next->make(number); });
  if (!made) return tl::unexpected(made.error());
  if (auto put = put_under(*made, {}); !put) return put;
  std::swap(epochs_, next);
  if (auto gone = unlocked(lock, [&] { return next->destroy_all(); }); !gone) return gone;
  return clear(lock);
}

Result<void> KeyringFiles::make(Keyring which, std::span<const KeyName> names) {
  if (unsettled_) {
    const auto settled = read();
    if (!settled) return settled;
  }
  KeyMap next = ring(which).keys;
  bool added = false;
  for (const KeyName& name : names) {
    if (next.contains(name)) continue;
    next.try_emplace(name, random_key());
    added = true;
  }
  if (!added) return {};
  return rewrite(which, std::move(next));
}

Result<void> KeyringFiles::remove(Keyring which, std::span<const KeyName> names, Lock& lock) {
  if (auto ready = ready_to_destroy(which, lock); !ready) return ready;
  KeyMap next = ring(which).keys;
  std::size_t removed = 0;
  for (const KeyName& name : names) removed += next.erase(name);
  if (removed == 0) return {};
  if (which == Keyring::kErasable) return rewrite_under_new_epoch(names, lock);
  return rewrite(which, std::move(next));
}

Result<void> KeyringFiles::rewrap(const SecretKey& former, const SecretKey& next, Lock& lock) {
  former_ = former;
  master_ = next;
  auto done = ready_to_destroy(Keyring::kErasable, lock);
  if (done) done = rewrite(Keyring::kPermanent, KeyMap(permanent_.keys));
  if (done) done = rewrite_under_new_epoch({}, lock);
  if (done) former_.reset();
  return done;
}

}  // namespace alpr::store
