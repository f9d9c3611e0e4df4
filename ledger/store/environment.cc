#include "ledger/store/environment.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <utility>

#include "ledger/chain/encoding.h"
#include "ledger/store/files.h"

namespace alpr::store {

namespace {

constexpr std::array<const char*, kDbCount> kNames = {"meta",  "headers",     "payloads",
                                                      "tiles", "checkpoints", "buckets",
                                                      "held",  "registers",   "scoped"};
constexpr unsigned kDatabasesMax = 16;
constexpr unsigned kReadersMax = 1024;
// More than any batch writes at once; a file that cannot grow by this much is called full.
constexpr std::uint64_t kRoomBytes = 64ULL << 20;

MDB_val val(BytesView bytes) {
  // LMDB's API is not const-correct; it does not write through keys and values given to it.
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}
BytesView view(const MDB_val& v) {
  return {static_cast<const std::uint8_t*>(v.mv_data), v.mv_size};
}

ErrorCode code_of(int code) {
  switch (code) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EFBIG:
    case EDQUOT:
      return ErrorCode::kNoSpace;
    case MDB_VERSION_MISMATCH:
    case MDB_INVALID:
      return ErrorCode::kWrongVersion;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PAGE_FULL:
    case MDB_CURSOR_FULL:
    case MDB_KEYEXIST:
    case MDB_INCOMPATIBLE:
      return ErrorCode::kCorrupt;
    case MDB_NOTFOUND:
    case ENOENT:
      return ErrorCode::kNotFound;
    case MDB_READERS_FULL:
      return ErrorCode::kBusy;
    case MDB_BAD_VALSIZE:
      return ErrorCode::kTooLarge;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

Error lmdb_error(int code, std::string_view doing) {
  return {code_of(code), fmt::format("{} (LMDB {}) while {}", mdb_strerror(code), code, doing)};
}

Txn::Txn(Txn&& other) noexcept : txn_(std::exchange(other.txn_, nullptr)), dbs_(other.dbs_) {}

Txn& Txn::operator=(Txn&& other) noexcept {
  if (this != &other) {
    abort();
    txn_ = std::exchange(other.txn_, nullptr);
    dbs_ = other.dbs_;
  }
  return *this;
}

Txn::~Txn() { abort(); }

void Txn::abort() {
  if (txn_ != nullptr) mdb_txn_abort(std::exchange(txn_, nullptr));
}

int Txn::commit() { return mdb_txn_commit(std::exchange(txn_, nullptr)); }

Result<std::optional<BytesView>> Txn::get(Db db, BytesView key) const {
  MDB_val k = val(key);
  MDB_val v{};
  const int rc = mdb_get(txn_, dbi(db), &k, &v);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  if (rc != 0) return tl::unexpected(lmdb_error(rc, "reading a row"));
  return view(v);
}

namespace {

struct CursorCloser {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using Cursor = std::unique_ptr<MDB_cursor, CursorCloser>;

Result<Cursor> open_cursor(MDB_txn* txn, MDB_dbi dbi) {
  MDB_cursor* raw = nullptr;
  if (const int rc = mdb_cursor_open(txn, dbi, &raw); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "opening a cursor"));
  }
  return Cursor(raw);
}

}  // namespace

Result<std::optional<Row>> Txn::last(Db db) const {
  auto cursor = open_cursor(txn_, dbi(db));
  if (!cursor) return tl::unexpected(cursor.error());
  MDB_val k{};
  MDB_val v{};
  const int rc = mdb_cursor_get(cursor->get(), &k, &v, MDB_LAST);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  if (rc != 0) return tl::unexpected(lmdb_error(rc, "reading the last row"));
  return Row{view(k), view(v)};
}

Result<std::optional<Row>> Txn::last_to(Db db, BytesView key) const {
  auto cursor = open_cursor(txn_, dbi(db));
  if (!cursor) return tl::unexpected(cursor.error());
  MDB_val k = val(key);
  MDB_val v{};
  int rc = mdb_cursor_get(cursor->get(), &k, &v, MDB_SET_RANGE);
  if (rc == MDB_NOTFOUND) {
    rc = mdb_cursor_get(cursor->get(), &k, &v, MDB_LAST);
  } else if (rc == 0 && !std::ranges::equal(view(k), key)) {
    rc = mdb_cursor_get(cursor->get(), &k, &v, MDB_PREV);
  }
  if (rc == MDB_NOTFOUND) return std::nullopt;
  if (rc != 0) return tl::unexpected(lmdb_error(rc, "reading the row at or before a key"));
  return Row{view(k), view(v)};
}

Result<void> Txn::scan(Db db, BytesView from, const std::function<bool(const Row&)>& visit) const {
  auto cursor = open_cursor(txn_, dbi(db));
  if (!cursor) return tl::unexpected(cursor.error());
  MDB_val k = val(from);
  MDB_val v{};
  // LMDB refuses an empty key, which here means from the first row.
  int rc = mdb_cursor_get(cursor->get(), &k, &v, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (rc == 0) {
    if (!visit(Row{view(k), view(v)})) return {};
    rc = mdb_cursor_get(cursor->get(), &k, &v, MDB_NEXT);
  }
  if (rc != MDB_NOTFOUND) return tl::unexpected(lmdb_error(rc, "scanning rows"));
  return {};
}

Result<void> Txn::put(Db db, BytesView key, BytesView value) {
  MDB_val k = val(key);
  MDB_val v = val(value);
  if (const int rc = mdb_put(txn_, dbi(db), &k, &v, 0); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "writing a row"));
  }
  return {};
}

Result<void> Txn::append(Db db, BytesView key, BytesView value) {
  MDB_val k = val(key);
  MDB_val v = val(value);
  if (const int rc = mdb_put(txn_, dbi(db), &k, &v, MDB_APPEND); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "appending a row"));
  }
  return {};
}

