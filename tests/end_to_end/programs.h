// plateledger-verify as a process: run to its end, or as a witness that serves.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace alpr::end_to_end {

struct Ran {
  int code = -1;
  std::string out;  // stdout and stderr
};
Ran verify(const std::vector<std::string>& arguments);

// `witness serve` on any free port of loopback.
class WitnessProcess {
 public:
  explicit WitnessProcess(const std::filesystem::path& state);
  ~WitnessProcess();  // SIGKILL where it still runs
  WitnessProcess(const WitnessProcess&) = delete;
  WitnessProcess& operator=(const WitnessProcess&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void kill();  // SIGKILL
  Ran stop();   // SIGTERM; what it said since it began to serve

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
};

void write_file(const std::filesystem::path& path, const std::string& text, bool secret = false);

}  // namespace alpr::end_to_end
