#include "ledger/store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace alpr::store {
namespace {

int real_open(const char* path, int flags, mode_t mode) { return ::open(path, flags, mode); }

int real_exchange(const char* one, const char* other) {
  return ::renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

// Runs a call that answers -1 and errno until no signal interrupts it.
template <typename Call>
auto uninterrupted(Call call) {
  auto answer = call();
  while (answer == -1 && errno == EINTR) answer = call();
  return answer;
}

tl::unexpected<Error> failed(std::string_view doing, const std::filesystem::path& path) {
  return tl::unexpected(system_error(doing, path, errno));
}

bool cannot_exchange(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  const auto folder = path.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

Result<void> write_all(const FileDescriptor& file, BytesView bytes,
                       const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count =
        uninterrupted([&] { return file_calls().write(file.get(), bytes.data(), bytes.size()); });
    if (count < 0) return failed("write", path);
    if (count == 0) return fail(ErrorCode::kIo, fmt::format("cannot write {}", path.string()));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> zero(const FileDescriptor& file, const std::filesystem::path& path) {
  static constexpr std::array<std::uint8_t, 4096> kZeros{};
  const auto size = file_size(file, path);
  if (!size) return tl::unexpected(size.error());
  for (std::uint64_t at = 0; at < *size; at += kZeros.size()) {
    const auto count = std::min<std::uint64_t>(kZeros.size(), *size - at);
    const auto written = pwrite_all(file, BytesView(kZeros).first(count), at, path);
    if (!written) return written;
  }
  return sync_data(file, path);
}

// Reads do not pass through file_calls(): they cannot harm what is on disk.
Result<FileDescriptor> open_to_read(const std::filesystem::path& path) {
  FileDescriptor file(uninterrupted(
      [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); }));
  if (file.get() < 0) return failed("open", path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed("stat", path);
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kIo, fmt::format("{} is not a regular file", path.string()));
  }
  return file;
}

// Fills `out` from `offset` on; the count is less only at the file's end.
Result<std::size_t> pread_all(const FileDescriptor& file, std::span<std::uint8_t> out,
                              std::uint64_t offset, const std::filesystem::path& path) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = uninterrupted([&] {
      return ::pread(file.get(), out.data() + done, out.size() - done,
                     static_cast<off_t>(offset + done));
    });
    if (count < 0) return failed("read", path);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<Bytes> read_whole(const FileDescriptor& file, std::uint64_t max,
                         const std::filesystem::path& path) {
  const auto size = file_size(file, path);
  if (!size) return tl::unexpected(size.error());
  if (*size > max) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} has {} bytes, more than the {} it may have",
                                                  path.string(), *size, max));
  }
  Bytes bytes(*size);
  const auto count = pread_all(file, bytes, 0, path);
  if (!count) return tl::unexpected(count.error());
  bytes.resize(*count);
  return bytes;
}

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

FileCalls& file_calls() {
  static FileCalls calls{real_open, ::write,  ::pwrite,      ::fdatasync,
                         ::fsync,   ::rename, real_exchange, ::unlink};
  return calls;
}

Error system_error(std::string_view doing, const std::filesystem::path& path, int error) {
  auto code = ErrorCode::kIo;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) code = ErrorCode::kNoSpace;
  if (error == ENOENT) code = ErrorCode::kNotFound;
  return {code, fmt::format("cannot {} {}: {}", doing, path.string(),
                            std::generic_category().message(error))};
}

Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, mode_t mode) {
  FileDescriptor file(uninterrupted(
      [&] { return file_calls().open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode); }));
  if (file.get() < 0) return failed("open", path);
  return file;
}

Result<void> pwrite_all(const FileDescriptor& file, BytesView bytes, std::uint64_t offset,
                        const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = uninterrupted([&] {
      return file_calls().pwrite(file.get(), bytes.data(), bytes.size(),
                                 static_cast<off_t>(offset));
    });
    if (count < 0) return failed("write", path);
    if (count == 0) return fail(ErrorCode::kIo, fmt::format("cannot write {}", path.string()));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

// A failed sync is never tried again: the kernel may have dropped the pages and would then answer
// success.
Result<void> sync_data(const FileDescriptor& file, const std::filesystem::path& path) {
  if (uninterrupted([&] { return file_calls().fdatasync(file.get()); }) != 0) {
    return failed("sync", path);
  }
  return {};
}

void begin_writing(const FileDescriptor& file, std::uint64_t offset, std::uint64_t length) {
  static_cast<void>(::sync_file_range(file.get(), static_cast<off_t>(offset),
                                      static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE));
}

Result<std::uint64_t> file_size(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed("stat", path);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<void> fsync_folder(const std::filesystem::path& folder) {
  const auto file = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!file) return tl::unexpected(file.error());
  if (uninterrupted([&] { return file_calls().fsync(file->get()); }) != 0) {
    return failed("sync", folder);
  }
  return {};
}

Result<void> make_folder(const std::filesystem::path& folder) {
  const auto parent = folder.parent_path();
  if (!parent.empty() && parent != folder) {
    std::error_code error;
    if (!std::filesystem::exists(parent, error)) {
      const auto made = make_folder(parent);
      if (!made) return made;
    }
  }
  if (::mkdir(folder.c_str(), 0700) == 0) return fsync_folder(folder_of(folder));
  if (errno != EEXIST) return failed("make folder", folder);
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return fail(ErrorCode::kIo, fmt::format("{} is not a folder", folder.string()));
  }
  return {};
}

