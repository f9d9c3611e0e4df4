// A file of the project as the tidy rules see it. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace alpr::tidy {

struct SourceFile {
  std::string path;  // from the repository root, with '/'
  std::string text;
};

// Where a rule was broken. Lines count from 1; 0 is the whole file.
struct Finding {
  std::string path;
  std::size_t line = 0;
  std::string rule;
  std::string what;
};
using Findings = std::vector<Finding>;

// "path:line: rule: what" per finding, for a test's message.
std::string describe(const Findings& findings);

// Without their line feeds; a last line without one counts too.
std::vector<std::string_view> lines_of(std::string_view text);

// The text with comments and the insides of string and character literals blanked, so that a rule
// about code does not trip over prose. Line feeds stay, so lines keep their numbers. Knows raw
// strings, escapes and digit separators; not line continuations inside comments.
std::string code_only(std::string_view text);

bool has_suffix(std::string_view path, std::string_view suffix);
bool is_header(const SourceFile& file);
bool is_cpp(const SourceFile& file);  // .h and .cc

}  // namespace alpr::tidy
