#include "ledger/verify/reader.h"

#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "ledger/chain/encoding.h"
#include "ledger/verify/pages.h"

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
  std::size_t first_txn = 0;
  std::uint64_t generation = 0;
  std::optional<Pages> pages;
  std::array<DatabaseRoot, kNames.size()> roots;                  // of this snapshot
  std::array<std::optional<PageCursor>, kNames.size()> for_gets;  // where each get begins

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (txn != nullptr) mdb_txn_abort(txn);
    if (env != nullptr) mdb_env_close(env);
  }

  Result<void> open_environment(const std::filesystem::path& folder);
  Result<void> begin();
  Result<void> find_roots();
};

class StoreCursor : public Cursor {
 public:
  StoreCursor(const Reader::Impl& reader, Database database)
      : reader_(reader),
        database_(static_cast<std::size_t>(database)),
        generation_(reader.generation),
        rows_(*reader.pages, reader.roots[database_]) {}
  Result<bool> first() override;
  Result<bool> seek(BytesView key) override;
  Result<bool> next() override;

 private:
  void keep_up();
  Result<bool> check(const Result<bool>& found, bool may_be_last);
  const Reader::Impl& reader_;
  std::size_t database_;
  std::uint64_t generation_;
  PageCursor rows_;
  std::array<std::uint8_t, kKeyMax> last_{};  // the key last returned
  std::size_t last_size_ = 0;                 // 0: none was
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

Result<void> Reader::Impl::begin() {
  if (const int rc = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn))
    return lmdb_error(rc, "no snapshot of the ledger");
  first_txn = mdb_txn_id(txn);
  MDB_stat stat{};
  mdb_filehandle_t file = 0;
  if (const int rc = mdb_env_stat(env, &stat)) return lmdb_error(rc, "LMDB");
  if (const int rc = mdb_env_get_fd(env, &file)) return lmdb_error(rc, "LMDB");
  pages.emplace(file, stat.ms_psize);
  for (auto& cursor : for_gets) cursor.emplace(*pages, DatabaseRoot{});
  return find_roots();
}

// Where the databases of this snapshot begin; one that is not there has no rows.
Result<void> Reader::Impl::find_roots() {
  MDB_dbi main = 0;
  if (const int rc = mdb_dbi_open(txn, nullptr, 0, &main)) return lmdb_error(rc, "LMDB");
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    MDB_val name = to_val(as_bytes(kNames[i]));
    MDB_val record{};
    roots[i] = {};
    const int rc = mdb_get(txn, main, &name, &record);
    if (rc != 0 && rc != MDB_NOTFOUND) return lmdb_error(rc, kNames[i]);
    if (rc == 0) {
      const auto root = DatabaseRoot::parse(to_view(record));
      if (!root)
        return fail(root.error().code, std::string(kNames[i]) + ": " + root.error().detail);
      roots[i] = *root;
    }
    for_gets[i]->renew(roots[i]);
  }
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
  if (auto done = impl->begin(); !done) return tl::unexpected(done.error());
  return std::unique_ptr<Reader>(new Reader(std::move(impl), store_folder));
}

Result<std::optional<BytesView>> Reader::get(Database database, BytesView key) {
  PageCursor& rows = *impl_->for_gets[static_cast<std::size_t>(database)];
  const auto found = rows.seek(key);
  if (!found) return tl::unexpected(found.error());
  if (!*found || !std::ranges::equal(rows.key(), key)) return std::optional<BytesView>();
  return std::optional<BytesView>(rows.value());
}

std::unique_ptr<Cursor> Reader::cursor(Database database) {
  return std::make_unique<StoreCursor>(*impl_, database);
}

Result<void> Reader::renew() {
  mdb_txn_reset(impl_->txn);
  if (const int rc = mdb_txn_renew(impl_->txn))
    return lmdb_error(rc, "no newer snapshot of the ledger");
  ++impl_->generation;
  return impl_->find_roots();
}

bool Reader::moved() const { return mdb_txn_id(impl_->txn) != impl_->first_txn; }

std::uint64_t Reader::events() {
  return impl_->roots[static_cast<std::size_t>(Database::kHeaders)].rows;
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

void StoreCursor::keep_up() {
  if (generation_ == reader_.generation) return;
  rows_.renew(reader_.roots[database_]);
  generation_ = reader_.generation;
}

Result<bool> StoreCursor::first() {
  keep_up();
  last_size_ = 0;
  return check(rows_.first(), /*may_be_last=*/false);
}

Result<bool> StoreCursor::seek(BytesView key) {
  keep_up();
  last_size_ = 0;
  return check(rows_.seek(key), /*may_be_last=*/false);
}

Result<bool> StoreCursor::next() {
  if (generation_ == reader_.generation) return check(rows_.next(), /*may_be_last=*/false);
  // The snapshot is another one: the row we stood on may be gone, or be where it was.
  keep_up();
  const std::array<std::uint8_t, kKeyMax> last = last_;
  const BytesView before = BytesView(last).first(last_size_);
  const auto found = check(rows_.seek(before), /*may_be_last=*/true);
  if (!found || !*found || !std::ranges::equal(key_, before)) return found;
  return check(rows_.next(), /*may_be_last=*/false);
}

Result<bool> StoreCursor::check(const Result<bool>& found, bool may_be_last) {
  if (!found || !*found) return found;
  key_ = rows_.key();
  value_ = rows_.value();
  if (key_.size() > kKeyMax)
    return fail(ErrorCode::kCorrupt, "a key that is longer than any of this format");
  const std::string_view last = as_text(BytesView(last_).first(last_size_));
  const bool ascending = last < as_text(key_) || (may_be_last && last == as_text(key_));
  if (!ascending && last_size_ != 0)
    return fail(ErrorCode::kCorrupt, "the rows of a database are not in the order of their keys");
  std::ranges::copy(key_, last_.begin());
  last_size_ = key_.size();
  return true;
}

}  // namespace alpr::verify
