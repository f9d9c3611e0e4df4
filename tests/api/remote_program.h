// `plateledger` as somebody runs it against a department's server: with a log-in in a file of their
// own, and what it printed.
#pragma once

#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>
#include <string>

#include "tests/api/department.h"

namespace alpr::api::testing {

struct Ran {
  int exit_code = -1;
  std::string output;  // of both streams
  chain::Json json;    // where the output is one line of it
};

inline void write_secret(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  ::chmod(path.c_str(), 0600);
}

// `arguments` in front of the log-in of `who`; quoted by the caller where a shell needs it.
inline Ran run_remote(Department& d, const std::string& who, const std::string& arguments,
                      std::string_view password = kPassword) {
  const auto credentials = d.folder() / ("credentials-" + who);
  write_secret(credentials,
               R"({"username":")" + who + R"(","password":")" + std::string(password) + "\"}\n");
  const std::string command = PLATELEDGER_PROGRAM " " + arguments + " --server " + d.url() +
                              " --credentials " + credentials.string() + " --cacert " +
                              d.certificate().string() + " 2>&1";
  Ran ran;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  for (int c = ::fgetc(pipe); c != EOF; c = ::fgetc(pipe)) ran.output += static_cast<char>(c);
  const int status = ::pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (ran.output.ends_with('\n'))
    ran.json = chain::parse_canonical(std::string_view(ran.output).substr(0, ran.output.size() - 1))
                   .value_or(chain::Json());
  return ran;
}

}  // namespace alpr::api::testing
