#include "ledger/store/compaction.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "ledger/chain/encoding.h"
#include "ledger/store/checkpoints.h"
#include "ledger/store/environment.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/files.h"
#include "ledger/store/store_core.h"

namespace alpr::store {
namespace {

using std::filesystem::path;

path copy_folder(const path& ledger) { return ledger / "compacting"; }

// LMDB holds a read lock on its lock file while an environment is open.
Result<void> check_unread(const path& ledger) {
  const path lock = ledger / "lock.mdb";
  const FileDescriptor file(::open(lock.c_str(), O_RDWR | O_CLOEXEC));
  if (file.get() < 0) return {};  // nobody has opened it since it was copied here
  struct flock asked {};
  asked.l_type = F_WRLCK;
  asked.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_GETLK, &asked) != 0) {
    return tl::unexpected(system_error("ask for the lock of", lock, errno));
  }
  if (asked.l_type == F_UNLCK) return {};
  return fail(ErrorCode::kBusy, fmt::format("process {} reads the store", asked.l_pid));
}

Result<void> copy_living(const path& ledger, const path& to) {
  MDB_env* raw = nullptr;
  if (const int rc = mdb_env_create(&raw); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "making an environment"));
  }
  const std::unique_ptr<MDB_env, void (*)(MDB_env*)> env(raw, mdb_env_close);
  if (const int rc = mdb_env_set_mapsize(raw, StoreSettings{}.map_size); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "setting the map size"));
  }
  if (const int rc = mdb_env_open(raw, ledger.c_str(), MDB_NOTLS, 0600); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "opening the store"));
  }
  if (const int rc = mdb_env_copy2(raw, to.c_str(), MDB_CP_COMPACT); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "copying what lives"));
  }
  const auto file = open_file(to / "data.mdb", O_RDWR);
  if (!file) return tl::unexpected(file.error());
  return sync_data(*file, to / "data.mdb");
}

// What two copies of a store must have in common.
struct Summary {
  std::string checkpoint;
  std::array<std::pair<Bytes, Bytes>, kDbCount> last_rows;
  bool operator==(const Summary&) const = default;
};

Result<Summary> summarise(const path& folder) {
  const auto env = Environment::open(folder, StoreSettings{}.map_size, Environment::Mode::kOpen);
  if (!env) return tl::unexpected(env.error());
  const auto txn = (*env)->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  Summary out;
  const auto newest = read_newest_checkpoint(*txn);
  if (!newest) return tl::unexpected(newest.error());
  if (*newest) out.checkpoint = (*newest)->note;
  for (std::size_t i = 0; i < kDbCount; ++i) {
    const auto row = txn->last(static_cast<Db>(i));
    if (!row) return tl::unexpected(row.error());
    if (!*row) continue;
    out.last_rows[i] = {{(*row)->key.begin(), (*row)->key.end()},
                        {(*row)->value.begin(), (*row)->value.end()}};
  }
  return out;
}

Result<void> check_copy(const path& ledger, const path& copy) {
  const auto before = summarise(ledger);
  if (!before) return tl::unexpected(before.error());
  const auto after = summarise(copy);
  if (!after) return tl::unexpected(after.error());
  if (*before == *after) return {};
  return fail(ErrorCode::kCorrupt,
              "the compacted copy does not read like the store; the store is as it was");
}

Result<std::uint64_t> size_of(const path& file) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  if (error) return tl::unexpected(system_error("stat", file, error.value()));
  return size;
}

Result<Compacted> compact_locked(const path& ledger) {
  const path data = ledger / "data.mdb";
  const path copy = copy_folder(ledger);
  const auto before = size_of(data);
  if (!before) return tl::unexpected(before.error());
  auto done = make_folder(copy);
  if (done) done = copy_living(ledger, copy);
  if (done) done = check_copy(ledger, copy);
  if (!done) return tl::unexpected(done.error());
  const path staged = staged_path(data);
  if (file_calls().rename((copy / "data.mdb").c_str(), staged.c_str()) != 0) {
    return tl::unexpected(system_error("put in place", staged, errno));
  }
  done = swap_in(data);
  if (done) done = clear_compaction(ledger);
  if (!done) return tl::unexpected(done.error());
  const auto after = size_of(data);
  if (!after) return tl::unexpected(after.error());
  return Compacted{*before, *after};
}

}  // namespace

Result<void> clear_compaction(const path& ledger) {
  const path copy = copy_folder(ledger);
  std::error_code error;
  const bool copied = std::filesystem::exists(copy, error);
  if (!copied && !std::filesystem::exists(staged_path(ledger / "data.mdb"), error)) return {};
  auto done = zero_and_remove(staged_path(ledger / "data.mdb"));
  if (done && copied) done = zero_and_remove(copy / "data.mdb");
  if (done && copied) done = remove_file(copy / "lock.mdb");
  if (!done) return done;
  if (copied && ::rmdir(copy.c_str()) != 0) {
    return tl::unexpected(system_error("remove", copy, errno));
  }
  return fsync_folder(ledger);
}

Result<Compacted> compact(const path& folder) {
  const path ledger = folder / "ledger";
  std::error_code error;
  if (!std::filesystem::exists(ledger / "data.mdb", error)) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no store in {}", folder.string()));
  }
  const auto lock = lock_store(folder);
  if (!lock) return tl::unexpected(lock.error());
  auto ready = check_unread(ledger);
  if (ready) ready = clear_compaction(ledger);
  if (!ready) return tl::unexpected(ready.error());
  auto compacted = compact_locked(ledger);
  // What a failure left is in the way of a full disk; where it cannot go now, the next opening
  // removes it.
  if (!compacted) static_cast<void>(clear_compaction(ledger));
  return compacted;
}

}  // namespace alpr::store
