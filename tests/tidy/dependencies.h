// docs/dependencies.json as data, and every #include against it. Pure; any thread.
//
// A room is a folder, or one file, by its path; a file belongs to the room with the longest path
// that it lies in. It may include its own room and those in may_use; headers of the C++ standard
// library but those in `without`; and headers whose name begins with one of `libraries` ("posix"
// stands for the system's own). libraries_only_in narrows a library down to files whose path begins
// with one of a list.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source.h"

namespace alpr::tidy {

struct Room {
  std::vector<std::string> may_use;    // rooms, or "*"
  std::vector<std::string> libraries;  // prefixes of header names
  std::vector<std::string> without;    // standard headers
};

struct Dependencies {
  std::map<std::string, Room> rooms;
  std::map<std::string, std::vector<std::string>> libraries_only_in;
};

// Throws std::runtime_error naming what is wrong: another member, another type, an edge to no room.
Dependencies parse_dependencies(std::string_view json);

// The room of a path; empty when there is none.
std::string room_of(const Dependencies& dependencies, std::string_view path);

// Names the rooms of one cycle of may_use; empty when there is none.
std::vector<std::string> find_cycle(const Dependencies& dependencies);

struct Include {
  std::string name;
  bool quoted = false;
  std::size_t line = 0;
};
std::vector<Include> includes_of(const SourceFile& file);

// `exists` answers for paths from the repository root.
Findings check_includes(const SourceFile& file, const Dependencies& dependencies,
                        const std::function<bool(const std::string&)>& exists);

// Edges and libraries that are allowed but that no file uses, in rooms that have files.
Findings unused_permissions(const std::vector<SourceFile>& files, const Dependencies& dependencies);

}  // namespace alpr::tidy
