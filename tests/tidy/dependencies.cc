#include "tests/tidy/dependencies.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace alpr::tidy {
namespace {

namespace json = boost::json;

constexpr std::string_view kStandardHeaders =
    "algorithm any array atomic barrier bit bitset cassert cctype cerrno cfloat charconv chrono "
    "climits "
    "cmath compare complex concepts condition_variable coroutine csignal cstdarg cstddef cstdint "
    "cstdio "
    "cstdlib cstring ctime deque exception execution filesystem forward_list fstream functional "
    "future "
    "initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map "
    "memory "
    "memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex "
    "semaphore "
    "set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string "
    "string_view "
    "syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map "
    "unordered_set "
    "utility valarray variant vector version";

const std::set<std::string>& standard_headers() {
  static const std::set<std::string> names = [] {
    std::istringstream words{std::string(kStandardHeaders)};
    return std::set<std::string>(std::istream_iterator<std::string>(words), {});
  }();
  return names;
}

bool is_posix(const std::string& name) {
  static const std::regex pattern(
      R"((sys|netinet|arpa|linux)/.*|)"
      R"((unistd|stdio|fcntl|poll|pwd|termios|signal|errno|pthread|netdb|time|sched|dirent|)"
      R"(glob|dlfcn|spawn|stdlib|string)\.h)");
  return std::regex_match(name, pattern);
}

bool begins_with_one_of(std::string_view text, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return text.starts_with(prefix); });
}

bool contains(const std::vector<std::string>& list, std::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

std::vector<std::string> strings(const json::value& value, const std::string& where) {
  if (!value.is_array()) throw std::runtime_error(where + " is no list");
  std::vector<std::string> out;
  for (const json::value& item : value.as_array()) {
    if (!item.is_string()) throw std::runtime_error(where + " holds something that is no string");
    out.emplace_back(item.as_string().c_str());
  }
  return out;
}

const json::object& object(const json::value& value, const std::string& where) {
  if (!value.is_object()) throw std::runtime_error(where + " is no object");
  return value.as_object();
}

Room parse_room(const std::string& name, const json::object& members) {
  Room room;
  for (const auto& member : members) {
    const std::string key(member.key());
    const std::string where = name + "." + key;
    if (key == "may_use") {
      room.may_use = strings(member.value(), where);
    } else if (key == "libraries") {
      room.libraries = strings(member.value(), where);
    } else if (key == "without") {
      room.without = strings(member.value(), where);
    } else if (key != "what" || !member.value().is_string()) {
      throw std::runtime_error(where + " is unknown");
    }
  }
  return room;
}

// The entry of room.libraries that lets this header in.
std::optional<std::string> permission_for(const Room& room, const std::string& header) {
  for (const std::string& library : room.libraries) {
    if (library == "posix" ? is_posix(header) : header.starts_with(library)) return library;
  }
  return std::nullopt;
}

bool visit(const Dependencies& dependencies, const std::string& room,
           std::vector<std::string>& path, std::set<std::string>& done) {
  if (contains(path, room)) {
    path.push_back(room);
    return true;
  }
  if (done.count(room) != 0) return false;
  path.push_back(room);
  for (const std::string& next : dependencies.rooms.at(room).may_use) {
    if (next != "*" && visit(dependencies, next, path, done)) return true;
  }
  path.pop_back();
  done.insert(room);
  return false;
}

std::string check_library(const SourceFile& file, const Include& include, const Room& room,
                          const Dependencies& dependencies) {
  if (standard_headers().count(include.name) != 0) {
    return contains(room.without, include.name) ? "this room does without it" : "";
  }
  if (!permission_for(room, include.name)) return "no library of this room";
  for (const auto& [library, places] : dependencies.libraries_only_in) {
    if (include.name.starts_with(library) && !begins_with_one_of(file.path, places)) {
      return "only in " + fmt::format("{}", fmt::join(places, ", "));
    }
  }
  return "";
}

}  // namespace

