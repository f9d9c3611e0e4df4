// LMDB, wrapped so that a handle closes itself and every code becomes an Error in one function.
//
// Full sync always: none of NOSYNC, NOMETASYNC, WRITEMAP, NOMEMINIT is ever set; the map size is
// set once. Threads: Environment is for any thread; a write Txn stays on the thread that began it;
// a read Txn (NOTLS) may move between threads but is used by one at a time. Every Txn must end
// before its Environment.
#pragma once

#include <lmdb.h>

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::store {

// The databases, in the order of their names in environment.cc. Layout: ledger/store/store.h.
enum class Db : unsigned {
  kMeta,
  kHeaders,
  kPayloads,
  kTiles,
  kCheckpoints,
  kBuckets,
  kHeld,
  kRegisters,
  kScoped,
};
inline constexpr std::size_t kDbCount = 9;

// The one place where LMDB's codes (and errno) become an Error. `doing` completes "while ...".
Error lmdb_error(int code, std::string_view doing);

struct Row {
  BytesView key;
  BytesView value;
};

// A transaction; aborts when destroyed. Views into it are valid until its next write or its end.
class Txn {
 public:
  Txn(Txn&& other) noexcept;
  Txn& operator=(Txn&& other) noexcept;
  Txn(const Txn&) = delete;
  Txn& operator=(const Txn&) = delete;
  ~Txn();

  Result<std::optional<BytesView>> get(Db db, BytesView key) const;
  Result<std::optional<Row>> last(Db db) const;
  // The row with the greatest key <= `key`.
  Result<std::optional<Row>> last_to(Db db, BytesView key) const;
  // Rows with key >= from, in key order, until visit returns false. `visit` must not write to this
  // transaction.
  Result<void> scan(Db db, BytesView from, const std::function<bool(const Row&)>& visit) const;

  Result<void> put(Db db, BytesView key, BytesView value);
  Result<void> append(Db db, BytesView key, BytesView value);  // the key must be above all others
  // A row of this size at the end, for the caller to fill before the transaction's next write.
  Result<std::span<std::uint8_t>> append_space(Db db, BytesView key, std::size_t size);
  // A new row to fill in the same way; where the key is there already, that row instead.
  struct Space {
    std::span<std::uint8_t> fresh;
    std::optional<BytesView> there;
  };
  Result<Space> put_space(Db db, BytesView key, std::size_t size);
  Result<void> erase(Db db, BytesView key);  // absent is fine
  Result<void> clear(Db db);                 // all rows

  // Ends the transaction. 0 or LMDB's code: the caller decides what a failure means.
  int commit();
  void abort();

 private:
  friend class Environment;
  Txn(MDB_txn* txn, const std::array<MDB_dbi, kDbCount>* dbs) : txn_(txn), dbs_(dbs) {}
  MDB_dbi dbi(Db db) const { return (*dbs_)[static_cast<std::size_t>(db)]; }
  MDB_txn* txn_ = nullptr;
  const std::array<MDB_dbi, kDbCount>* dbs_ = nullptr;
};

// Why a commit failed.
struct CommitFailure {
  Error error;
  bool uncertain = false;  // it may be on the disk, or not
};

class Environment {
 public:
  // kRead: for reading alone, beside another process that writes, or where nothing may be written;
  // `map_size` is then the file's own.
  enum class Mode { kCreate, kOpen, kRead };
  // kNotFound, kWrongVersion, kCorrupt (the file is shorter than its own meta page says), kIo.
  static Result<std::unique_ptr<Environment>> open(const std::filesystem::path& folder,
                                                   std::uint64_t map_size, Mode mode);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  Result<Txn> begin_read() const;
  Result<Txn> begin_write();
  // A full disk or map is kNoSpace, and certain unless it was met in the last write, that of the
  // meta page. `doing` as for lmdb_error.
  tl::expected<void, CommitFailure> commit(Txn& txn, std::string_view doing);
  // One snapshot, compacted and synced, as data.mdb of an empty folder; while others write.
  Result<void> copy_to(const std::filesystem::path& folder) const;

 private:
  Environment() = default;
  bool dead() const;  // the environment must be opened anew
  std::uint64_t last_txn_id() const;
  // True when the data file cannot grow by a batch: LMDB calls a short write on a full disk EIO.
  bool out_of_room() const;
  int open_for_reading(const std::filesystem::path& folder);
  Result<void> open_databases(Mode mode);
  MDB_env* env_ = nullptr;
  std::filesystem::path file_;
  std::array<MDB_dbi, kDbCount> dbs_{};
};

// Row keys.
std::array<std::uint8_t, 8> key64(std::uint64_t value);
Result<std::uint64_t> parse_key64(BytesView key, std::string_view database);  // kCorrupt

}  // namespace alpr::store
