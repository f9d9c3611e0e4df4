#include "tests/end_to_end/programs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace alpr::end_to_end {
namespace {

struct Started {
  pid_t pid = -1;
  int output = -1;
};

Started start(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), VERIFY_PROGRAM);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  return {pid, ends[0]};
}

// Until the end of the output, or of the first line.
std::string read_output(int output, bool one_line = false) {
  std::string all;
  char c = 0;
  while (::read(output, &c, 1) == 1) {
    all.push_back(c);
    if (one_line && c == '\n') break;
  }
  return all;
}

int wait_for(pid_t pid) {
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Ran verify(const std::vector<std::string>& arguments) {
  const Started started = start(arguments);
  Ran ran;
  ran.out = read_output(started.output);
  ::close(started.output);
  ran.code = wait_for(started.pid);
  return ran;
}

WitnessProcess::WitnessProcess(const std::filesystem::path& state,
                               const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"witness", "serve", "--state", state.string(), "--port", "0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Started started = start(arguments);
  pid_ = started.pid;
  output_ = started.output;
  std::string line;
  do {
    line = read_output(output_, /*one_line=*/true);
    said_ += line;
  } while (!line.empty() && line.find(" on http") == std::string::npos);
  EXPECT_FALSE(line.empty()) << said_;
  if (!line.empty()) url_ = line.substr(line.rfind(" on ") + 4);
  while (url_.ends_with('\n')) url_.pop_back();
}

WitnessProcess::~WitnessProcess() {
  kill();
  if (output_ >= 0) ::close(output_);
}

void WitnessProcess::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  wait_for(pid_);
  pid_ = -1;
}

Ran WitnessProcess::stop() {
  ::kill(pid_, SIGTERM);
  Ran ran;
  ran.out = read_output(output_);
  ran.code = wait_for(pid_);
  pid_ = -1;
  return ran;
}

void write_file(const std::filesystem::path& path, const std::string& text, bool secret) {
  std::ofstream(path, std::ios::binary) << text;
  if (secret)
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace alpr::end_to_end
