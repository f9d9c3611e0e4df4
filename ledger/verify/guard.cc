#include "ledger/verify/guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>

namespace alpr::verify {
namespace {

constexpr char kDone = '.';  // ends a whole answer
constexpr int kThrew = 99;

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 1 << 16> buffer{};
  for (;;) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

[[noreturn]] void be_child(int fd, const std::function<std::string()>& work) {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    const std::string answer = work() + kDone;
    _exit(write_all(fd, answer) ? 0 : kThrew);
  } catch (const std::exception&) {
    _exit(kThrew);
  }
}

Error why_dead(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    return {ErrorCode::kIo, "the reading process was killed"};
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kThrew) {
    return {ErrorCode::kIo, "the reading process could not go on: out of memory, or a lost file"};
  }
  std::string how = WIFSIGNALED(status) ? std::string("signal ") + strsignal(WTERMSIG(status))
                                        : "exit code " + std::to_string(WEXITSTATUS(status));
  return {ErrorCode::kCorrupt, "the file is damaged: reading it ended by " + how};
}

}  // namespace

Result<std::string> in_child(const std::function<std::string()>& work) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(ErrorCode::kIo, std::string("pipe: ") + std::strerror(errno));
  const pid_t child = fork();
  if (child < 0) {
    const int failed = errno;
    close(ends[0]);
    close(ends[1]);
    return fail(ErrorCode::kIo, std::string("fork: ") + std::strerror(failed));
  }
  if (child == 0) {
    close(ends[0]);
    be_child(ends[1], work);
  }
  close(ends[1]);
  std::string answer = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR)
      return fail(ErrorCode::kIo, std::string("waitpid: ") + std::strerror(errno));
  }
  const bool whole =
      WIFEXITED(status) && WEXITSTATUS(status) == 0 && !answer.empty() && answer.back() == kDone;
  if (!whole) return tl::unexpected(why_dead(status));
  answer.pop_back();
  return answer;
}

}  // namespace alpr::verify
