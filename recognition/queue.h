// The device's folder of batches that the server has not answered yet. A batch is on disk, synced,
// before it is sent, and leaves only when the server said that it has it, or why it never will.
//
//   DIR/last-batch           the highest batch number ever given out, decimal
//   DIR/last-link            link_of() the newest batch, once that is not pending any more, hex
//   DIR/lock                 held by the one process that uses the folder
//   DIR/pending/N.upload     batch N, 20 digits, sealed
//   DIR/refused/N.upload     set aside, with N.reason beside it: for a person to look at
//
// Sealed: "PLQ1" || nonce || the wire body under XChaCha20-Poly1305, with a key that is derived
// from the device's and the batch number as associated data, so that who finds the folder without
// the credentials reads no plate in it. A file of another beginning is a wire body as it was
// queued by readers of before, and is sent as it is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/types.h"

namespace alpr::recognition {

// One process a folder. Batches are queued by one thread at a time, and sent by one; the two may be
// different threads.
class UploadQueue {
 public:
  // Makes the folder (mode 0700) where it is missing. kLocked when another process has it. `now` is
  // where a new folder's batch numbers begin: a device that lost its folder must not use a number
  // again, because the server would answer it with the old batch's result. `key` is the device's.
  static Result<UploadQueue> open(const std::filesystem::path& folder, TimeUs now,
                                  const chain::SigningKey& key);
  UploadQueue(UploadQueue&& other) noexcept;
  UploadQueue& operator=(UploadQueue&& other) noexcept;
  ~UploadQueue();

  // The next batch number, durable before it is returned. kConflict when the numbers are used up.
  Result<std::uint64_t> reserve_batch();
  // What the next batch names as "previous" (recognition/upload/upload_format.h).
  Digest last_link() const;
  // `link` is the batch's own. kNoSpace, kIo; kTooLarge when the folder already holds kPendingMax
  // batches.
  Result<void> put(std::uint64_t batch, BytesView body, const Digest& link);
  Result<std::vector<std::uint64_t>> pending() const;  // oldest first
  // The wire body. kCorrupt: it was changed, or queued under another device's key.
  Result<Bytes> load(std::uint64_t batch) const;
  Result<void> remove(std::uint64_t batch);
  Result<void> set_aside(std::uint64_t batch, std::string_view reason);

  static constexpr std::size_t kPendingMax = 100'000;

 private:
  UploadQueue(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
  std::filesystem::path pending_path(std::uint64_t batch) const;
  Result<void> find_last_link();
  Result<void> keep_last_link(std::uint64_t leaving);
  std::filesystem::path folder_;
  int lock_;
  Digest seal_key_{};
  std::unique_ptr<std::mutex> newest_lock_ = std::make_unique<std::mutex>();  // of the two below
  Digest last_link_{};                                                        // kFirstLink
  std::optional<std::uint64_t> newest_;  // pending, with last_link_
};

}  // namespace alpr::recognition
