// File primitives that survive a crash at any point, and that leave no secret bytes behind.
//
// Every system call of a write goes through file_calls(), so that a test can make the n-th one
// fail. All functions handle EINTR and short writes. Errors: kNoSpace for a full disk, quota or
// file size limit (ENOSPC, EDQUOT, EFBIG; a process that sets RLIMIT_FSIZE must ignore SIGXFSZ),
// kNotFound for an absent file, kIo for the rest, with the path and the system's words. Symbolic
// links are not followed. Threads: any, each on its own paths.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::store {

// Owns a descriptor. Closing reports nothing: what matters was synced before.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// The system calls of the write path, as in the manual pages. `exchange` swaps two names atomically
// (renameat2 with RENAME_EXCHANGE). To be replaced only while no other thread writes.
struct FileCalls {
  int (*open)(const char* path, int flags, mode_t mode);
  ssize_t (*write)(int fd, const void* from, std::size_t count);
  ssize_t (*pwrite)(int fd, const void* from, std::size_t count, off_t offset);
  int (*fdatasync)(int fd);
  int (*fsync)(int fd);
  int (*rename)(const char* from, const char* to);
  int (*exchange)(const char* one, const char* other);
  int (*unlink)(const char* path);
};
FileCalls& file_calls();

// Why a call failed: `doing` is a verb ("write"), `error` an errno value.
Error system_error(std::string_view doing, const std::filesystem::path& path, int error);

// Through file_calls(), with O_CLOEXEC and O_NOFOLLOW.
Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, mode_t mode = 0600);
Result<void> pwrite_all(const FileDescriptor& file, BytesView bytes, std::uint64_t offset,
                        const std::filesystem::path& path);
Result<void> sync_data(const FileDescriptor& file, const std::filesystem::path& path);
// Asks the kernel to begin writing these bytes to the disk, so that a later sync_data() has less to
// wait for. A hint: where it is not taken, the sync does all of it.
void begin_writing(const FileDescriptor& file, std::uint64_t offset, std::uint64_t length);
Result<std::uint64_t> file_size(const FileDescriptor& file, const std::filesystem::path& path);
Result<void> fsync_folder(const std::filesystem::path& folder);
Result<void> make_folder(const std::filesystem::path& folder);  // mode 0700, with its parents
Result<void> remove_file(const std::filesystem::path& path);    // absent is fine; not synced

// Whole, at most `max` bytes (kTooLarge); kNotFound. read_secret_file refuses (kIo) a file that
// group or others may read or write.
Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t max);
Result<Bytes> read_secret_file(const std::filesystem::path& path, std::uint64_t max);
// Exactly [offset, offset + length); kNotFound, kCorrupt when the file ends before.
Result<Bytes> read_part(const std::filesystem::path& path, std::uint64_t offset,
                        std::uint64_t length);

// The name that a file is staged under: path + ".new".
std::filesystem::path staged_path(const std::filesystem::path& path);
// Writes staged_path(path) and fdatasyncs it. What an earlier try left there is zeroed first.
Result<void> stage(const std::filesystem::path& path, BytesView bytes, mode_t mode);
// Puts the staged file in path's place and syncs the folder. A file that was there then lies under
// staged_path(path), for zero_and_remove; where the file system cannot exchange names it has been
// zeroed and is gone already.
Result<void> swap_in(const std::filesystem::path& path);
// Overwrites with zeros, fdatasyncs, unlinks; absent is fine. The folder is not synced. What a file
// system that copies on write, or a drive that remaps, keeps elsewhere is out of reach.
Result<void> zero_and_remove(const std::filesystem::path& path);

// A file is there in full under its name, or not at all; an older one of that name is replaced, not
// zeroed.
Result<void> write_new_file(const std::filesystem::path& path, BytesView bytes, mode_t mode);
Result<void> write_new_file_durably(const std::filesystem::path& path, BytesView bytes,
                                    mode_t mode);
// stage, swap_in, zero_and_remove of what was there: a crash leaves the old file or the new one
// under the name, and at most a staged file, for the next start to zero.
Result<void> replace_and_zero(const std::filesystem::path& path, BytesView bytes,
                              mode_t mode = 0600);

}  // namespace alpr::store
