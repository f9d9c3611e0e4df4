// The project's own files, and the rules that need more than one of them. Reads the disk in
// load_tree alone; any thread.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/tidy/source.h"

namespace alpr::tidy {

// Every text file below `root` but version control and build folders, sorted by path. Files over 1
// MiB and those with a zero byte are no text. Throws std::filesystem::filesystem_error.
std::vector<SourceFile> load_tree(const std::filesystem::path& root);

// Every folder with a header or source of ours has a README.md. Below tests/ the one of tests/
// serves.
Findings check_readmes_exist(const std::vector<SourceFile>& files);
// Every .cc is named in the CMakeLists.txt of its folder or of one above; every header is included.
Findings check_no_dead_files(const std::vector<SourceFile>& files);
// Every relative link of a Markdown file leads to something.
Findings check_links(const std::vector<SourceFile>& files);

}  // namespace alpr::tidy
