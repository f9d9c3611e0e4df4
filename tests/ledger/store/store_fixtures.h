// What the store's tests share: a folder of their own, and system calls that fail where a test
// says.
#pragma once

#include <errno.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "ledger/chain/types.h"
#include "ledger/store/files.h"

namespace alpr::store {

// A new folder under the system's temporary one, removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "store_test_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline Bytes bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void put_bytes(const std::filesystem::path& file, BytesView bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}

inline void flip_byte(const std::filesystem::path& file, std::size_t at) {
  Bytes bytes = bytes_of(file);
  ASSERT_LT(at, bytes.size());
  bytes[at] ^= 0x01;
  put_bytes(file, bytes);
}

// Every regular file below a folder, by its path relative to it.
inline std::map<std::string, Bytes> all_files(const std::filesystem::path& folder) {
  std::map<std::string, Bytes> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[std::filesystem::relative(entry.path(), folder).string()] = bytes_of(entry.path());
  }
  return files;
}

// Replaces file_calls() while it lives: counts the calls of the write path from 1 on, notes them,
// and lets the one numbered `at` (0: none) go wrong. One at a time, single-threaded.
class FaultyCalls {
 public:
  enum class Fault {
    kError,        // answers `error`, and is not done
    kCrash,        // it and all after it answer EIO and are not done: as if the process were dead
    kTornCrash,    // the same, but half of what it would have written is written
    kExit,         // the process ends
    kShort,        // a write writes half, and says so
    kInterrupted,  // answers EINTR once
  };

  explicit FaultyCalls(Fault fault, unsigned at, int error = EIO) : before_(file_calls()) {
    state() = {fault, at, error, 0, before_, {}};
    file_calls() = {open, write, pwrite, fdatasync, fsync, rename, exchange, unlink};
  }
  ~FaultyCalls() { file_calls() = before_; }
  FaultyCalls(const FaultyCalls&) = delete;
  FaultyCalls& operator=(const FaultyCalls&) = delete;

  static unsigned count() { return state().count; }
  // "fdatasync epoch.secret.new" and the like, file names without folders.
  static const std::vector<std::string>& trace() { return state().trace; }

 private:
  struct State {
    Fault fault = Fault::kError;
    unsigned at = 0;
    int error = 0;
    unsigned count = 0;
    FileCalls real{};
    std::vector<std::string> trace;
  };
  static State& state() {
    static State only;
    return only;
  }

  static std::string name_of(int fd) {
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)).filename();
  }
  static std::string name_of(const char* path) { return std::filesystem::path(path).filename(); }

  // Whether this call fails, with errno set.
  static bool fails(const std::string& what) {
    State& s = state();
    ++s.count;
    s.trace.push_back(what);
    const bool now = s.at != 0 && s.count == s.at;
    const bool after = s.at != 0 && s.count > s.at;
    const bool dead = s.fault == Fault::kCrash || s.fault == Fault::kTornCrash;
    errno = s.fault == Fault::kError ? s.error : s.fault == Fault::kInterrupted ? EINTR : EIO;
    if (now && s.fault == Fault::kExit) ::_exit(0);
    if (now) return s.fault != Fault::kShort;
    return after && dead;
  }
  static bool halves() {
    const State& s = state();
    return s.at != 0 && s.count == s.at &&
           (s.fault == Fault::kShort || s.fault == Fault::kTornCrash);
  }

  static int open(const char* path, int flags, mode_t mode) {
    return fails("open " + name_of(path)) ? -1 : state().real.open(path, flags, mode);
  }
  static ssize_t write(int fd, const void* from, std::size_t count) {
    const bool failing = fails("write " + name_of(fd));
    ssize_t written = 0;
    if (halves()) written = state().real.write(fd, from, (count + 1) / 2);
    if (!failing) return halves() ? written : state().real.write(fd, from, count);
    return -1;
  }
  static ssize_t pwrite(int fd, const void* from, std::size_t count, off_t offset) {
    const bool failing = fails("pwrite " + name_of(fd));
    ssize_t written = 0;
    if (halves()) written = state().real.pwrite(fd, from, (count + 1) / 2, offset);
    if (!failing) return halves() ? written : state().real.pwrite(fd, from, count, offset);
    return -1;
  }
  static int fdatasync(int fd) {
    return fails("fdatasync " + name_of(fd)) ? -1 : state().real.fdatasync(fd);
  }
  static int fsync(int fd) { return fails("fsync " + name_of(fd)) ? -1 : state().real.fsync(fd); }
  static int rename(const char* from, const char* to) {
    return fails("rename " + name_of(from)) ? -1 : state().real.rename(from, to);
  }
  static int exchange(const char* one, const char* other) {
    return fails("exchange " + name_of(one)) ? -1 : state().real.exchange(one, other);
  }
  static int unlink(const char* path) {
    return fails("unlink " + name_of(path)) ? -1 : state().real.unlink(path);
  }

  const FileCalls before_;
};

// Syncs that do nothing, for tests of killed processes: those lose nothing that the kernel has.
class NoSync {
 public:
  NoSync() : before_(file_calls()) {
    file_calls().fdatasync = [](int) { return 0; };
    file_calls().fsync = [](int) { return 0; };
  }
  ~NoSync() { file_calls() = before_; }
  NoSync(const NoSync&) = delete;
  NoSync& operator=(const NoSync&) = delete;

 private:
  const FileCalls before_;
};

// A file system that cannot exchange two names.
class NoExchange {
 public:
  NoExchange() : before_(file_calls()) {
    file_calls().exchange = [](const char*, const char*) {
      errno = EINVAL;
      return -1;
    };
  }
  ~NoExchange() { file_calls() = before_; }
  NoExchange(const NoExchange&) = delete;
  NoExchange& operator=(const NoExchange&) = delete;

 private:
  const FileCalls before_;
};

}  // namespace alpr::store
