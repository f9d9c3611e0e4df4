// The vault: the lock around its files, their places, and what is handed out. Bytes of the files:
// keyring.cc and high_water.cc; how they change: keyring_files.cc.
#include "ledger/store/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <vector>

#include "ledger/chain/encoding.h"
#include "ledger/store/epoch_place.h"
#include "ledger/store/files.h"
#include "ledger/store/high_water.h"
#include "ledger/store/keyring.h"
#include "ledger/store/keyring_files.h"
#include "ledger/store/master_rotation.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {
namespace {

using std::filesystem::path;

constexpr std::size_t kSmallFileMax = 4096;

struct VaultFiles {
  path folder;
  KeyringFiles::Paths keyrings;
  EpochPaths epoch;
  RotatedPaths rotated;
  path high_water, lock;
};

VaultFiles files_of(const VaultPlaces& places) {
  // Absolute, so that every file has a folder to sync and a changed working directory moves
  // nothing.
  const path folder = std::filesystem::absolute(places.keyring);
  const path epoch = places.epoch_secret.empty() ? folder / "epoch.secret"
                                                 : std::filesystem::absolute(places.epoch_secret);
  return {folder,
          {folder / "permanent.keyring", folder / "erasable.keyring"},
          {epoch, folder / "epoch.token", folder / "epoch.move"},
          {{folder / "master.key", folder / "master.kdf"},
           folder / "log.key",
           folder / "master.rotation"},
          folder / "high-water",
          folder / "lock"};
}

// Held as long as the descriptor: opening a vault zeroes leftovers, which may be another process's
// next keyring.
Result<FileDescriptor> take_lock(const path& lock) {
  auto file = open_file(lock, O_RDWR | O_CREAT);
  if (!file) return file;
  if (::flock(file->get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) return tl::unexpected(system_error("lock", lock, errno));
  return fail(ErrorCode::kLocked, fmt::format("{} is held: this keyring is in use", lock.string()));
}

// Half-written files of a crash; keyring_files.cc does the same for its own.
Result<void> clear_staged(const RotatedPaths& paths) {
  for (const path& file : {paths.log_key, paths.master.key, paths.master.kdf, paths.journal}) {
    const auto cleared = zero_and_remove(staged_path(file));
    if (!cleared) return cleared;
  }
  return fsync_folder(paths.log_key.parent_path());
}

// The keyring's seal is the only thing that knows which passphrase is right.
Error unopened(Error error, MasterKind kind, const path& permanent) {
  const bool ours = kind != MasterKind::kFile && error.code == ErrorCode::kCorrupt &&
                    error.detail.starts_with(permanent.string());
  if (!ours) return error;
  return {
      ErrorCode::kUnauthenticated,
      fmt::format("the {} does not give the master key that {} is sealed under (or that file is "
                  "damaged)",
                  to_text(kind), permanent.string())};
}

void append_keys(std::string& out, std::string_view member, const KeyMap& keys, KeyUse use) {
  out.append(",\"").append(member).append("\":{");
  bool first = true;
  for (const auto& [name, key] : keys) {
    if (name.use != use) continue;
    std::string digits = chain::hex(key.bytes);
    out.append(first ? "\"" : ",\"").append(std::to_string(name.id)).append("\":\"");
    out.append(digits).append("\"");
    chain::wipe({reinterpret_cast<std::uint8_t*>(digits.data()), digits.size()});
    first = false;
  }
  out.append("}");
}

}  // namespace

Month month_of(TimeUs time) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds(time.value)};
  const year_month_day date{floor<days>(point)};
  return static_cast<Month>(static_cast<int>(date.year()) * 12) +
         static_cast<unsigned>(date.month()) - 1;
}

struct Vault::Impl {
  VaultFiles files;
  FileDescriptor lock;
  SecretKey master;
  KeyringFiles keyrings;
  HighWaterFile high_water;
  std::optional<MasterRotation> rotation;  // asked for, and not finished
  // Around what may visit a token, one at a time; taken before the other one, which is let go
  // during the visit (keyring_files.h).
  std::mutex changing;
  mutable std::mutex mutex;

