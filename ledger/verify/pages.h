// The rows of one database of an LMDB file, read page by page with pread instead of through LMDB's
// map: on a virtual machine the first touch of a mapped page costs ten times the reading of it
// (docs/decisions/0012). LMDB itself pins the snapshot; this only reads what the snapshot's root
// leads to.
//
// Every offset, size and page number is checked before it is followed, so a damaged file is an
// error (kCorrupt) and no crash. Format: LMDB 0.9, 64-bit, little-endian, without DUPSORT. One
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

// One database of one snapshot: the MDB_db record that stands under its name.
struct DatabaseRoot {
  unsigned depth = 0;  // 0: it is empty
  std::uint64_t rows = 0;
  std::uint64_t page = 0;                               // of the tree's root
  static Result<DatabaseRoot> parse(BytesView record);  // kCorrupt
};

class Pages {
 public:
  Pages(int file, std::size_t page_size) : file_(file), page_size_(page_size) {}
  std::size_t page_size() const { return page_size_; }
  // So many bytes from the page's beginning on. kCorrupt: the file ends before; kIo.
  Result<void> read(std::uint64_t page, std::span<std::uint8_t> to) const;

 private:
  int file_;  // stays the caller's
  std::size_t page_size_;
};

// Stands on a row, or on none. Rows are views, valid until the next call.
class PageCursor {
 public:
  PageCursor(const Pages& pages, const DatabaseRoot& root) : pages_(&pages), root_(root) {}

  // The same place means nothing in another snapshot: what is known of pages is forgotten,
  // and the cursor stands on no row.
  void renew(const DatabaseRoot& root);

  Result<bool> first();
  Result<bool> seek(BytesView key);  // the first row at or after key
  Result<bool> next();               // false where none of the above answered true
  BytesView key() const { return key_; }
  BytesView value() const { return value_; }

 private:
  struct Level {
    std::optional<std::uint64_t> number;  // of the page that `bytes` holds
    Bytes bytes;
    std::size_t count = 0;  // rows, or children
    std::size_t at = 0;
  };
  struct Node {
    BytesView key;
    std::uint64_t size_or_page = 0;  // a leaf's value, a branch's child
    unsigned flags = 0;
    std::size_t data = 0;  // where the value begins in the page
  };

  Result<void> load(std::size_t depth, std::uint64_t page);
  static bool node(const Level& level, std::size_t at, Node& node);  // false: damaged
  Result<bool> descend(std::size_t depth, std::uint64_t page, const BytesView* to);
  Result<std::size_t> lower_bound(const Level& level, BytesView key, bool branch) const;
  Result<bool> stand();

  const Pages* pages_;
  DatabaseRoot root_;
  std::vector<Level> path_;  // from the root down
  Bytes overflow_;           // a value that has pages of its own
  BytesView key_;
  BytesView value_;
};

}  // namespace alpr::verify