Result<std::span<std::uint8_t>> Txn::append_space(Db db, BytesView key, std::size_t size) {
  MDB_val k = val(key);
  MDB_val v{size, nullptr};
  if (const int rc = mdb_put(txn_, dbi(db), &k, &v, MDB_APPEND | MDB_RESERVE); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "appending a row"));
  }
  return std::span(static_cast<std::uint8_t*>(v.mv_data), size);
}

Result<Txn::Space> Txn::put_space(Db db, BytesView key, std::size_t size) {
  MDB_val k = val(key);
  MDB_val v{size, nullptr};
  const int rc = mdb_put(txn_, dbi(db), &k, &v, MDB_NOOVERWRITE | MDB_RESERVE);
  if (rc == MDB_KEYEXIST) return Space{{}, view(v)};
  if (rc != 0) return tl::unexpected(lmdb_error(rc, "writing a row"));
  return Space{std::span(static_cast<std::uint8_t*>(v.mv_data), size), std::nullopt};
}

Result<void> Txn::erase(Db db, BytesView key) {
  MDB_val k = val(key);
  const int rc = mdb_del(txn_, dbi(db), &k, nullptr);
  if (rc != 0 && rc != MDB_NOTFOUND) return tl::unexpected(lmdb_error(rc, "erasing a row"));
  return {};
}

Result<void> Txn::clear(Db db) {
  if (const int rc = mdb_drop(txn_, dbi(db), /*del=*/0); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "emptying a database"));
  }
  return {};
}

namespace {

// A page beyond the end of a cut-off file would be a bus error at some later read.
Result<void> check_length(MDB_env* env, const std::filesystem::path& file) {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env, &info);
  mdb_env_stat(env, &stat);
  std::error_code ec;
  const std::uint64_t have = std::filesystem::file_size(file, ec);
  if (ec || have < (info.me_last_pgno + 1) * stat.ms_psize) {
    return fail(ErrorCode::kCorrupt, "the data file is shorter than its own first page says");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Environment>> Environment::open(const std::filesystem::path& folder,
                                                       std::uint64_t map_size, Mode mode) {
  std::unique_ptr<Environment> made(new Environment());
  made->file_ = folder / "data.mdb";
  if (mode != Mode::kCreate && !std::filesystem::exists(made->file_)) {
    return fail(ErrorCode::kNotFound, "there is no store: data.mdb is missing");
  }
  if (mode == Mode::kRead) {
    if (const int rc = made->open_for_reading(folder); rc != 0)
      return tl::unexpected(lmdb_error(rc, "opening the store for reading"));
    if (auto ok = check_length(made->env_, made->file_); !ok) return tl::unexpected(ok.error());
    if (auto opened = made->open_databases(mode); !opened) return tl::unexpected(opened.error());
    return made;
  }
  if (const int rc = mdb_env_create(&made->env_); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "making an environment"));
  }
  mdb_env_set_maxdbs(made->env_, kDatabasesMax);
  mdb_env_set_maxreaders(made->env_, kReadersMax);
  if (const int rc = mdb_env_set_mapsize(made->env_, map_size); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "setting the map size"));
  }
  if (const int rc = mdb_env_open(made->env_, folder.c_str(), MDB_NOTLS, 0600); rc != 0) {
    Error error = lmdb_error(rc, "opening the store");
    if (error.code == ErrorCode::kWrongVersion) {
      error.detail = "data.mdb is not of this version's format: " + error.detail;
    }
    return tl::unexpected(std::move(error));
  }
  if (auto ok = check_length(made->env_, made->file_); !ok) return tl::unexpected(ok.error());
  int dead = 0;
  mdb_reader_check(made->env_, &dead);
  if (auto opened = made->open_databases(mode); !opened) return tl::unexpected(opened.error());
  return made;
}

