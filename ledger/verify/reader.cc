#include "ledger/verify/reader.h"

#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "ledger/chain/encoding.h"

namespace alpr::verify {
namespace {

constexpr std::array<const char*, 5> kNames = {"meta", "headers", "payloads", "tiles",
                                               "checkpoints"};
constexpr unsigned kDatabasesMax = 16;
constexpr std::size_t kKeyMax = 16;
constexpr std::size_t kNamesMax = 64;

tl::unexpected<Error> lmdb_error(int code, std::string_view what) {
  const std::string detail = std::string(what) + ": " + mdb_strerror(code);
  switch (code) {
    case ENOENT:
      return fail(ErrorCode::kNotFound, detail);
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_VERSION_MISMATCH:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
    case MDB_CURSOR_FULL:
    case MDB_BAD_VALSIZE:
    case MDB_BAD_TXN:
    case MDB_BAD_DBI:
    case MDB_NOTFOUND:
    case EINVAL:
      return fail(ErrorCode::kCorrupt, detail);
    default:
      return fail(ErrorCode::kIo, detail);
  }
}

MDB_val to_val(BytesView bytes) {
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};  // LMDB does not write through it
}

BytesView to_view(const MDB_val& val) {
  return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size};
}

}  // namespace

std::array<std::uint8_t, 8> number_key(std::uint64_t number) {
  std::array<std::uint8_t, 8> key{};
  for (std::size_t i = key.size(); i-- > 0; number >>= 8)
    key[i] = static_cast<std::uint8_t>(number);
  return key;
}

struct Reader::Impl {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  std::array<std::optional<MDB_dbi>, kNames.size()> databases;
  std::size_t first_txn = 0;
  std::uint64_t generation = 0;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (txn != nullptr) mdb_txn_abort(txn);
    if (env != nullptr) mdb_env_close(env);
  }

  Result<void> open_environment(const std::filesystem::path& folder);
  Result<void> open_databases();
  std::optional<MDB_dbi> dbi(Database database) const {
    return databases[static_cast<std::size_t>(database)];
  }
};

class StoreCursor : public Cursor {
 public:
  explicit StoreCursor(Reader::Impl& reader) : reader_(reader), generation_(reader.generation) {}
  ~StoreCursor() override {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  void open(MDB_dbi dbi) {
    // A cursor that cannot be opened has no rows: the checks then miss what should be there.
    if (mdb_cursor_open(reader_.txn, dbi, &cursor_) != 0) cursor_ = nullptr;
  }
  Result<bool> first() override;
  Result<bool> seek(BytesView key) override;
  Result<bool> next() override;

 private:
  Result<bool> move(int operation, BytesView from);
  Reader::Impl& reader_;
  MDB_cursor* cursor_ = nullptr;  // nullptr: the database does not exist, so it has no rows
  std::uint64_t generation_;
  Bytes last_;  // the key last returned
};

Result<void> Reader::Impl::open_environment(const std::filesystem::path& folder) {
  const bool locked = std::filesystem::exists(folder / "lock.mdb");
  for (const unsigned flags : {locked ? 0U : unsigned{MDB_NOLOCK}, unsigned{MDB_NOLOCK}}) {
    if (const int rc = mdb_env_create(&env)) return lmdb_error(rc, "LMDB");
    if (const int rc = mdb_env_set_maxdbs(env, kDatabasesMax)) return lmdb_error(rc, "LMDB");
    const int rc = mdb_env_open(env, folder.c_str(), MDB_RDONLY | MDB_NOTLS | flags, 0);
    if (rc == 0) return {};
    mdb_env_close(env);
    env = nullptr;
    // A lock file that may not be written: somebody else's store, or a read-only copy. Without a
    // lock, then.
    if ((rc == EACCES || rc == EROFS || rc == EPERM) && flags != MDB_NOLOCK) continue;
    return lmdb_error(rc, "the ledger's LMDB environment does not open");
  }
  return fail(ErrorCode::kIo, "the ledger's LMDB environment does not open");
}

Result<void> Reader::Impl::open_databases() {
  if (const int rc = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn)) {
    return lmdb_error(rc, "no snapshot of the ledger");
  }
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    MDB_dbi dbi = 0;
    const int rc = mdb_dbi_open(txn, kNames[i], 0, &dbi);
    if (rc == MDB_NOTFOUND) continue;
    if (rc != 0) return lmdb_error(rc, kNames[i]);
    unsigned flags = 0;
    if (const int failed = mdb_dbi_flags(txn, dbi, &flags)) return lmdb_error(failed, kNames[i]);
    if (flags != 0) {
      return fail(ErrorCode::kCorrupt,
                  std::string("database ") + kNames[i] + " is of another kind");
    }
    databases[i] = dbi;
  }
  // Committing a reader is what keeps the handles for the transactions after it.
  const int rc = mdb_txn_commit(txn);
  txn = nullptr;
  if (rc != 0) return lmdb_error(rc, "LMDB");
  if (const int begun = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn)) {
    return lmdb_error(begun, "no snapshot of the ledger");
  }
  first_txn = mdb_txn_id(txn);
  return {};
}

