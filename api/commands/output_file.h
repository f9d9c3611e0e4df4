// A new file that a command writes piece by piece. It is there once it is finished, or not at all:
// until then it has ".unfinished" behind its name. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "ledger/chain/error.h"

namespace alpr::api {

class OutputFile {
 public:
  OutputFile() = default;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();  // unfinished: removes it

  // kConflict: there is such a file. kIo.
  Result<void> open(const std::filesystem::path& path);
  Result<void> append(std::string_view bytes);                   // kIo, as all below
  Result<void> patch(std::uint64_t at, std::string_view bytes);  // of what was appended
  Result<void> finish();
  std::uint64_t size() const { return size_; }

 private:
  Result<void> written() const;

  std::filesystem::path path_, unfinished_;
  std::ofstream file_;
  std::uint64_t size_ = 0;
};

}  // namespace alpr::api
