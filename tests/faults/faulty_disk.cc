#include "tests/faults/faulty_disk.h"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <string_view>

namespace alpr::store {
namespace {

// Read at every write of the program, so that all others pay one load.
std::atomic<bool> armed = false;

struct State {
  std::mutex mutex;
  DiskPlan plan;
  unsigned calls = 0;
  std::string went_wrong;
  FileCalls real{};
};
State& state() {
  static State only;
  return only;
}

enum class Verdict { kGo, kFail, kHalf, kHalfAndEnd };

Verdict judge(std::string_view call, std::string_view name, bool writes) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (++s.calls != s.plan.at) return Verdict::kGo;
  s.went_wrong = std::string(call) + " " + std::string(name);
  switch (s.plan.fault) {
    case DiskFault::kNone:
      return Verdict::kGo;
    case DiskFault::kError:
      errno = s.plan.error;
      return Verdict::kFail;
    case DiskFault::kShort:
      return writes ? Verdict::kHalf : Verdict::kGo;
    case DiskFault::kTornEnd:
      if (writes) return Verdict::kHalfAndEnd;
      [[fallthrough]];
    case DiskFault::kEnd:
      ::_exit(7);
  }
  return Verdict::kGo;
}

std::string name_of(int fd) {
  std::array<char, 4096> target{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  const std::string_view path(target.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return std::string(path.substr(path.rfind('/') + 1));
}
std::string name_of(const char* path) { return std::filesystem::path(path).filename(); }

// `write(count)` writes so many bytes.
template <typename Write>
ssize_t judged_write(std::string_view call, const std::string& name, std::size_t count,
                     Write write) {
  switch (judge(call, name, /*writes=*/true)) {
    case Verdict::kGo:
      return write(count);
    case Verdict::kFail:
      return -1;
    case Verdict::kHalf:
      return write(std::max<std::size_t>(count / 2, 1));
    case Verdict::kHalfAndEnd:
      write(std::max<std::size_t>(count / 2, 1));
      ::_exit(7);
  }
  return -1;
}

int open(const char* path, int flags, mode_t mode) {
  if (judge("open", name_of(path), /*writes=*/false) == Verdict::kFail) return -1;
  return state().real.open(path, flags, mode);
}
ssize_t write(int fd, const void* from, std::size_t count) {
  return judged_write("write", name_of(fd), count,
                      [&](std::size_t some) { return state().real.write(fd, from, some); });
}
ssize_t pwrite(int fd, const void* from, std::size_t count, off_t offset) {
  return judged_write("pwrite", name_of(fd), count, [&](std::size_t some) {
    return state().real.pwrite(fd, from, some, offset);
  });
}
int fdatasync(int fd) {
  return judge("fdatasync", name_of(fd), /*writes=*/false) == Verdict::kFail ? -1 : 0;
}
int fsync(int fd) {
  return judge("fsync", name_of(fd), /*writes=*/false) == Verdict::kFail ? -1 : 0;
}
int rename(const char* from, const char* to) {
  if (judge("rename", name_of(from), /*writes=*/false) == Verdict::kFail) return -1;
  return state().real.rename(from, to);
}
int exchange(const char* one, const char* other) {
  if (judge("exchange", name_of(one), /*writes=*/false) == Verdict::kFail) return -1;
  return state().real.exchange(one, other);
}
int unlink(const char* path) {
  if (judge("unlink", name_of(path), /*writes=*/false) == Verdict::kFail) return -1;
  return state().real.unlink(path);
}

bool is_lmdbs(int fd) { return armed.load(std::memory_order_relaxed) && name_of(fd) == "data.mdb"; }

ssize_t kernel_pwrite(int fd, const void* from, std::size_t count, off_t offset) {
  return ::syscall(SYS_pwrite64, fd, from, count, offset);
}
ssize_t kernel_writev(int fd, const iovec* parts, int count) {
  return ::syscall(SYS_writev, fd, parts, count);
}

// The first `bytes` of what the parts say.
ssize_t write_part(int fd, const iovec* parts, int count, std::size_t bytes) {
  ssize_t done = 0;
  for (int i = 0; i < count && bytes > 0; ++i) {
    const std::size_t some = std::min(parts[i].iov_len, bytes);
    const iovec part{parts[i].iov_base, some};
    const ssize_t written = kernel_writev(fd, &part, 1);
    if (written < 0) return done > 0 ? done : written;
    done += written;
    bytes -= some;
  }
  return done;
}

}  // namespace

FaultyDisk::FaultyDisk(const DiskPlan& made) : before_(file_calls()) {
  state().real = before_;
  plan(made);
  file_calls() = {open, write, pwrite, fdatasync, fsync, rename, exchange, unlink};
  armed = true;
}

FaultyDisk::~FaultyDisk() {
  armed = false;
  file_calls() = before_;
}

unsigned FaultyDisk::calls() {
  const std::lock_guard lock(state().mutex);
  return state().calls;
}

std::string FaultyDisk::went_wrong() {
  const std::lock_guard lock(state().mutex);
  return state().went_wrong;
}

void FaultyDisk::plan(const DiskPlan& plan) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  s.plan = plan;
  s.calls = 0;
  s.went_wrong.clear();
}

// What LMDB calls finds these first: a program's own symbols come before those of its libraries,
// and before those that a sanitizer puts in between.
namespace lmdb {

ssize_t pwrite(int fd, const void* from, std::size_t count, off_t offset) {
  if (!is_lmdbs(fd)) return kernel_pwrite(fd, from, count, offset);
  return judged_write("pwrite", "data.mdb", count,
                      [&](std::size_t some) { return kernel_pwrite(fd, from, some, offset); });
}

ssize_t writev(int fd, const iovec* parts, int count) {
  if (!is_lmdbs(fd)) return kernel_writev(fd, parts, count);
  std::size_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += parts[i].iov_len;
  return judged_write("writev", "data.mdb", bytes,
                      [&](std::size_t some) { return write_part(fd, parts, count, some); });
}

int fdatasync(int fd) {
  if (!is_lmdbs(fd)) return static_cast<int>(::syscall(SYS_fdatasync, fd));
  return judge("fdatasync", "data.mdb", /*writes=*/false) == Verdict::kFail ? -1 : 0;
}

}  // namespace lmdb
}  // namespace alpr::store

extern "C" {
ssize_t pwrite(int fd, const void* from, size_t count, off_t offset) {
  return alpr::store::lmdb::pwrite(fd, from, count, offset);
}
ssize_t writev(int fd, const iovec* parts, int count) {
  return alpr::store::lmdb::writev(fd, parts, count);
}
int fdatasync(int fd) { return alpr::store::lmdb::fdatasync(fd); }
}
