// plateledger-verify as a process: run to its end, or as a witness that serves.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace alpr::end_to_end {

struct Ran {
  int code = -1;
  std::string out;  // stdout and stderr
};
Ran verify(const std::vector<std::string>& arguments);

// `witness serve` on any free port of loopback, with further arguments.
class WitnessProcess {
 public:
  explicit WitnessProcess(const std::filesystem::path& state,
                          const std::vector<std::string>& more = {});
  ~WitnessProcess();  // SIGKILL where it still runs
  WitnessProcess(const WitnessProcess&) = delete;
  WitnessProcess& operator=(const WitnessProcess&) = delete;

  const std::string& url() const { return url_; }
  const std::string& said() const { return said_; }  // until it served
  void kill();                                       // SIGKILL
  Ran stop();  // SIGTERM; what it said since it began to serve

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string url_;
  std::string said_;
};

void write_file(const std::filesystem::path& path, const std::string& text, bool secret = false);

}  // namespace alpr::end_to_end
