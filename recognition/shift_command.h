// `plateledger-reader shift start|end`.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "recognition/read_command.h"

namespace alpr::recognition {

struct ShiftCommand {
  bool start = true;
  std::string server;  // of `start`
  std::filesystem::path credentials;
  OutputForm form = OutputForm::kText;
};

// Returns the process's exit code: 0; 1 when the server refused, or what it gave is not used; 2 for
// bad input; 3 when the server could not be reached or the disk could not be written.
int run_shift(const ShiftCommand& command, std::ostream& out, std::ostream& log);

}  // namespace alpr::recognition
