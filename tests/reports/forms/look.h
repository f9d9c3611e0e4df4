// Programs of others that a test looks at our files with, and a folder for them.
#pragma once

#include <filesystem>
#include <string>

namespace alpr::forms::testing {

struct Said {
  int code = -1;
  std::string out;  // stdout and stderr
};
// By the shell, to its end.
Said shell(const std::string& command);
bool is_there(const std::string& program);  // on the path

std::string file_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);

// A folder that is gone with it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }
  // The file's path, shell-safe.
  std::string keep(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace alpr::forms::testing
