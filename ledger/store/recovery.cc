// What Store::open does before anything is served: find the log's end, hold it against what was
// signed, and remove what a crash left behind. Removing needs no record of its own: nothing that
// was committed refers to it.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "ledger/chain/encoding.h"
#include "ledger/chain/note.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/projection.h"
#include "ledger/store/store_core.h"

namespace alpr::store {

namespace {

using Blobs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

Result<Blobs> decode_blobs(BytesView row) {
  if (row.size() % 16 != 0)
    return fail(ErrorCode::kCorrupt, "the list of blobs is not of its form");
  Blobs out;
  for (std::size_t i = 0; i < row.size(); i += 16) {
    out.emplace_back(chain::get_be64(&row[i]), chain::get_be64(&row[i + 8]));
  }
  return out;
}

// The numbers of the keys of one class, read from the export that the vault makes of itself.
std::set<std::uint64_t> key_numbers(const Vault& vault, std::string_view section) {
  std::string all = vault.export_keys();
  std::set<std::uint64_t> out;
  const std::size_t begin = all.find(fmt::format("\"{}\":{{", section));
  if (begin != std::string::npos) {
    std::size_t at = begin + section.size() + 4;
    while (at < all.size() && all[at] == '"') {
      out.insert(std::strtoull(&all[at + 1], nullptr, 10));
      at = all.find('"', all.find(':', at) + 2);  // the end of the key's value
      if (at == std::string::npos) break;
      at += all[at + 1] == ',' ? 2 : 1;
    }
  }
  chain::wipe({reinterpret_cast<std::uint8_t*>(all.data()), all.size()});
  return out;
}

std::set<std::uint64_t> united(std::set<std::uint64_t> a, const std::set<std::uint64_t>& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// Whether something committed in this bucket may still be sealed with its key.
Result<bool> bucket_in_use(const Txn& txn, Bucket bucket) {
  const auto row = read_bucket(txn, bucket);
  if (!row) return tl::unexpected(row.error());
  return row->has_value() && (*row)->state != BucketState::kKeysDestroyed;
}

Result<void> load_meta(StoreCore& core, const Txn& txn) {
  const auto clock = txn.get(Db::kMeta, as_bytes(meta::kClock));
  if (!clock) return tl::unexpected(clock.error());
  if (*clock) {
    const auto point = decode_clock_point(**clock);
    if (!point) return tl::unexpected(point.error());
    core.end.clock = *point;
  }
  auto blobs = read_blobs(txn);
  if (!blobs) return tl::unexpected(blobs.error());
  core.end.blobs = std::move(*blobs);
  return {};
}

}  // namespace

Result<Blobs> read_blobs(const Txn& txn) {
  const auto row = txn.get(Db::kMeta, as_bytes(meta::kBlobs));
  if (!row) return tl::unexpected(row.error());
  return *row ? decode_blobs(**row) : Blobs{};
}

Bytes encode_blobs(const Blobs& blobs) {
  Bytes out;
  for (const auto& [id, tombstone] : blobs) {
    chain::put_be64(out, id);
    chain::put_be64(out, tombstone);
  }
  return out;
}

Result<FileDescriptor> lock_store(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "lock";
  auto file = open_file(path, O_RDWR | O_CREAT);
  if (!file) return file;
  if (flock(file->get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return tl::unexpected(system_error("lock", path, errno));
    std::array<char, 32> owner{};
    const ssize_t got = pread(file->get(), owner.data(), owner.size() - 1, 0);
    const long pid = got > 0 ? std::strtol(owner.data(), nullptr, 10) : 0;
    return fail(ErrorCode::kLocked, pid > 0
                                        ? fmt::format("the store is in use by process {}", pid)
                                        : std::string("the store is in use by another process"));
  }
  // For people to read; on a full disk the lock holds without it.
  const std::string pid = fmt::format("{}\n", getpid());
  if (ftruncate(file->get(), 0) == 0) static_cast<void>(pwrite_all(*file, as_bytes(pid), 0, path));
  return file;
}

unsigned StoreCore::disk_free_percent() const {
  if (settings.disk_free_percent) return settings.disk_free_percent();
  struct statvfs disk {};
  if (statvfs(places.folder.c_str(), &disk) != 0 || disk.f_blocks == 0) return 100;
  return static_cast<unsigned>(disk.f_bavail * 100 / disk.f_blocks);
}

Result<void> load_log_end(StoreCore& core) {
  const auto txn = core.env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  if (const auto loaded = load_meta(core, *txn); !loaded) return loaded;
  const auto size = log_size(*txn);
  if (!size) return tl::unexpected(size.error());
  const auto newest = read_newest_checkpoint(*txn);
  if (!newest) return tl::unexpected(newest.error());
  core.end.last_leaf = chain::genesis_previous(core.origin);
  if (*size == 0) {
    if (*newest) return fail(ErrorCode::kCorrupt, "a checkpoint is stored of a log without events");
    return {};
  }
  auto tree = GrowingTree::restore(*txn, *size);
  if (!tree) return tl::unexpected(tree.error());
  const auto header = read_header(*txn, {*size - 1});
  if (!header) return tl::unexpected(header.error());
  core.end.tree = std::move(*tree);
  core.end.last_leaf = chain::leaf_hash(chain::encode(*header));
  core.end.last_time = header->time;
  core.size = *size;
  if (!*newest) return fail(ErrorCode::kCorrupt, "no checkpoint is stored");
  const auto checkpoint =
      chain::open_checkpoint((*newest)->note, core.origin, {core.signers->vkey()});
  if (!checkpoint) {
    return fail(ErrorCode::kCorrupt,
                "the newest checkpoint is damaged: " + checkpoint.error().detail);
  }
  if (checkpoint->size != *size || checkpoint->root != core.end.tree.root()) {
    return fail(
        ErrorCode::kCorrupt,
        fmt::format("the log has {} events, and its newest checkpoint, of {}, does not match them",
                    *size, checkpoint->size));
  }
  core.checkpoints.begin(*size, header->time);
  return {};
}

Result<void> check_rollback(StoreCore& core) {
  const auto mark = core.vault->high_water();
  if (!mark) return tl::unexpected(mark.error());
  const std::uint64_t size = core.size;
  if (*mark && (*mark)->size > size) {
    return fail(
        ErrorCode::kRollback,
        fmt::format("this store has {} events, but {} were signed: it is an older copy, and "
                    "going on would fork the log",
                    size, (*mark)->size));
  }
  if (*mark && (*mark)->size > 0) {
    const auto txn = core.env->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    const auto root = chain::root_at((*mark)->size, subtree_reader(*txn, size));
    if (!root) return tl::unexpected(root.error());
    if (*root != (*mark)->root) {
      return fail(ErrorCode::kRollback,
                  fmt::format("this store's first {} events are not those that were signed",
                              (*mark)->size));
    }
  }
  if (size == 0) return {};
  return core.vault->note_signed({size, core.end.tree.root()});
}

Result<std::uint64_t> destroy_unused_bucket_keys(StoreCore& core, const Txn& txn, Bucket open) {
  std::uint64_t destroyed = 0;
  for (const std::uint64_t number : key_numbers(*core.vault, "buckets")) {
    if (number >= open.value) continue;
    const auto used = bucket_in_use(txn, {number});
    if (!used) return tl::unexpected(used.error());
    if (*used) continue;
    const auto done = core.vault->destroy(Bucket{number}, std::nullopt, {});
    if (!done) return tl::unexpected(done.error());
    if (const auto erased = core.evidence->erase_bucket({number}); !erased) {
      return tl::unexpected(erased.error());
    }
    ++destroyed;
  }
  return destroyed;
}

namespace {

Result<void> remove_orphan_buckets(StoreCore& core, const Txn& txn) {
  const auto destroyed = destroy_unused_bucket_keys(core, txn, {~std::uint64_t{0}});
  if (!destroyed) return tl::unexpected(destroyed.error());
  for (const std::uint64_t number : core.evidence->buckets()) {
    const auto used = bucket_in_use(txn, {number});
    if (!used) return tl::unexpected(used.error());
    if (*used && core.vault->bucket_key({number})) continue;
    if (const auto done = core.evidence->erase_bucket({number}); !done) return done;
  }
  return {};
}

// Keys and copies of a hold that did not commit.
Result<void> remove_orphan_held(StoreCore& core, const Txn& txn) {
  std::vector<Sequence> orphans;
  for (const std::uint64_t seq : united(core.evidence->held(), key_numbers(*core.vault, "held"))) {
    const auto row = read_payload_row(txn, {seq});
    if (!row) return tl::unexpected(row.error());
    if (*row && (*row)->seal == Seal::kHeld) continue;
    orphans.push_back({seq});
    if (const auto done = core.evidence->erase_held({seq}); !done) return done;
  }
  if (orphans.empty()) return {};
  const auto destroyed = core.vault->destroy(std::nullopt, std::nullopt, orphans);
  if (!destroyed) return tl::unexpected(destroyed.error());
  return {};
}

Result<void> remove_orphan_blobs(StoreCore& core) {
  for (const std::uint64_t id : united(core.evidence->blobs(), key_numbers(*core.vault, "blobs"))) {
    const bool committed = std::any_of(core.end.blobs.begin(), core.end.blobs.end(),
                                       [id](const auto& blob) { return blob.first == id; });
    if (committed) continue;
    const auto destroyed = core.vault->destroy(std::nullopt, id, {});
    if (!destroyed) return tl::unexpected(destroyed.error());
    if (const auto done = core.evidence->erase_blob(id); !done) return done;
  }
  return {};
}

}  // namespace

Result<void> remove_orphans(StoreCore& core) {
  const auto txn = core.env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  auto done = remove_orphan_buckets(core, *txn);
  if (done) done = remove_orphan_held(core, *txn);
  if (done) done = remove_orphan_blobs(core);
  return done;
}

Result<void> drop_idle_seeds(StoreCore& core) {
  if (core.size == 0 || !core.signers->has_idle(core.end.last_time)) return {};
  return core.vault->put_log_seeds(core.signers->live(core.end.last_time));
}

void make_ballast(const StoreCore& core) {
  const std::filesystem::path path = core.places.folder / "ballast";
  std::error_code error;
  const auto have = std::filesystem::file_size(path, error);
  if (!error && have >= core.settings.ballast_bytes) return;
  if (core.settings.ballast_bytes == 0 || core.low_disk()) return;
  const auto file = open_file(path, O_WRONLY | O_CREAT);
  if (!file) return;
  const auto size = static_cast<off_t>(core.settings.ballast_bytes);
  // A file without its blocks would give nothing up.
  if (posix_fallocate(file->get(), 0, size) != 0) static_cast<void>(remove_file(path));
}

bool give_up_ballast(const StoreCore& core) {
  const std::filesystem::path path = core.places.folder / "ballast";
  if (!std::filesystem::exists(path)) return false;
  return remove_file(path).has_value();
}

}  // namespace alpr::store
