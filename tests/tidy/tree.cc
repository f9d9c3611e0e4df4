#include "tests/tidy/tree.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tidy/dependencies.h"

namespace alpr::tidy {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kTextSizeMax = 1 << 20;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::set<std::string> paths_of(const std::vector<SourceFile>& files) {
  std::set<std::string> paths;
  for (const SourceFile& file : files) {
    paths.insert(file.path);
    for (std::string folder = folder_of(file.path); !folder.empty(); folder = folder_of(folder)) {
      paths.insert(folder);
    }
  }
  return paths;
}

// Whether `text` names `file` as a whole word of a file list.
bool names_file(std::string_view text, const std::string& file) {
  for (std::size_t at = text.find(file); at != std::string_view::npos;
       at = text.find(file, at + 1)) {
    const auto is_part = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '/';
    };
    const bool begins = at == 0 || !is_part(text[at - 1]);
    const std::size_t end = at + file.size();
    if (begins && (end == text.size() || !is_part(text[end]))) return true;
  }
  return false;
}

// Whether a loop names it: "${stem}_fuzz.cc" names a_fuzz.cc where the list has the word a.
bool names_by_loop(std::string_view text, const std::string& file) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos;
       at = text.find("${", at + 1)) {
    const std::size_t closed = text.find('}', at);
    if (closed == std::string_view::npos) return false;
    const std::string_view rest = text.substr(closed + 1);
    const std::string ending(rest.substr(0, rest.find_first_of(" \n)\"")));
    if (!ending.ends_with(".cc") || !file.ends_with(ending) || file == ending) continue;
    if (names_file(text, file.substr(0, file.size() - ending.size()))) return true;
  }
  return false;
}

bool named_in_cmake(const std::map<std::string, const SourceFile*>& by_path,
                    const std::string& path) {
  for (std::string folder = folder_of(path); !folder.empty(); folder = folder_of(folder)) {
    const auto lists = by_path.find(folder + "/CMakeLists.txt");
    if (lists == by_path.end()) continue;
    const std::string file = path.substr(folder.size() + 1);
    if (names_file(lists->second->text, file) || names_by_loop(lists->second->text, file))
      return true;
  }
  return false;
}

}  // namespace

std::vector<SourceFile> load_tree(const fs::path& root) {
  std::vector<SourceFile> files;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator();
       ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory()) {
      const bool skipped = name == ".git" || (it.depth() == 0 && name.starts_with("build"));
      if (skipped) it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file() || it->file_size() > kTextSizeMax) continue;
    std::ifstream in(it->path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    SourceFile file{fs::relative(it->path(), root).generic_string(), text.str()};
    if (file.text.find('\0') == std::string::npos) files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

Findings check_readmes_exist(const std::vector<SourceFile>& files) {
  const std::set<std::string> paths = paths_of(files);
  std::set<std::string> wanted;
  for (const SourceFile& file : files) {
    if (!is_cpp(file)) continue;
    wanted.insert(file.path.starts_with("tests/") ? "tests" : folder_of(file.path));
  }
  Findings findings;
  for (const std::string& folder : wanted) {
    if (paths.count(folder + "/README.md") == 0)
      findings.push_back({folder, 0, "readme", "has no README.md"});
  }
  return findings;
}

Findings check_no_dead_files(const std::vector<SourceFile>& files) {
  std::map<std::string, const SourceFile*> by_path;
  std::set<std::string> included;
  for (const SourceFile& file : files) {
    by_path.emplace(file.path, &file);
    if (!is_cpp(file)) continue;
    for (Include& include : includes_of(file)) included.insert(std::move(include.name));
  }
  Findings findings;
  for (const SourceFile& file : files) {
    if (!is_cpp(file)) continue;
    if (is_header(file)) {
      if (included.count(file.path) == 0)
        findings.push_back({file.path, 0, "dead-file", "nobody includes it"});
    } else if (!named_in_cmake(by_path, file.path)) {
      findings.push_back({file.path, 0, "dead-file", "no CMakeLists.txt names it"});
    }
  }
  return findings;
}

Findings check_links(const std::vector<SourceFile>& files) {
  static const std::regex link(R"(\]\(([^)#\s]+)(#[^)]*)?\))");
  const std::set<std::string> paths = paths_of(files);
  Findings findings;
  for (const SourceFile& file : files) {
    if (!has_suffix(file.path, ".md")) continue;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(file.text)) {
      ++number;
      if (line.find("](") == std::string_view::npos) continue;
      const std::string text(line);
      for (std::sregex_iterator it(text.begin(), text.end(), link), end; it != end; ++it) {
        const std::string target = (*it)[1].str();
        if (target.find("://") != std::string::npos) continue;
        std::string path =
            (fs::path(folder_of(file.path)) / target).lexically_normal().generic_string();
        if (path.ends_with("/")) path.pop_back();
        if (paths.count(path) == 0) findings.push_back({file.path, number, "dead-link", target});
      }
    }
  }
  return findings;
}

}  // namespace alpr::tidy
