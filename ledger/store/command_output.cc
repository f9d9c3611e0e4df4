#include "ledger/store/command_output.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <system_error>

#include "ledger/chain/keys.h"
#include "ledger/store/files.h"

extern char** environ;

namespace alpr::store {
namespace {

std::int64_t monotonic_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

Error io_error(std::string_view doing, const std::string& program, int error) {
  return {error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
          fmt::format("cannot {} {}: {}", doing, program, std::generic_category().message(error))};
}

// Owns what posix_spawn is told; signals that this process blocks or ignores are as usual there.
class Plan {
 public:
  explicit Plan(int output) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none, usual;
    sigemptyset(&none);
    sigfillset(&usual);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &usual);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  int spawn(pid_t& child, const std::vector<std::string>& command) const {
    std::vector<char*> arguments;
    for (const std::string& argument : command)
      arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    return ::posix_spawnp(&child, arguments[0], &actions_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

tl::unexpected<Error> too_long(const std::string& program) {
  return fail(ErrorCode::kIo, fmt::format("{} took too long and was stopped", program));
}

// To the end of the pipe, of the time, or of what is taken.
Result<Bytes> read_to_end(int from, const std::string& program, std::int64_t until) {
  Bytes all;
  all.reserve(kCommandOutputMax + 1);  // never moved, so that one wipe reaches all of it
  const auto drop = [&](ErrorCode code, std::string detail) {
    chain::wipe(all);
    return fail(code, std::move(detail));
  };
  while (true) {
    const std::int64_t left = until - monotonic_ms();
    if (left <= 0) {
      chain::wipe(all);
      return too_long(program);
    }
    pollfd waiting{from, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left)) < 0 && errno != EINTR)
      return drop(ErrorCode::kIo, "cannot wait for " + program);
    if (waiting.revents == 0) continue;
    std::array<std::uint8_t, 512> some{};
    const ssize_t count = ::read(from, some.data(), some.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return drop(ErrorCode::kIo, "cannot read from " + program);
    if (count == 0) return all;
    const auto got = static_cast<std::size_t>(count);
    if (all.size() + got > kCommandOutputMax) {
      chain::wipe(some);
      return drop(ErrorCode::kTooLarge,
                  fmt::format("{} printed over {} bytes", program, kCommandOutputMax));
    }
    all.insert(all.end(), some.begin(), some.begin() + count);
    chain::wipe(some);
  }
}

// A program may close its output and live on.
bool ends_by(pid_t child, std::int64_t until) {
  const FileDescriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  if (handle.get() < 0) return true;  // an old kernel: waitpid waits as long as it takes
  pollfd waiting{handle.get(), POLLIN, 0};
  while (true) {
    const std::int64_t left = until - monotonic_ms();
    if (left <= 0) return false;
    const int ready = ::poll(&waiting, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;
  }
}

}  // namespace

Result<Bytes> command_output(const std::vector<std::string>& command, int seconds_max) {
  ALPR_CHECK(!command.empty());
  const std::string& program = command.front();
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return tl::unexpected(io_error("pipe", program, errno));
  const FileDescriptor from(ends[0]);
  pid_t child = -1;
  {
    const FileDescriptor to(ends[1]);
    const Plan plan(to.get());
    if (const int error = plan.spawn(child, command); error != 0)
      return tl::unexpected(io_error("start", program, error));
  }
  const std::int64_t until = monotonic_ms() + seconds_max * 1000LL;
  auto output = read_to_end(from.get(), program, until);
  if (output && !ends_by(child, until)) {
    chain::wipe(*output);
    output = too_long(program);
  }
  if (!output) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!output) return output;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output;
  chain::wipe(*output);
  const std::string how = WIFEXITED(status) ? fmt::format("code {}", WEXITSTATUS(status))
                                            : fmt::format("signal {}", WTERMSIG(status));
  return fail(ErrorCode::kIo, fmt::format("{} ended with {}", program, how));
}

}  // namespace alpr::store
