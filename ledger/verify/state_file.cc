#include "ledger/verify/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

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

tl::unexpected<Error> failed(std::string_view doing, const fs::path& path) {
  const int error = errno;
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return fail(full ? ErrorCode::kNoSpace : ErrorCode::kIo,
              fmt::format("the state: cannot {} {}: {}", doing, path.string(),
                          std::error_code(error, std::generic_category()).message()));
}

}  // namespace

Result<void> write_state_file(const fs::path& path, BytesView bytes) {
  const fs::path staged = path.string() + ".new";
  {
    const Descriptor file(
        ::open(staged.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return failed("make", staged);
    while (!bytes.empty()) {
      const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return failed("write", staged);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fdatasync(file.get()) != 0) return failed("sync", staged);
  }
  if (::rename(staged.c_str(), path.c_str()) != 0) return failed("rename", staged);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) return failed("sync", folder);
  return {};
}

}  // namespace alpr::verify
