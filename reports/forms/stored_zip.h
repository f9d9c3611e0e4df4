// A zip of files that are stored as they are: no compression, so that the bytes depend on no
// version of a compressor; every file dated 1980-01-01 00:00, the zip format's own beginning.
// Pure; any thread.
//
// APPNOTE.TXT 6.3.3: a local header and the bytes per file, then the central directory and its end
// record. Below 4 GiB and 65,535 files; more is kTooLarge, or ALPR_CHECKed where it
// is one call.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::forms {

struct ZipFile {
  std::string name;  // ASCII, '/' between folders
  std::string bytes;
};

std::string stored_zip(const std::vector<ZipFile>& files);

// Where a zip goes while it is written: at the end, and into what is there already.
struct ZipOutput {
  std::function<Result<void>(std::string_view bytes)> append;
  std::function<Result<void>(std::uint64_t at, std::string_view bytes)> patch;
};
ZipOutput to_string(std::string& zip);  // which outlives the writer

// The same bytes as stored_zip() gives, without a file of it in memory: how long a file is and its
// checksum are filled in when it ends. What the output says is handed on. One thread.
class ZipWriter {
 public:
  explicit ZipWriter(ZipOutput out) : out_(std::move(out)) {}
  Result<void> begin(std::string name);
  Result<void> write(std::string_view bytes);  // of the file that was begun
  Result<void> end();
  Result<void> finish();  // after the last file; once

 private:
  struct Entry {
    std::string name;
    std::uint64_t at = 0;  // of its local header
    std::uint64_t bytes = 0;
    std::uint32_t crc = 0;
  };
  Result<void> append(std::string_view bytes);

  ZipOutput out_;
  std::vector<Entry> entries_;
  std::uint64_t size_ = 0;  // of all so far
};

}  // namespace alpr::forms
