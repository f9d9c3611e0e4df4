#include "tests/reports/forms/look.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace alpr::forms::testing {

Said shell(const std::string& command) {
  Said said;
  if (FILE* pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r")) {
    char buffer[4096];
    for (std::size_t n = 0; (n = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      said.out.append(buffer, n);
    const int status = ::pclose(pipe);
    said.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  return said;
}

bool is_there(const std::string& program) { return shell("command -v " + program).code == 0; }

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "plateledger-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a test");
  path_ = name;
}
Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Scratch::keep(const std::string& name, const std::string& text) const {
  write_text(path_ / name, text);
  return (path_ / name).string();
}

}  // namespace alpr::forms::testing
