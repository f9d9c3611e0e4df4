// Photos that come into a folder. By looking again and again: it works on network disks too, where
// the system tells nobody of new files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::recognition {

// A folder's photos (.jpg, .jpeg, .png, not hidden, not deeper) in the order of their names.
// kNotFound or kIo; kTooLarge when it has more than kFolderEntriesMax entries. Any thread.
Result<std::vector<std::filesystem::path>> photos_of(const std::filesystem::path& folder);
inline constexpr std::size_t kFolderEntriesMax = 100'000;

// Owned by one thread.
class FolderWatch {
 public:
  // What is there now is not new. Errors as photos_of().
  static Result<FolderWatch> start(std::filesystem::path folder);
  // Photos that are new or were written again, by name, each once: when its size and time are those
  // of the poll before, so that a file which is still being written is left alone.
  Result<std::vector<std::filesystem::path>> poll();

 private:
  struct Seen {
    std::uintmax_t bytes = 0;
    std::filesystem::file_time_type changed;
    bool told = false;
  };
  explicit FolderWatch(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
  std::map<std::filesystem::path, Seen> seen_;
};

}  // namespace alpr::recognition
