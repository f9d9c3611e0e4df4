#include "ledger/verify/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace alpr::verify {
namespace {

struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

tl::unexpected<Error> failed(std::string_view what) {
  const ErrorCode code = errno == ENOSPC ? ErrorCode::kNoSpace : ErrorCode::kIo;
  return fail(code, std::string(what) + ": " + std::strerror(errno));
}

Result<void> write_all(int fd, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return failed("the temporary file does not take more");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

// In TMPDIR, for a log can be larger than memory; unlinked at once, so that nothing stays behind.
int temporary_file() {
  std::error_code ignored;
  std::string name = (std::filesystem::temp_directory_path(ignored) / "plateledger-XXXXXX");
  const int fd = mkostemp(name.data(), O_CLOEXEC);
  if (fd >= 0) unlink(name.c_str());
  return fd;
}

}  // namespace

MappedFile::MappedFile(MappedFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, BytesView())) {}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

Result<MappedFile> MappedFile::map(int file) {
  struct stat about {};
  if (fstat(file, &about) != 0) return failed("the file's size is unknown");
  if (!S_ISREG(about.st_mode)) return fail(ErrorCode::kMalformed, "this is no file");
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size == 0) return MappedFile(BytesView());
  void* start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (start == MAP_FAILED) return failed("the file does not map");
  madvise(start, size, MADV_SEQUENTIAL);
  return MappedFile(BytesView(static_cast<const std::uint8_t*>(start), size));
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& file) {
  const Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (opened.fd < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
    return fail(code, file.string() + ": " + std::strerror(errno));
  }
  return map(opened.fd);
}

Result<MappedFile> MappedFile::filled(const std::function<Result<void>(const Sink&)>& fill) {
  const Descriptor to{temporary_file()};
  if (to.fd < 0) return failed("no temporary file can be made");
  const auto done = fill([&](BytesView bytes) { return write_all(to.fd, bytes); });
  if (!done) return tl::unexpected(done.error());
  return map(to.fd);
}

Result<MappedFile> MappedFile::spool(int from) {
  return filled([&](const Sink& sink) -> Result<void> {
    std::array<std::uint8_t, 1 << 16> buffer{};
    for (;;) {
      const ssize_t n = read(from, buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed("the input does not read");
      if (n == 0) return {};
      if (auto taken = sink(BytesView(buffer.data(), static_cast<std::size_t>(n))); !taken)
        return taken;
    }
  });
}

}  // namespace alpr::verify
