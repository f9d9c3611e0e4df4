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
// the secret of that number is either in epoch.secret or in epoch.secret.new, at every point:
//   1. epoch.secret.new (n+1), synced with its folder      crash: keyring n, secret n; .new is
//   zeroed
//   2. erasable.keyring.new under n+1, fdatasynced         crash: the same
//   3. the keyrings exchange names, folder synced          crash: keyring n+1, its secret in .new:
//   step 4 is done again
//   4. the secrets exchange names, folder synced           crash: keyring n+1, secret n+1; both
//   .new are old: zeroed
//   5. epoch.secret.new (n) is zeroed, then erasable.keyring.new (n); both unlinked, folders synced
//
// settle() is what a start does, and what follows a failed change: the files are read again,
// whichever state they are in is finished, and memory is filled from them. So memory does not
// differ from what the disk has.
#include "ledger/store/keyring_files.h"

#include <fmt/format.h>

#include <utility>

#include "ledger/chain/hash.h"
#include "ledger/store/files.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {
namespace {

using std::filesystem::path;

constexpr std::size_t kEpochFileMax = 4096;
constexpr KeyName kRegisterKey{KeyUse::kRegister, 0};

Result<EpochSecret> read_epoch(const path& file) {
  auto bytes = read_secret_file(file, kEpochFileMax);
  if (!bytes) return tl::unexpected(bytes.error());
  const WipedBytes wiped(std::move(*bytes));
  return decode_epoch_secret(wiped.value);
}

SecretKey sealing_key(Keyring which, const SecretKey& master, const EpochSecret& epoch) {
  return which == Keyring::kPermanent ? permanent_sealing_key(master)
                                      : erasable_sealing_key(master, epoch);
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
                                  const KeyMap& permanent_keys) {
  const EpochSecret epoch{1, random_key()};
  const WipedBytes secret_file(encode_epoch_secret(epoch));
  const Bytes erasable =
      seal_keyring(Keyring::kErasable, epoch.number, {}, erasable_sealing_key(master, epoch));
  const Bytes permanent =
      seal_keyring(Keyring::kPermanent, 0, permanent_keys, permanent_sealing_key(master));
  auto done = write_new_file_durably(paths.epoch, secret_file.value, 0600);
  if (done) done = write_new_file_durably(paths.erasable, erasable, 0600);
  if (done) done = write_new_file_durably(paths.permanent, permanent, 0600);
  return done;
}

Result<KeyringFiles> KeyringFiles::open(const Paths& paths, const SecretKey& master,
                                        const std::optional<SecretKey>& former) {
  KeyringFiles files(paths, master);
  files.former_ = former;
  const auto settled = files.settle();
  if (!settled) return tl::unexpected(settled.error());
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

// The secret of the epoch that the keyring names, wherever a destruction left it.
Result<EpochSecret> KeyringFiles::read_epoch_of(std::uint64_t number, bool& staged) const {
  auto current = read_epoch(paths_.epoch);
  staged = !current || current->number != number;
  if (!staged) return current;
  auto next = read_epoch(staged_path(paths_.epoch));
  if (next && next->number == number) return next;
  if (!current) return current;
  return fail(
      ErrorCode::kCorrupt,
      fmt::format("{} is of epoch {} but {} of epoch {}: an older copy cannot be opened, "
                  "and must not be",
                  paths_.erasable.string(), number, paths_.epoch.string(), current->number));
}

Result<void> KeyringFiles::settle() {
  const auto permanent_bytes = read_file(paths_.permanent, kKeyringSizeMax);
  if (!permanent_bytes) return tl::unexpected(permanent_bytes.error());
  const auto erasable_bytes = read_file(paths_.erasable, kKeyringSizeMax);
  if (!erasable_bytes) return tl::unexpected(erasable_bytes.error());
  const auto number = keyring_epoch(Keyring::kErasable, *erasable_bytes);
  if (!number) return damaged(paths_.erasable, number.error());
  bool staged = false;
  const auto epoch = read_epoch_of(*number, staged);
  if (!epoch) {
    const bool form = epoch.error().code == ErrorCode::kMalformed;
    return form ? damaged(paths_.epoch, epoch.error()) : tl::unexpected(epoch.error());
  }
  auto permanent = open_ring(Keyring::kPermanent, *permanent_bytes, *epoch);
  if (!permanent) return tl::unexpected(permanent.error());
  if (!permanent->keys.contains(kRegisterKey)) {
    return fail(ErrorCode::kCorrupt, "the permanent keyring has no register key");
  }
  auto erasable = open_ring(Keyring::kErasable, *erasable_bytes, *epoch);
  if (!erasable) return tl::unexpected(erasable.error());

  // The names may be exchanged in memory only: before the old secret goes, the new keyring must be
  // there for good.
  auto done = fsync_folder(paths_.erasable.parent_path());
  if (done && staged) done = swap_in(paths_.epoch);
  if (done) done = clear_leftovers();
  if (!done) return done;
  permanent_ = std::move(*permanent);
  erasable_ = std::move(*erasable);
  epoch_ = *epoch;
  unsettled_ = false;
  return {};
}

// The secret goes first: without it the old keyring's bytes say nothing even where they could not
// be overwritten.
Result<void> KeyringFiles::clear_leftovers() const {
  for (const path& file : {paths_.epoch, paths_.erasable, paths_.permanent}) {
    const auto cleared = zero_and_remove(staged_path(file));
    if (!cleared) return cleared;
  }
  const auto synced = fsync_folder(paths_.epoch.parent_path());
  if (!synced) return synced;
  return fsync_folder(paths_.erasable.parent_path());
}

// What stands on disk decides: now or, where reading it fails too, before the next change.
tl::unexpected<Error> KeyringFiles::failed(const Error& error) {
  unsettled_ = true;
  static_cast<void>(settle());
  return tl::unexpected(error);
}

Result<void> KeyringFiles::rewrite(Keyring which, KeyMap next) {
  const bool erasable = which == Keyring::kErasable;
  const Bytes file =
      seal_keyring(which, erasable ? epoch_.number : 0, next, sealing_key(which, master_, epoch_));
  const auto written = replace_and_zero(erasable ? paths_.erasable : paths_.permanent, file);
  if (!written) return failed(written.error());
  ring(which) = {std::move(next), chain::sha256(file)};
  return {};
}

// The steps of this file's first comment.
Result<void> KeyringFiles::rewrite_under_new_epoch(KeyMap next) {
  const EpochSecret next_epoch{epoch_.number + 1, random_key()};
  const WipedBytes secret_file(encode_epoch_secret(next_epoch));
  const Bytes file = seal_keyring(Keyring::kErasable, next_epoch.number, next,
                                  erasable_sealing_key(master_, next_epoch));
  auto done = stage(paths_.epoch, secret_file.value, 0600);
  if (done) done = fsync_folder(paths_.epoch.parent_path());
  if (done) done = stage(paths_.erasable, file, 0600);
  if (done) done = swap_in(paths_.erasable);
  if (done) done = swap_in(paths_.epoch);
  if (done) done = clear_leftovers();
  if (!done) return failed(done.error());
  erasable_ = {std::move(next), chain::sha256(file)};
  epoch_ = next_epoch;
  return {};
}

Result<void> KeyringFiles::make(Keyring which, std::span<const KeyName> names) {
  if (unsettled_) {
    const auto settled = settle();
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

Result<void> KeyringFiles::remove(Keyring which, std::span<const KeyName> names) {
  if (unsettled_) {
    const auto settled = settle();
    if (!settled) return settled;
  }
  KeyMap next = ring(which).keys;
  std::size_t removed = 0;
  for (const KeyName& name : names) removed += next.erase(name);
  if (removed == 0) return {};
  if (which == Keyring::kErasable) return rewrite_under_new_epoch(std::move(next));
  return rewrite(which, std::move(next));
}

Result<void> KeyringFiles::rewrap(const SecretKey& former, const SecretKey& next) {
  former_ = former;
  master_ = next;
  if (unsettled_) {
    const auto settled = settle();
    if (!settled) return settled;
  }
  auto done = rewrite(Keyring::kPermanent, KeyMap(permanent_.keys));
  if (done) done = rewrite_under_new_epoch(KeyMap(erasable_.keys));
  if (done) former_.reset();
  return done;
}

}  // namespace alpr::store
