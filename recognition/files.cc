#include "recognition/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace alpr::recognition {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool close() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0;
  }

 private:
  int fd_;
};

tl::unexpected<Error> io_error(const char* doing, const std::filesystem::path& path) {
  const int error = errno;
  ErrorCode code = ErrorCode::kIo;
  if (error == ENOENT) code = ErrorCode::kNotFound;
  if (error == ENOSPC || error == EDQUOT) code = ErrorCode::kNoSpace;
  return fail(code, fmt::format("{} {}: {}", doing, path.string(), std::strerror(error)));
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return io_error("can't sync", folder);
  return {};
}

bool write_all(int fd, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t size_max) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0) return io_error("can't open", path);
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::kIo, path.string() + " is not a file");
  if (static_cast<std::uint64_t>(info.st_size) > size_max) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} is larger than {} bytes", path.string(), size_max));
  }
  Bytes bytes(static_cast<std::size_t>(info.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(fd.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("can't read", path);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Result<void> write_file_durably(const std::filesystem::path& path, BytesView bytes) {
  std::filesystem::path part = path;
  part += kPartSuffix;
  Descriptor fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (fd.get() < 0) return io_error("can't write", part);
  if (!write_all(fd.get(), bytes) || ::fsync(fd.get()) != 0 || !fd.close() ||
      ::rename(part.c_str(), path.c_str()) != 0) {
    const tl::unexpected<Error> error = io_error("can't write", path);
    ::unlink(part.c_str());
    return error;
  }
  return sync_folder(path.parent_path());
}

Result<void> overwrite_file(const std::filesystem::path& path, BytesView bytes) {
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (fd.get() < 0 || !write_all(fd.get(), bytes) || ::fsync(fd.get()) != 0 || !fd.close())
    return io_error("can't overwrite", path);
  return {};
}

Result<void> remove_file_durably(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0) return io_error("can't remove", path);
  return sync_folder(path.parent_path());
}

Result<void> rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return io_error("can't move", from);
  const Result<void> synced = sync_folder(to.parent_path());
  return synced ? sync_folder(from.parent_path()) : synced;
}

bool has_extension(const std::filesystem::path& path,
                   std::initializer_list<std::string_view> extensions) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

}  // namespace alpr::recognition
