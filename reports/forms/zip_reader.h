// A zip that somebody hands in: which files it has, and what is in one. Everything of it is
// doubted, and bounded before it is unpacked. Pure; one thread per archive.
//
// APPNOTE.TXT 6.3.3, stored and deflated files. Not taken: more than one disk, zip64, encryption,
// other methods, names twice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::forms {

struct ZipLimits {
  std::size_t files_max = 512;
  std::size_t file_bytes_max = std::size_t{32} << 20;   // of one, unpacked
  std::size_t total_bytes_max = std::size_t{64} << 20;  // of all that are read, unpacked
  // A file over 1 MiB that is packed tighter than this is a bomb and not a document.
  std::size_t ratio_max = 200;
};

class ZipReader {
 public:
  // Borrows `bytes`. kMalformed says what is wrong with the archive; kTooLarge: too many files.
  static Result<ZipReader> open(BytesView bytes, const ZipLimits& limits = {});

  bool has(std::string_view name) const { return find(name) != nullptr; }
  // kNotFound; kMalformed: damaged, or not as long as it says; kTooLarge: over a limit.
  Result<std::string> read(std::string_view name);

 private:
  struct Entry {
    std::string name;
    std::uint16_t method = 0;
    std::uint32_t crc = 0;
    std::size_t packed = 0;
    std::size_t bytes = 0;
    std::size_t at = 0;  // of its local header
  };
  ZipReader(BytesView bytes, const ZipLimits& limits) : bytes_(bytes), limits_(limits) {}
  Result<void> read_directory();
  Result<Entry> entry_at(std::size_t& at) const;
  const Entry* find(std::string_view name) const;
  Result<BytesView> packed_bytes(const Entry& entry) const;

  BytesView bytes_;
  ZipLimits limits_;
  std::vector<Entry> entries_;
  std::size_t read_bytes_ = 0;
};

}  // namespace alpr::forms
