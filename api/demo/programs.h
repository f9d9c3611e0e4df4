// Starting the project's other programs from the demonstration.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace alpr::api {

struct Finished {
  int exit_code = -1;
  std::string output;  // stdout
};

// Runs the program with these arguments, no shell in between; stderr goes where ours goes. -1: it
// did not start.
Finished run_program(const std::filesystem::path& program,
                     const std::vector<std::string>& arguments);

// Beside this program, or where the build puts it. Empty when it is nowhere.
std::filesystem::path find_program(const std::string& name);

}  // namespace alpr::api
