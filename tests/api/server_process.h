// `plateledger serve` as a process: until it serves, and to one of its ends.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace alpr::api {

class ServerProcess {
 public:
  // Returns once it serves or has ended. The configuration says "port = 0".
  ServerProcess(const std::string& store, const std::string& config) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDERR_FILENO);
      ::execl(PLATELEDGER_PROGRAM, PLATELEDGER_PROGRAM, "serve", "--store", store.c_str(),
              "--config", config.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
    while (!said_.ends_with('\n') || said_.find(" serving ") == std::string::npos)
      if (!hear()) return;
    const auto at = said_.find("https://");
    url_ = said_.substr(at, said_.find_first_of(" \n", at) - at);
  }
  ~ServerProcess() { end(SIGKILL); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& url() const { return url_; }    // empty: it ended before it served
  const std::string& said() const { return said_; }  // on stderr; whole after end()
  // The exit code after this signal, or after it ended by itself; -1 where the signal ended it.
  int end(int signal) {
    if (pid_ < 0) return code_;
    ::kill(pid_, signal);
    while (hear()) {
    }
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    ::close(output_);
    pid_ = -1;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return code_;
  }

 private:
  bool hear() {
    char c = 0;
    if (::read(output_, &c, 1) != 1) return false;
    said_.push_back(c);
    return true;
  }

  pid_t pid_ = -1;
  int output_ = -1;
  int code_ = -1;
  std::string said_;
  std::string url_;
};

}  // namespace alpr::api
