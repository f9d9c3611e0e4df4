#include "api/demo/programs.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

extern char** environ;

namespace alpr::api {

Finished run_program(const std::filesystem::path& program,
                     const std::vector<std::string>& arguments) {
  Finished finished;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return finished;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const std::string path = program.string();
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  const int started = ::posix_spawn(&child, path.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (started == 0) {
    char buffer[4096];
    for (;;) {
      const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
      if (got > 0) finished.output.append(buffer, static_cast<std::size_t>(got));
      if (got == 0 || (got < 0 && errno != EINTR)) break;
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  ::close(ends[0]);
  return finished;
}

std::filesystem::path find_program(const std::string& name) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const std::filesystem::path here = self.parent_path();
  for (const char* folder : {".", "../recognition", "../ledger/verify"}) {
    const std::filesystem::path program = here / folder / name;
    if (std::filesystem::exists(program, error))
      return std::filesystem::weakly_canonical(program, error);
  }
  return {};
}

}  // namespace alpr::api