// With the lock file where it may be written, so that a live writer keeps the pages that are read;
// a copy on a read-only disk needs none.
int Environment::open_for_reading(const std::filesystem::path& folder) {
  int rc = 0;
  for (const unsigned flags : {0U, unsigned{MDB_NOLOCK}}) {
    if (rc = mdb_env_create(&env_); rc != 0) return rc;
    mdb_env_set_maxdbs(env_, kDatabasesMax);
    rc = mdb_env_open(env_, folder.c_str(), MDB_RDONLY | MDB_NOTLS | flags, 0600);
    if (rc == 0) return 0;
    mdb_env_close(std::exchange(env_, nullptr));
    if (rc != EACCES && rc != EROFS && rc != EPERM) return rc;
  }
  return rc;
}

Result<void> Environment::open_databases(Mode mode) {
  MDB_txn* txn = nullptr;
  const unsigned reading = mode == Mode::kRead ? MDB_RDONLY : 0;
  if (const int rc = mdb_txn_begin(env_, nullptr, reading, &txn); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "opening the databases"));
  }
  for (std::size_t i = 0; i < kDbCount; ++i) {
    const unsigned flags = mode == Mode::kCreate ? MDB_CREATE : 0;
    if (const int rc = mdb_dbi_open(txn, kNames[i], flags, &dbs_[i]); rc != 0) {
      mdb_txn_abort(txn);
      const bool absent = rc == MDB_NOTFOUND;
      return fail(
          absent ? ErrorCode::kWrongVersion : code_of(rc),
          fmt::format("the store's database '{}' does not open: {}", kNames[i], mdb_strerror(rc)));
    }
  }
  if (const int rc = mdb_txn_commit(txn); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "opening the databases"));
  }
  return {};
}

Environment::~Environment() {
  if (env_ != nullptr) mdb_env_close(env_);
}

Result<Txn> Environment::begin_read() const {
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "beginning to read"));
  }
  return Txn(txn, &dbs_);
}

Result<Txn> Environment::begin_write() {
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(env_, nullptr, 0, &txn); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "beginning to write"));
  }
  return Txn(txn, &dbs_);
}

tl::expected<void, CommitFailure> Environment::commit(Txn& txn, std::string_view doing) {
  const std::uint64_t before = last_txn_id();
  const int rc = txn.commit();
  if (rc == 0) return {};
  Error error = lmdb_error(rc, doing);
  // After a failed write of a meta page, whatever the reason, LMDB answers nothing any more.
  if (dead()) return tl::unexpected(CommitFailure{std::move(error), /*uncertain=*/true});
  if (error.code == ErrorCode::kNoSpace) {
    return tl::unexpected(CommitFailure{std::move(error), /*uncertain=*/false});
  }
  // A write cut short by a full disk comes as EIO, before the meta page is touched.
  const bool cut_short = last_txn_id() == before && out_of_room();
  if (cut_short) error.code = ErrorCode::kNoSpace;
  return tl::unexpected(CommitFailure{std::move(error), !cut_short});
}

bool Environment::dead() const {
  MDB_txn* txn = nullptr;
  const int rc = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  if (txn != nullptr) mdb_txn_abort(txn);
  return rc == MDB_PANIC;
}

Result<void> Environment::copy_to(const std::filesystem::path& folder) const {
  if (const int rc = mdb_env_copy2(env_, folder.c_str(), MDB_CP_COMPACT); rc != 0)
    return tl::unexpected(lmdb_error(rc, "copying the store"));
  // LMDB writes past the page cache where it can, and does not sync the file's size.
  const auto file = open_file(folder / "data.mdb", O_RDONLY);
  if (!file) return tl::unexpected(file.error());
  auto done = sync_data(*file, folder / "data.mdb");
  if (done) done = fsync_folder(folder);
  return done;
}

std::uint64_t Environment::last_txn_id() const {
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  return info.me_last_txnid;
}

bool Environment::out_of_room() const {
  struct statvfs disk {};
  if (statvfs(file_.c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize < kRoomBytes) return true;
  struct rlimit limit {};
  struct stat file {};
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  if (stat(file_.c_str(), &file) != 0) return false;
  return static_cast<std::uint64_t>(file.st_size) + kRoomBytes > limit.rlim_cur;
}

std::array<std::uint8_t, 8> key64(std::uint64_t value) {
  std::array<std::uint8_t, 8> out{};
  for (int i = 7; i >= 0; --i, value >>= 8) out[static_cast<std::size_t>(i)] = value & 0xff;
  return out;
}

Result<std::uint64_t> parse_key64(BytesView key, std::string_view database) {
  if (key.size() != 8) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("a row of '{}' has a key of {} bytes", database, key.size()));
  }
  return chain::get_be64(key.data());
}

}  // namespace alpr::store