Result<void> remove_file(const std::filesystem::path& path) {
  if (file_calls().unlink(path.c_str()) != 0 && errno != ENOENT) return failed("remove", path);
  return {};
}

Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t max) {
  const auto file = open_to_read(path);
  if (!file) return tl::unexpected(file.error());
  return read_whole(*file, max, path);
}

Result<Bytes> read_secret_file(const std::filesystem::path& path, std::uint64_t max) {
  const auto file = open_to_read(path);
  if (!file) return tl::unexpected(file.error());
  struct stat status {};
  if (::fstat(file->get(), &status) != 0) return failed("stat", path);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorCode::kIo,
                fmt::format("{} is a secret, but its mode {:04o} lets others at it: chmod 600 it, "
                            "and consider who may have read it",
                            path.string(), status.st_mode & 07777));
  }
  return read_whole(*file, max, path);
}

Result<Bytes> read_part(const std::filesystem::path& path, std::uint64_t offset,
                        std::uint64_t length) {
  const auto file = open_to_read(path);
  if (!file) return tl::unexpected(file.error());
  const auto size = file_size(*file, path);
  if (!size) return tl::unexpected(size.error());
  if (length > *size || offset > *size - length) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} ends before byte {} + {}", path.string(), offset, length));
  }
  Bytes bytes(length);
  const auto count = pread_all(*file, bytes, offset, path);
  if (!count) return tl::unexpected(count.error());
  if (*count != length) {
    return fail(ErrorCode::kCorrupt, fmt::format("{} was cut while it was read", path.string()));
  }
  return bytes;
}

std::filesystem::path staged_path(const std::filesystem::path& path) {
  return path.string() + ".new";
}

Result<void> stage(const std::filesystem::path& path, BytesView bytes, mode_t mode) {
  const auto staged = staged_path(path);
  const auto cleared = zero_and_remove(staged);
  if (!cleared) return cleared;
  const auto file = open_file(staged, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (!file) return tl::unexpected(file.error());
  const auto written = write_all(*file, bytes, staged);
  if (!written) return written;
  return sync_data(*file, staged);
}

Result<void> swap_in(const std::filesystem::path& path) {
  const auto staged = staged_path(path);
  if (file_calls().exchange(staged.c_str(), path.c_str()) == 0) {
    return fsync_folder(folder_of(path));
  }
  if (errno != ENOENT && !cannot_exchange(errno)) return failed("put in place", path);
  // The old file's descriptor outlives its name, so that its bytes can still be zeroed. A crash
  // between the rename and the zeroing leaves them in free blocks: the price of a file system
  // without an exchange.
  auto old = open_file(path, O_WRONLY);
  if (!old && old.error().code != ErrorCode::kNotFound) return tl::unexpected(old.error());
  if (file_calls().rename(staged.c_str(), path.c_str()) != 0) return failed("put in place", path);
  const auto synced = fsync_folder(folder_of(path));
  if (!synced || !old) return synced;
  return zero(*old, path);
}

Result<void> zero_and_remove(const std::filesystem::path& path) {
  const auto file = open_file(path, O_WRONLY);
  if (!file) {
    if (file.error().code == ErrorCode::kNotFound) return {};
    return tl::unexpected(file.error());
  }
  const auto zeroed = zero(*file, path);
  if (!zeroed) return zeroed;
  return remove_file(path);
}

Result<void> write_new_file(const std::filesystem::path& path, BytesView bytes, mode_t mode) {
  const auto staged = staged_path(path);
  auto done = stage(path, bytes, mode);
  if (done && file_calls().rename(staged.c_str(), path.c_str()) != 0) {
    done = failed("put in place", path);
  }
  // On a full disk the half-written file is space that somebody needs; failing to remove it changes
  // nothing.
  if (!done) static_cast<void>(remove_file(staged));
  return done;
}

Result<void> write_new_file_durably(const std::filesystem::path& path, BytesView bytes,
                                    mode_t mode) {
  const auto written = write_new_file(path, bytes, mode);
  if (!written) return written;
  return fsync_folder(folder_of(path));
}

Result<void> replace_and_zero(const std::filesystem::path& path, BytesView bytes, mode_t mode) {
  auto done = stage(path, bytes, mode);
  if (done) done = swap_in(path);
  if (done) done = zero_and_remove(staged_path(path));
  if (done) done = fsync_folder(folder_of(path));
  return done;
}

}  // namespace alpr::store