Reader::Reader(std::unique_ptr<Impl> impl, std::filesystem::path folder)
    : impl_(std::move(impl)), folder_(std::move(folder)) {}
Reader::~Reader() = default;

Result<std::unique_ptr<Reader>> Reader::open(const std::filesystem::path& store_folder) {
  const std::filesystem::path folder = store_folder / "ledger";
  const std::filesystem::path file = folder / "data.mdb";
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  if (failed == std::errc::no_such_file_or_directory || failed == std::errc::not_a_directory) {
    return fail(ErrorCode::kNotFound, "there is no ledger/data.mdb in this folder: it is no store");
  }
  if (failed) return fail(ErrorCode::kIo, "ledger/data.mdb: " + failed.message());
  if (size < 8192) {
    return fail(ErrorCode::kCorrupt, "the file is too short for an LMDB environment");
  }
  auto impl = std::make_unique<Impl>();
  if (auto done = impl->open_environment(folder); !done) return tl::unexpected(done.error());
  if (auto done = impl->open_databases(); !done) return tl::unexpected(done.error());
  return std::unique_ptr<Reader>(new Reader(std::move(impl), store_folder));
}

Result<std::optional<BytesView>> Reader::get(Database database, BytesView key) {
  const auto dbi = impl_->dbi(database);
  if (!dbi) return std::optional<BytesView>();
  MDB_val key_val = to_val(key);
  MDB_val value{};
  const int rc = mdb_get(impl_->txn, *dbi, &key_val, &value);
  if (rc == MDB_NOTFOUND) return std::optional<BytesView>();
  if (rc != 0) return lmdb_error(rc, kNames[static_cast<std::size_t>(database)]);
  return std::optional<BytesView>(to_view(value));
}

std::unique_ptr<Cursor> Reader::cursor(Database database) {
  auto cursor = std::make_unique<StoreCursor>(*impl_);
  if (const auto dbi = impl_->dbi(database)) cursor->open(*dbi);
  return cursor;
}

Result<void> Reader::renew() {
  mdb_txn_reset(impl_->txn);
  if (const int rc = mdb_txn_renew(impl_->txn))
    return lmdb_error(rc, "no newer snapshot of the ledger");
  ++impl_->generation;
  return {};
}

bool Reader::moved() const { return mdb_txn_id(impl_->txn) != impl_->first_txn; }

std::uint64_t Reader::events() {
  const auto dbi = impl_->dbi(Database::kHeaders);
  MDB_stat stat{};
  if (!dbi || mdb_stat(impl_->txn, *dbi, &stat) != 0) return 0;
  return stat.ms_entries;
}

Result<std::vector<std::string>> Reader::names() {
  std::vector<std::string> found;
  MDB_dbi main = 0;
  if (const int rc = mdb_dbi_open(impl_->txn, nullptr, 0, &main)) return lmdb_error(rc, "LMDB");
  MDB_cursor* cursor = nullptr;
  if (const int rc = mdb_cursor_open(impl_->txn, main, &cursor)) return lmdb_error(rc, "LMDB");
  MDB_val key{};
  MDB_val value{};
  int rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
  while (rc == 0 && found.size() < kNamesMax) {
    found.emplace_back(as_text(to_view(key)));
    rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  mdb_cursor_close(cursor);
  if (rc != 0 && rc != MDB_NOTFOUND) return lmdb_error(rc, "LMDB");
  return found;
}

Result<bool> StoreCursor::first() {
  last_.clear();
  return move(MDB_FIRST, {});
}

Result<bool> StoreCursor::seek(BytesView key) {
  last_.clear();
  return move(MDB_SET_RANGE, key);
}

Result<bool> StoreCursor::next() {
  if (generation_ == reader_.generation) return move(MDB_NEXT, {});
  // The snapshot is another one: the row we stood on may be gone, or be where it was.
  const Bytes last = last_;
  const auto found = move(MDB_SET_RANGE, last);
  if (!found || !*found || !std::ranges::equal(key_, last)) return found;
  return move(MDB_NEXT, {});
}

Result<bool> StoreCursor::move(int operation, BytesView from) {
  if (cursor_ == nullptr) return false;
  if (generation_ != reader_.generation) {
    if (const int rc = mdb_cursor_renew(reader_.txn, cursor_)) return lmdb_error(rc, "LMDB");
    generation_ = reader_.generation;
  }
  MDB_val key = to_val(from);
  MDB_val value{};
  const int rc = mdb_cursor_get(cursor_, &key, &value, static_cast<MDB_cursor_op>(operation));
  if (rc == MDB_NOTFOUND) return false;
  if (rc != 0) return lmdb_error(rc, "a row does not read");
  key_ = to_view(key);
  value_ = to_view(value);
  if (key_.size() > kKeyMax)
    return fail(ErrorCode::kCorrupt, "a key that is longer than any of this format");
  const std::string_view last = as_text(last_);
  const bool ascending =
      last < as_text(key_) || (operation == MDB_SET_RANGE && last == as_text(key_));
  if (!ascending && !last.empty()) {
    return fail(ErrorCode::kCorrupt, "the rows of a database are not in the order of their keys");
  }
  last_.assign(key_.begin(), key_.end());
  return true;
}

}  // namespace alpr::verify
