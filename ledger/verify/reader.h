// The auditor's own reader of a store's LMDB environment: read-only, on snapshots, with nothing of
// the writer.
//
// It knows the databases of docs/event-format.md ("At rest") as rows of bytes and no more. Every
// error is one of: kNotFound (there is no store), kCorrupt (the file does not read as what it
// should be: a finding), kIo (the environment failed). LMDB may die on a file that is damaged in
// its own pages; guard.h is for that. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

enum class Database : std::uint8_t { kMeta = 0, kHeaders, kPayloads, kTiles, kCheckpoints };

// A key of one big-endian number.
std::array<std::uint8_t, 8> number_key(std::uint64_t number);

class Cursor;

class Reader {
 public:
  // The folder is the store's; its ledger/data.mdb is opened. Where there is a lock file it is
  // used, so that a live writer does not take away pages under the snapshot; where there is none (a
  // copy), none is made.
  static Result<std::unique_ptr<Reader>> open(const std::filesystem::path& store_folder);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader();

  // Valid until the next renew(). nullopt: no such row.
  Result<std::optional<BytesView>> get(Database database, BytesView key);
  Cursor cursor(Database database);

  // Goes on to the newest commit; cursors find their place again.
  Result<void> renew();
  // Whether the snapshot is of another commit than the first one was.
  bool moved() const;
  // Rows as LMDB counts them; for progress only.
  std::uint64_t rows(Database database);
  // The names of all databases in the environment.
  Result<std::vector<std::string>> names();

 private:
  friend class Cursor;
  struct Impl;
  explicit Reader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Walks one database in key order, and checks that the order is one: a damaged page cannot make it
// walk in circles. Outlived by its reader. Keys are at most 16 bytes in this format; longer ones
// are kCorrupt.
class Cursor {
 public:
  Cursor(Cursor&& other) noexcept;
  Cursor& operator=(Cursor&&) = delete;
  ~Cursor();

  // True: there is a row, and key() and value() are valid until the next call or renew().
  Result<bool> first();
  Result<bool> seek(BytesView key);  // the first row at or after key
  Result<bool> next();
  BytesView key() const { return key_; }
  BytesView value() const { return value_; }

 private:
  friend class Reader;
  struct Impl;
  explicit Cursor(std::unique_ptr<Impl> impl);
  Result<bool> move(int operation, BytesView from);
  std::unique_ptr<Impl> impl_;
  BytesView key_;
  BytesView value_;
};

}  // namespace alpr::verify