  // Nothing to do where none was asked for. The journal is written anew: it may be what failed.
  Result<void> finish_rotation_locked(KeyringFiles::Lock& held) {
    if (!rotation) return {};
    auto done = begin_rotation(files.rotated, *rotation);
    if (done) done = finish_rotation(files.rotated, *rotation, keyrings, held);
    if (!done) return done;
    master = rotation->next;
    rotation.reset();
    return done;
  }

  path new_epoch_file(const NewEpochPlace& next) const {
    return next.file.empty() ? files.folder / "epoch.secret" : std::filesystem::absolute(next.file);
  }

  static Keyring ring_of(KeyUse use) {
    return use == KeyUse::kBucket || use == KeyUse::kBlob ? Keyring::kErasable
                                                          : Keyring::kPermanent;
  }

  Result<SecretKey> find_locked(const KeyName& name) const {
    const bool erasable = ring_of(name.use) == Keyring::kErasable;
    const KeyMap& keys = (erasable ? keyrings.erasable() : keyrings.permanent()).keys;
    const auto found = keys.find(name);
    if (found == keys.end()) return fail(ErrorCode::kGone, fmt::format("no key for {}", name.id));
    return found->second;
  }

  Result<SecretKey> find(const KeyName& name) const {
    const std::lock_guard guard(mutex);
    return find_locked(name);
  }

  Result<SecretKey> find_or_make(const KeyName& name) {
    const std::lock_guard guard(mutex);
    const auto made = keyrings.make(ring_of(name.use), {&name, 1});
    if (!made) return tl::unexpected(made.error());
    return find_locked(name);
  }
};

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vault::~Vault() = default;

namespace {

Result<void> create_with(const VaultPlaces& places, const KeyMap& permanent,
                         const LogSeeds& seeds) {
  const VaultFiles files = files_of(places);
  for (const path& folder : {files.folder, files.epoch.secret.parent_path()}) {
    const auto made = make_folder(folder);
    if (!made) return made;
  }
  const auto lock = take_lock(files.lock);
  if (!lock) return tl::unexpected(lock.error());
  const std::array all{files.epoch.secret,      files.epoch.marker,       files.epoch.journal,
                       files.keyrings.erasable, files.keyrings.permanent, files.rotated.log_key,
                       files.high_water,        files.rotated.master.key, files.rotated.master.kdf,
                       files.rotated.journal};
  for (const path& file : all) {
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, error))) continue;
    return fail(ErrorCode::kConflict, fmt::format("{} is there already", file.string()));
  }
  auto master = new_master_key(places.master);
  if (!master) return tl::unexpected(master.error());
  const WipedBytes master_file(std::move(master->file));
  const MasterPaths& described = files.rotated.master;
  const Bytes sealed_seeds = seal_log_seeds(master->key, seeds);
  const auto epochs = new_epoch_place(files.epoch, places.token);
  auto done = epochs ? KeyringFiles::create(files.keyrings, master->key, permanent, **epochs)
                     : tl::unexpected(epochs.error());
  if (done) done = write_new_file_durably(files.rotated.log_key, sealed_seeds, 0600);
  if (done) done = HighWaterFile::create(files.high_water);
  if (done && master->kind != MasterKind::kCommand) {
    done = write_new_file_durably(master->kind == MasterKind::kFile ? described.key : described.kdf,
                                  master_file.value, 0600);
  }
  if (!done) {
    // None of these was there before, and nothing is sealed under them yet.
    if (epochs) static_cast<void>((*epochs)->destroy_all());
    for (const path& file : all) static_cast<void>(remove_file(file));
  }
  return done;
}

}  // namespace

Result<void> Vault::create(const VaultPlaces& places, const chain::SigningKey& log_key) {
  chain::init_crypto();
  LogSeeds seeds(1);
  seeds[0].seed.bytes = log_key.seed();
  return create_with(places, KeyringFiles::first_permanent_keys(), seeds);
}

Result<void> Vault::create_archive(const VaultPlaces& places, BytesView permanent_keyring,
                                   const SecretKey& file_key) {
  chain::init_crypto();
  const auto keys = open_keyring(Keyring::kPermanent, permanent_keyring, file_key);
  if (!keys)
    return fail(ErrorCode::kCorrupt, "the backup's keyring does not open: " + keys.error().detail);
  return create_with(places, *keys, {});
}

