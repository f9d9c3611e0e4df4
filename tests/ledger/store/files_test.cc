// Proves that the file primitives leave a whole file or none, zero what they replace, and name what
// went wrong. Each system call in turn is made to fail, to be interrupted or to write short, and
// the folder is looked at after.
#include "ledger/store/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <optional>

#include "tests/ledger/store/store_fixtures.h"

namespace alpr::store {
namespace {

using Fault = FaultyCalls::Fault;

const Bytes kOld(5'000, 0x0a);
const Bytes kNew(9'000, 0x0b);

bool all_zero(const Bytes& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](auto byte) { return byte == 0; });
}

// The bytes that an open file still has, whatever became of its name.
Bytes bytes_behind(const FileDescriptor& file) {
  Bytes bytes(20'000);
  const ssize_t count = ::pread(file.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return bytes;
}

TEST(Files, WritesAFileOfTheModeAsked) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "f";
  ASSERT_TRUE(write_new_file_durably(file, kNew, 0600));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(read_file(file, 9'000), kNew);
  EXPECT_EQ(all_files(folder.path()).size(), 1U);
}

TEST(Files, SyncsDataBeforeTheNameAndTheFolderAfter) {
  const TemporaryFolder folder;
  const FaultyCalls calls(Fault::kError, 0);
  ASSERT_TRUE(write_new_file_durably(folder.path() / "f", kNew, 0600));
  const std::string parent = folder.path().filename();
  EXPECT_EQ(calls.trace(),
            (std::vector<std::string>{"open f.new", "open f.new", "write f.new", "fdatasync f.new",
                                      "rename f.new", "open " + parent, "fsync " + parent}));
}

TEST(Files, EveryFailedCallLeavesTheOldFileOrTheNewOne) {
  unsigned total = 0;
  for (unsigned at = 0; at <= total; ++at) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "f";
    put_bytes(file, kOld);
    {
      const FaultyCalls calls(Fault::kTornCrash, at);
      const auto done = replace_and_zero(file, kNew);
      EXPECT_EQ(done.has_value(), at == 0) << at;
      if (at == 0) total = calls.count();
    }
    const Bytes left = bytes_of(file);
    EXPECT_TRUE(left == kOld || left == kNew) << at;
    ASSERT_TRUE(replace_and_zero(file, kNew)) << at;
    EXPECT_EQ(all_files(folder.path()), (std::map<std::string, Bytes>{{"f", kNew}})) << at;
  }
  EXPECT_GE(total, 10U);
}

TEST(Files, ReplacingZeroesTheOldBytesOnDisk) {
  for (const bool exchange : {true, false}) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "f";
    put_bytes(file, kOld);
    const FileDescriptor old(::open(file.c_str(), O_RDONLY));
    std::optional<NoExchange> without;
    if (!exchange) without.emplace();
    ASSERT_TRUE(replace_and_zero(file, kNew));
    EXPECT_EQ(bytes_of(file), kNew);
    EXPECT_EQ(bytes_behind(old).size(), kOld.size());
    EXPECT_TRUE(all_zero(bytes_behind(old)));
  }
}

TEST(Files, GoesOnAfterInterruptedCallsAndShortWrites) {
  for (const Fault fault : {Fault::kInterrupted, Fault::kShort}) {
    std::vector<std::string> trace;
    for (unsigned at = 0; at <= trace.size(); ++at) {
      // The manual pages know no EINTR for these two.
      const bool uninterruptible =
          at != 0 && (trace[at - 1].starts_with("exchange") || trace[at - 1].starts_with("unlink"));
      if (uninterruptible && fault == Fault::kInterrupted) continue;
      const TemporaryFolder folder;
      const auto file = folder.path() / "f";
      put_bytes(file, kOld);
      const FaultyCalls calls(fault, at);
      ASSERT_TRUE(replace_and_zero(file, kNew)) << at;
      if (at == 0) trace = calls.trace();
      EXPECT_EQ(bytes_of(file), kNew) << at;
    }
    EXPECT_GE(trace.size(), 10U);
  }
}

TEST(Files, AFullDiskIsKNoSpaceAndTheRestKIo) {
  for (const int error : {ENOSPC, EDQUOT, EFBIG, EIO, EROFS}) {
    const TemporaryFolder folder;
    const FaultyCalls calls(Fault::kError, 3, error);  // the write
    const auto done = write_new_file_durably(folder.path() / "f", kNew, 0600);
    ASSERT_FALSE(done);
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    EXPECT_EQ(done.error().code, full ? ErrorCode::kNoSpace : ErrorCode::kIo) << error;
    EXPECT_TRUE(all_files(folder.path()).empty());
  }
}

TEST(Files, AFileSizeLimitIsKNoSpace) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4'096, 4'096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto done = write_new_file_durably(folder.path() / "f", kNew, 0600);
    ::_exit(!done && done.error().code == ErrorCode::kNoSpace ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(all_files(folder.path()).empty());
}

TEST(Files, ReadingTellsAbsentTooLargeAndTooShort) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "f";
  EXPECT_EQ(read_file(file, 10).error().code, ErrorCode::kNotFound);
  put_bytes(file, kOld);
  EXPECT_EQ(read_file(file, 4'999).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(read_part(file, 4'000, 1'000), Bytes(1'000, 0x0a));
  EXPECT_EQ(read_part(file, 4'000, 1'001).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(read_part(file, ~0ULL, 2).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(read_file(folder.path(), 10).error().code, ErrorCode::kIo);
}

TEST(Files, DoesNotFollowSymbolicLinks) {
  const TemporaryFolder folder;
  put_bytes(folder.path() / "target", kOld);
  std::filesystem::create_symlink(folder.path() / "target", folder.path() / "link");
  EXPECT_EQ(read_file(folder.path() / "link", 9'000).error().code, ErrorCode::kIo);
  EXPECT_EQ(zero_and_remove(folder.path() / "link").error().code, ErrorCode::kIo);
  EXPECT_EQ(bytes_of(folder.path() / "target"), kOld);
}

TEST(Files, ErrorsNameTheFileAndTheReason) {
  const auto error = system_error("write", "/keys/a.keyring", ENOSPC);
  EXPECT_EQ(error.detail, "cannot write /keys/a.keyring: No space left on device");
}

}  // namespace
}  // namespace alpr::store
