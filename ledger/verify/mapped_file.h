// A file's bytes in memory, without reading them all in. What comes from a pipe is first put into a
// temporary file that has no name. The bytes live as long as this; any thread. A file that is cut
// off while it is mapped kills the process that reads it: guard.h is for that.
#pragma once

#include <filesystem>
#include <functional>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

class MappedFile {
 public:
  static Result<MappedFile> open(const std::filesystem::path& file);  // kNotFound, kIo
  // Reads the descriptor to its end; it stays open. kIo, kNoSpace.
  static Result<MappedFile> spool(int from);
  // What `fill` gives to the sink. Its errors, kIo, kNoSpace.
  using Sink = std::function<Result<void>(BytesView)>;
  static Result<MappedFile> filled(const std::function<Result<void>(const Sink&)>& fill);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  BytesView bytes() const { return bytes_; }

 private:
  explicit MappedFile(BytesView bytes) : bytes_(bytes) {}
  static Result<MappedFile> map(int file);
  BytesView bytes_;  // empty: nothing is mapped
};

}  // namespace alpr::verify