Dependencies parse_dependencies(std::string_view text) {
  boost::system::error_code error;
  const json::value whole = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) throw std::runtime_error("no JSON: " + error.message());
  Dependencies dependencies;
  for (const auto& part : object(whole, "the whole")) {
    if (part.key() == "rooms") {
      for (const auto& room : object(part.value(), "rooms")) {
        const std::string name(room.key());
        dependencies.rooms.emplace(name, parse_room(name, object(room.value(), name)));
      }
    } else if (part.key() == "libraries_only_in") {
      for (const auto& library : object(part.value(), "libraries_only_in")) {
        const std::string name(library.key());
        dependencies.libraries_only_in.emplace(name, strings(library.value(), name));
      }
    } else {
      throw std::runtime_error(std::string(part.key()) + " is unknown");
    }
  }
  for (const auto& [name, room] : dependencies.rooms) {
    for (const std::string& edge : room.may_use) {
      if (edge != "*" && dependencies.rooms.count(edge) == 0) {
        throw std::runtime_error(name + " may use " + edge + ", which is no room");
      }
    }
  }
  return dependencies;
}

std::string room_of(const Dependencies& dependencies, std::string_view path) {
  std::string best;
  for (const auto& [name, room] : dependencies.rooms) {
    const bool inside = path == name || path.starts_with(name + "/");
    if (inside && name.size() > best.size()) best = name;
  }
  return best;
}

std::vector<std::string> find_cycle(const Dependencies& dependencies) {
  std::vector<std::string> path;
  std::set<std::string> done;
  for (const auto& [name, room] : dependencies.rooms) {
    if (visit(dependencies, name, path, done)) return path;
  }
  return {};
}

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern(R"re(^\s*#\s*include\s*(<([^>]+)>|"([^"]+)"))re");
  std::vector<Include> includes;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    std::cmatch match;
    if (line.find('#') == std::string_view::npos) continue;
    if (!std::regex_search(line.data(), line.data() + line.size(), match, pattern)) continue;
    const bool quoted = match[3].matched;
    includes.push_back({quoted ? match[3].str() : match[2].str(), quoted, number});
  }
  return includes;
}

Findings check_includes(const SourceFile& file, const Dependencies& dependencies,
                        const std::function<bool(const std::string&)>& exists) {
  Findings findings;
  if (!is_cpp(file)) return findings;
  const std::string home = room_of(dependencies, file.path);
  if (home.empty()) {
    findings.push_back({file.path, 0, "dependencies", "lies in no room of docs/dependencies.json"});
    return findings;
  }
  const Room& room = dependencies.rooms.at(home);
  for (const Include& include : includes_of(file)) {
    std::string wrong;
    if (!include.quoted) {
      wrong = check_library(file, include, room, dependencies);
    } else if (!exists(include.name)) {
      wrong = "not a path from the repository root";
    } else {
      const std::string target = room_of(dependencies, include.name);
      const bool allowed = !target.empty() && (target == home || contains(room.may_use, target) ||
                                               contains(room.may_use, "*"));
      if (!allowed)
        wrong = fmt::format("{} may not use {}", home, target.empty() ? "no room" : target);
    }
    if (!wrong.empty()) {
      findings.push_back({file.path, include.line, "dependencies", include.name + ": " + wrong});
    }
  }
  return findings;
}

Findings unused_permissions(const std::vector<SourceFile>& files,
                            const Dependencies& dependencies) {
  std::map<std::string, std::set<std::string>> used;  // room -> edges and libraries
  for (const SourceFile& file : files) {
    const std::string home = is_cpp(file) ? room_of(dependencies, file.path) : std::string();
    if (home.empty()) continue;
    std::set<std::string>& mine = used[home];
    for (const Include& include : includes_of(file)) {
      if (include.quoted) {
        mine.insert(room_of(dependencies, include.name));
      } else if (const auto library = permission_for(dependencies.rooms.at(home), include.name)) {
        mine.insert(*library);
      }
    }
  }
  Findings findings;
  for (const auto& [name, mine] : used) {
    const Room& room = dependencies.rooms.at(name);
    for (const auto* list : {&room.may_use, &room.libraries}) {
      for (const std::string& entry : *list) {
        if (entry != "*" && mine.count(entry) == 0) {
          findings.push_back(
              {"docs/dependencies.json", 0, "unused-permission", name + " -> " + entry});
        }
      }
    }
  }
  return findings;
}

}  // namespace alpr::tidy