Result<std::unique_ptr<Vault>> Vault::open(const VaultPlaces& places) {
  chain::init_crypto();
  const VaultFiles files = files_of(places);
  auto lock = take_lock(files.lock);
  if (!lock) return tl::unexpected(lock.error());
  const MasterKeySource source = asked_once(places.master);
  const auto rotation = unfinished_rotation(files.rotated, source);
  if (!rotation) return tl::unexpected(rotation.error());
  const auto master = *rotation ? Result<SecretKey>((*rotation)->next)
                                : read_master_key(source, files.rotated.master);
  if (!master) return tl::unexpected(master.error());
  std::optional<SecretKey> former;
  if (*rotation) former = (*rotation)->former;
  auto epochs = epoch_place(files.epoch, places.token, files.keyrings.erasable);
  if (!epochs) return tl::unexpected(epochs.error());
  auto keyrings = KeyringFiles::open(files.keyrings, *master, std::move(*epochs), former);
  if (!keyrings) {
    return tl::unexpected(unopened(keyrings.error(), source.kind(), files.keyrings.permanent));
  }
  auto done = clear_staged(files.rotated);
  std::mutex nobody_else;
  KeyringFiles::Lock alone(nobody_else);
  if (done && *rotation) done = finish_rotation(files.rotated, **rotation, *keyrings, alone);
  if (!done) return tl::unexpected(done.error());
  auto high_water = HighWaterFile::open(files.high_water);
  if (!high_water) return tl::unexpected(high_water.error());
  return std::unique_ptr<Vault>(new Vault(std::unique_ptr<Impl>(new Impl{files,
                                                                         std::move(*lock),
                                                                         *master,
                                                                         std::move(*keyrings),
                                                                         std::move(*high_water),
                                                                         {},
                                                                         {},
                                                                         {}})));
}

Result<LogSeeds> Vault::log_seeds() const {
  const std::lock_guard guard(impl_->mutex);
  const path& file = impl_->files.rotated.log_key;
  const auto bytes = read_file(file, kSmallFileMax);
  if (!bytes) return tl::unexpected(bytes.error());
  auto seeds = open_log_seeds(impl_->master, *bytes);
  if (!seeds && impl_->rotation) seeds = open_log_seeds(impl_->rotation->next, *bytes);
  if (seeds) return seeds;
  return fail(ErrorCode::kCorrupt, fmt::format("{}: {}", file.string(), seeds.error().detail));
}

Result<void> Vault::put_log_seeds(const LogSeeds& seeds) {
  const std::lock_guard one(impl_->changing);
  KeyringFiles::Lock lock(impl_->mutex);
  if (const auto done = impl_->finish_rotation_locked(lock); !done) return done;
  return replace_and_zero(impl_->files.rotated.log_key, seal_log_seeds(impl_->master, seeds));
}

Result<void> Vault::rotate_master(const NewMasterKey& next) {
  const std::lock_guard one(impl_->changing);
  KeyringFiles::Lock lock(impl_->mutex);
  if (const auto done = impl_->finish_rotation_locked(lock); !done) return done;
  Bytes kdf = next.kind == MasterKind::kPassphrase ? next.file : Bytes{};
  impl_->rotation.emplace(MasterRotation{impl_->master, next.key, next.kind, std::move(kdf)});
  return impl_->finish_rotation_locked(lock);
}

Result<void> Vault::check_epoch_move(const NewEpochPlace& next) const {
  const std::lock_guard one(impl_->changing);
  const auto planned = plan_move(impl_->files.epoch, next.token, impl_->new_epoch_file(next));
  return planned ? Result<void>() : tl::unexpected(planned.error());
}

Result<void> Vault::move_epoch(const NewEpochPlace& next) {
  const std::lock_guard one(impl_->changing);
  KeyringFiles::Lock lock(impl_->mutex);
  if (const auto done = impl_->finish_rotation_locked(lock); !done) return done;
  auto planned = plan_move(impl_->files.epoch, next.token, impl_->new_epoch_file(next));
  if (!planned) return tl::unexpected(planned.error());
  return carry_out(impl_->files.epoch, std::move(*planned), impl_->keyrings, lock);
}

