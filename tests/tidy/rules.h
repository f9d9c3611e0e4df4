// The house rules about one file, a function each: text in, findings out. Pure; any thread.
// Source: CONTRIBUTING.md. The allowed places of a banned call stand in rules.cc beside it.
#pragma once

#include "tests/tidy/source.h"

namespace alpr::tidy {

inline constexpr std::size_t kColumnsMax = 100;
inline constexpr std::size_t kLinesMax = 500;
inline constexpr std::size_t kFunctionLinesMax = 70;
inline constexpr std::size_t kReadmeLinesMax = 15;

// C++ files: at most kColumnsMax characters (not bytes) a line.
Findings check_line_length(const SourceFile& file);
// C++ files: at most kLinesMax lines.
Findings check_file_length(const SourceFile& file);
// C++ files: a function at namespace level has at most kFunctionLinesMax lines. Relies on
// clang-format: such a function ends where a line begins with "}".
Findings check_function_length(const SourceFile& file);
// C++ files: lower-case letters, digits and underscores.
Findings check_file_name(const SourceFile& file);
// Headers open with a comment and then say #pragma once.
Findings check_header_opening(const SourceFile& file);
// *_test.cc opens with a comment of two sentences: what is proved, how.
Findings check_test_opening(const SourceFile& file);
// Clocks, randomness and printing from where they do not belong, and GLOB in CMake.
Findings check_banned_calls(const SourceFile& file);
// No binary floating point in ledger/chain, policy/records and policy/rules: nothing that is signed
// or decided depends on it. (The reads register measures areas; what it found is recorded.)
Findings check_floating_point(const SourceFile& file);
// No path of somebody's machine, no package host, in any text file.
Findings check_machine_names(const SourceFile& file);
// No markers of work that is not done.
Findings check_unfinished(const SourceFile& file);
// A folder's README.md says what it is in at most kReadmeLinesMax lines (the project's own may be
// longer).
Findings check_readme(const SourceFile& file);

// All of the above.
Findings check_file(const SourceFile& file);

}  // namespace alpr::tidy
