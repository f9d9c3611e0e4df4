// What the witness's commands do, each returning the exit code that command_line.h explains.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::witness {

struct InitCommand {
  std::filesystem::path state;
  std::string name;
  std::vector<std::string> logs;  // verifier keys
};
int run_init(const InitCommand& command);

struct ServeCommand {
  std::filesystem::path state;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8444;
  std::filesystem::path certificate, private_key;  // TLS; without them plain HTTP on loopback
  bool plain_anywhere = false;
};
// Until SIGINT or SIGTERM.
int run_serve(const ServeCommand& command);

struct PullCommand {
  std::filesystem::path state;
  std::string url;                    // of the log's server
  std::filesystem::path credentials;  // {"username":"...","password":"..."}, mode 0600
  std::optional<std::filesystem::path> certificate;  // that the server's leads to
  std::string origin;  // which log; may be left out where one is known
};
int run_pull(const PullCommand& command);

// Says the error on stderr and gives its exit code.
int complain(const Error& error);
void say(std::string_view line);  // on stderr
std::uint64_t wall_clock_s();

}  // namespace alpr::witness
