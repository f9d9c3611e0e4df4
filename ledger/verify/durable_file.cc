#include "ledger/verify/durable_file.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <system_error>

namespace alpr::verify {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<void> write_all(const Descriptor& file, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return tl::unexpected(system_error("write", path, errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || ::fsync(opened.get()) != 0)
    return tl::unexpected(system_error("sync", folder, errno));
  return {};
}

}  // namespace

Error system_error(std::string_view doing, const fs::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  const ErrorCode code = full              ? ErrorCode::kNoSpace
                         : error == ENOENT ? ErrorCode::kNotFound
                                           : ErrorCode::kIo;
  return {code, fmt::format("cannot {} {}: {}", doing, path.string(),
                            std::error_code(error, std::generic_category()).message())};
}

Result<void> write_durably(const fs::path& path, std::string_view text, mode_t mode) {
  const fs::path staged = path.string() + ".new";
  {
    const Descriptor file(
        ::open(staged.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (file.get() < 0) return tl::unexpected(system_error("make", staged, errno));
    if (auto written = write_all(file, text, staged); !written) return written;
    if (::fdatasync(file.get()) != 0) return tl::unexpected(system_error("sync", staged, errno));
  }
  if (::rename(staged.c_str(), path.c_str()) != 0)
    return tl::unexpected(system_error("rename", staged, errno));
  return sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

Result<std::string> read_text(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return tl::unexpected(system_error("open", path, errno));
  std::string text;
  std::array<char, 1 << 14> buffer;
  while (text.size() <= kTextFileMax) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(system_error("read", path, errno));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return fail(ErrorCode::kTooLarge, path.string() + " is larger than 1 MiB");
}

Result<void> make_durable_folder(const fs::path& folder) {
  std::error_code error;
  const fs::path whole = fs::absolute(folder).lexically_normal();
  fs::create_directories(whole.parent_path(), error);
  if (error) return tl::unexpected(system_error("make", whole.parent_path(), error.value()));
  if (::mkdir(whole.c_str(), 0700) != 0 && errno != EEXIST)
    return tl::unexpected(system_error("make", whole, errno));
  return sync_folder(whole.parent_path());
}

}  // namespace alpr::verify
