// The device's folder of batches that the server has not answered yet. A batch is on disk, synced,
// before it is sent, and leaves only when the server said that it has it, or why it never will.
//
//   DIR/last-batch           the highest batch number ever given out, decimal
//   DIR/lock                 held by the one process that uses the folder
//   DIR/pending/N.upload     the wire body of batch N, 20 digits
//   DIR/refused/N.upload     set aside, with N.reason beside it: for a person to look at
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::recognition {

// Owned by one thread; one process a folder.
class UploadQueue {
 public:
  // Makes the folder (mode 0700) where it is missing. kLocked when another process has it. `now` is
  // where a new folder's batch numbers begin: a device that lost its folder must not use a number
  // again, because the server would answer it with the old batch's result.
  static Result<UploadQueue> open(const std::filesystem::path& folder, TimeUs now);
  UploadQueue(UploadQueue&& other) noexcept;
  UploadQueue& operator=(UploadQueue&& other) noexcept;
  ~UploadQueue();

  // The next batch number, durable before it is returned. kConflict when the numbers are used up.
  Result<std::uint64_t> reserve_batch();
  // kNoSpace, kIo; kTooLarge when the folder already holds kPendingMax batches.
  Result<void> put(std::uint64_t batch, BytesView body);
  Result<std::vector<std::uint64_t>> pending() const;  // oldest first
  Result<Bytes> load(std::uint64_t batch) const;
  Result<void> remove(std::uint64_t batch);
  Result<void> set_aside(std::uint64_t batch, std::string_view reason);

  static constexpr std::size_t kPendingMax = 100'000;

 private:
  UploadQueue(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
  std::filesystem::path pending_path(std::uint64_t batch) const;
  std::filesystem::path folder_;
  int lock_;
};

}  // namespace alpr::recognition
