// Where a log comes from, as the checks see it: rows of bytes by database, as docs/event-format.md
// has them. A store folder (reader.h) or a bundle (bundle_source.h). One thread.
//
// Every error is one of: kNotFound (there is no log), kCorrupt (it does not read as what it should
// be: a finding), kIo (the environment failed).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/bundle.h"
#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

enum class Database : std::uint8_t { kMeta = 0, kHeaders, kPayloads, kTiles, kCheckpoints };

// A key of one big-endian number.
std::array<std::uint8_t, 8> number_key(std::uint64_t number);

// Walks one database in key order, and checks that the order is one: damage cannot make it walk in
// circles. Outlived by its source. Keys are at most 16 bytes in this format; longer ones are
// kCorrupt.
class Cursor {
 public:
  virtual ~Cursor() = default;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // True: there is a row, and key() and value() are valid until the next call or renew().
  virtual Result<bool> first() = 0;
  virtual Result<bool> seek(BytesView key) = 0;  // the first row at or after key
  virtual Result<bool> next() = 0;
  BytesView key() const { return key_; }
  BytesView value() const { return value_; }

 protected:
  Cursor() = default;
  BytesView key_;
  BytesView value_;
};

class Source {
 public:
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // Valid until the next get or renew(). nullopt: no such row.
  virtual Result<std::optional<BytesView>> get(Database database, BytesView key) = 0;
  virtual std::unique_ptr<Cursor> cursor(Database database) = 0;

  // Goes on to the newest commit; cursors find their place again.
  virtual Result<void> renew() = 0;
  // Whether the snapshot is of another commit than the first one was.
  virtual bool moved() const = 0;
  // How many events there are, where that is known; for progress only.
  virtual std::uint64_t events() = 0;
  // The names of all databases there are.
  virtual Result<std::vector<std::string>> names() = 0;

  // What goes with a store beside its rows lies here; nullptr: there is nothing of it to look at.
  virtual const std::filesystem::path* folder() const = 0;
  // How the bundle begins; nullptr: it is none, so tiles are stored and boxes are there.
  virtual const chain::BundleStart* bundle() const = 0;

 protected:
  Source() = default;
};

}  // namespace alpr::verify