Result<SecretKey> Vault::month_key(Month month) const {
  return impl_->find({KeyUse::kMonth, month});
}

Result<SecretKey> Vault::bucket_key(Bucket bucket) const {
  return impl_->find({KeyUse::kBucket, bucket.value});
}

Result<SecretKey> Vault::held_key(Sequence seq) const {
  return impl_->find({KeyUse::kHeld, seq.value});
}

Result<SecretKey> Vault::blob_key(std::uint64_t blob) const {
  return impl_->find({KeyUse::kBlob, blob});
}

SecretKey Vault::register_key() const {
  const auto key = impl_->find({KeyUse::kRegister, 0});
  ALPR_CHECK(key.has_value());  // a keyring without one does not open
  return *key;
}

Result<SecretKey> Vault::make_month_key(Month month) {
  return impl_->find_or_make({KeyUse::kMonth, month});
}

Result<SecretKey> Vault::make_bucket_key(Bucket bucket) {
  return impl_->find_or_make({KeyUse::kBucket, bucket.value});
}

Result<SecretKey> Vault::make_blob_key(std::uint64_t blob) {
  return impl_->find_or_make({KeyUse::kBlob, blob});
}

Result<void> Vault::make_held_keys(std::span<const Sequence> seqs) {
  std::vector<KeyName> names;
  for (const Sequence seq : seqs) names.push_back({KeyUse::kHeld, seq.value});
  const std::lock_guard guard(impl_->mutex);
  return impl_->keyrings.make(Keyring::kPermanent, names);
}

Result<Vault::Destroyed> Vault::destroy(std::optional<Bucket> bucket,
                                        std::optional<std::uint64_t> blob,
                                        std::span<const Sequence> held) {
  std::vector<KeyName> erasable, permanent;
  if (bucket) erasable.push_back({KeyUse::kBucket, bucket->value});
  if (blob) erasable.push_back({KeyUse::kBlob, *blob});
  for (const Sequence seq : held) permanent.push_back({KeyUse::kHeld, seq.value});

  const std::lock_guard one(impl_->changing);
  KeyringFiles::Lock lock(impl_->mutex);
  Destroyed destroyed;
  if (!erasable.empty()) {
    const auto removed = impl_->keyrings.remove(Keyring::kErasable, erasable, lock);
    if (!removed) return tl::unexpected(removed.error());
    destroyed.erasable = impl_->keyrings.erasable().digest;
  }
  if (!permanent.empty()) {
    const auto removed = impl_->keyrings.remove(Keyring::kPermanent, permanent, lock);
    if (!removed) return tl::unexpected(removed.error());
    destroyed.permanent = impl_->keyrings.permanent().digest;
  }
  return destroyed;
}

Result<void> Vault::note_signed(const HighWater& mark) {
  const std::lock_guard guard(impl_->mutex);
  return impl_->high_water.note(mark);
}

Result<std::optional<Vault::HighWater>> Vault::high_water() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->high_water.mark();
}

Bytes Vault::wrap_permanent(const SecretKey& file_key, const std::set<std::uint64_t>& held) const {
  const std::lock_guard guard(impl_->mutex);
  KeyMap keys;
  for (const auto& [name, key] : impl_->keyrings.permanent().keys) {
    if (name.use != KeyUse::kHeld || held.contains(name.id)) keys.emplace(name, key);
  }
  return seal_keyring(Keyring::kPermanent, 0, keys, file_key);
}

std::string Vault::export_keys() const {
  const std::lock_guard guard(impl_->mutex);
  const KeyMap& permanent = impl_->keyrings.permanent().keys;
  const KeyMap& erasable = impl_->keyrings.erasable().keys;
  std::string out;
  // Reserved in full, so that growing leaves no copies of keys behind: 20 digits, 64 of hex, 6
  // marks, each at most.
  out.reserve(128 + 96 * (permanent.size() + erasable.size()));
  out.append("{\"format\":1");
  append_keys(out, "months", permanent, KeyUse::kMonth);
  append_keys(out, "buckets", erasable, KeyUse::kBucket);
  append_keys(out, "held", permanent, KeyUse::kHeld);
  append_keys(out, "blobs", erasable, KeyUse::kBlob);
  out.append("}");
  return out;
}

}  // namespace alpr::store
