#include "tests/tidy/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>

namespace alpr::tidy {
namespace {

std::size_t characters(std::string_view line) {
  // Every byte of UTF-8 but the continuation bytes begins a character.
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool below(std::string_view path, std::string_view prefix) { return path.starts_with(prefix); }

struct Ban {
  std::vector<std::string_view> hints;  // a line without one of these is not looked at closely
  const char* pattern;                  // over code without comments and literals
  const char* what;
  std::vector<std::string_view> allowed;  // path prefixes
};

// Programs speak on stdout and stderr; libraries return what they have to say, but for the last
// words of a process that ends itself (ledger/chain/error.cc, ledger/store/sequencer.cc) and the
// high-water mark that could not be noted (ledger/store/batch.cc).
const std::vector<std::string_view> kMaySpeak = {"api/main.cc",
                                                 "api/commands/",
                                                 "api/demo/",
                                                 "recognition/main.cc",
                                                 "recognition/demo_photos_main.cc",
                                                 "recognition/commands.cc",
                                                 "recognition/training/",
                                                 "ledger/verify/main.cc",
                                                 "ledger/verify/print",
                                                 "ledger/verify/witness/commands/",
                                                 "ledger/chain/error.cc",
                                                 "ledger/store/sequencer.cc",
                                                 "ledger/store/batch.cc",
                                                 "tests/"};

bool has_one_of(std::string_view line, const std::vector<std::string_view>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return line.find(word) != std::string_view::npos;
  });
}

const std::vector<Ban>& bans() {
  static const std::vector<Ban> list = {
      {{"system_clock", "time", "clock_gettime"},
       R"(system_clock\s*::\s*now|\b(std::)?time\s*\(\s*(nullptr|NULL|0)\s*\)|\bgettimeofday\s*\(|)"
       R"(\bclock_gettime\s*\()",
       "the wall clock is asked in ledger/store/clock.cc alone; take a Clock",
       {"ledger/store/clock.cc", "recognition/", "ledger/verify/main.cc",
        "ledger/verify/witness/commands/", "tests/bench/"}},
      {{"rand"},
       R"(\bstd::rand\b|\bs?rand\s*\(|\brandom_device\b)",
       "randomness comes from chain::random_bytes",
       {}},
      {{"printf", "put", "cout", "cerr", "clog", "print"},
       R"(\b(std::)?(v?f?printf|puts|fputs|putchar)\s*\(|)"
       R"(\bstd::(cout|cerr|clog)\b|\bfmt::print\s*\()",
       "a library does not print; return it, or let the program say it",
       kMaySpeak},
      {{"sleep"},
       R"(\b(sleep_for|sleep_until|usleep|nanosleep)\s*\()",
       "no unit test sleeps; time enters through a Clock",
       {"ledger/", "policy/", "recognition/", "api/", "reports/", "tests/end_to_end/",
        "tests/faults/"}},
      {{"using"}, R"(\busing\s+namespace\s+std\s*;)", "names are spelled out", {}},
  };
  return list;
}

void add(Findings& findings, const SourceFile& file, std::size_t line, const char* rule,
         std::string what) {
  findings.push_back({file.path, line, rule, std::move(what)});
}

// Written in pieces, so that the rule does not find itself.
std::string joined(std::string_view a, std::string_view b) {
  return std::string(a) + std::string(b);
}

void find_words(Findings& findings, const SourceFile& file, const char* rule,
                const std::vector<std::string>& words) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    for (const std::string& word : words) {
      const std::size_t at = line.find(word);
      if (at == std::string_view::npos) continue;
      // A template for unique names ends in more of the same letter; a marker stands alone.
      const std::size_t end = at + word.size();
      const bool goes_on = is_letter(word.back()) && end < line.size() && line[end] == word.back();
      if (!goes_on) add(findings, file, number, rule, word);
    }
  }
}

bool opens_namespace(const std::string& declaration) {
  return declaration.starts_with("namespace ") || declaration.starts_with("inline namespace ") ||
         declaration == "namespace{" || declaration.starts_with("extern ");
}

// The comment that a file opens with, without its slashes.
std::string opening_comment(const SourceFile& file) {
  std::string comment;
  for (std::string_view line : lines_of(file.text)) {
    if (!line.starts_with("//")) break;
    line.remove_prefix(2);
    comment += line;
  }
  return comment;
}

}  // namespace

Findings check_line_length(const SourceFile& file) {
  Findings findings;
  if (!is_cpp(file)) return findings;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    const std::size_t columns = characters(line);
    if (columns > kColumnsMax)
      add(findings, file, number, "line-length", fmt::format("{} columns", columns));
  }
  return findings;
}

Findings check_file_length(const SourceFile& file) {
  Findings findings;
  const std::size_t lines = lines_of(file.text).size();
  if (is_cpp(file) && lines > kLinesMax) {
    add(findings, file, 0, "file-length", fmt::format("{} lines: two ideas in one file?", lines));
  }
  return findings;
}

Findings check_function_length(const SourceFile& file) {
  Findings findings;
  if (!is_cpp(file)) return findings;
  static const std::regex no_function(R"(^(struct|class|enum|union)\b|=)");
  const std::string code = code_only(file.text);
  const auto lines = lines_of(code);
  std::string declaration;  // what stands at namespace level before its "{"
  std::size_t opened = 0;   // line number of that "{", 0 before it
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string line(lines[i].substr(0, lines[i].find_last_not_of(' ') + 1));
    if (opened != 0 && line.starts_with("}")) {
      const std::size_t length = i - opened;
      if (length > kFunctionLinesMax && !std::regex_search(declaration, no_function)) {
        add(findings, file, opened, "function-length", fmt::format("{} lines", length));
      }
      opened = 0;
      declaration.clear();
    } else if (opened == 0 && !line.empty() && line[0] != '#' && line[0] != '}') {
      declaration += line;
      const bool ends = line.back() == ';' || line.back() == '}' || line.back() == ':' ||
                        opens_namespace(declaration);
      if (ends) declaration.clear();
      if (!ends && line.back() == '{') opened = i + 1;
    }
  }
  return findings;
}

Findings check_file_name(const SourceFile& file) {
  Findings findings;
  static const std::regex good("[a-z0-9_]+\\.(h|cc)");
  const std::string name = file.path.substr(file.path.rfind('/') + 1);
  if (is_cpp(file) && !std::regex_match(name, good))
    add(findings, file, 0, "file-name", "not snake_case");
  return findings;
}

Findings check_header_opening(const SourceFile& file) {
  Findings findings;
  if (!is_header(file)) return findings;
  const auto lines = lines_of(file.text);
  if (opening_comment(file).empty()) {
    add(findings, file, 1, "header-comment", "say first what this is, who owns it, which threads");
  }
  const std::string code = code_only(file.text);
  for (const std::string_view line : lines_of(code)) {
    if (line.find_first_not_of(' ') == std::string_view::npos) continue;
    if (line != "#pragma once")
      add(findings, file, 0, "pragma-once", "not the first line after the comment");
    return findings;
  }
  add(findings, file, 0, "pragma-once", "missing");
  return findings;
}

Findings check_test_opening(const SourceFile& file) {
  Findings findings;
  if (!has_suffix(file.path, "_test.cc")) return findings;
  const std::string comment = opening_comment(file) + " ";
  static const std::regex sentence_end(R"([.!?]["')]?\s)");
  const auto ends = std::distance(
      std::sregex_iterator(comment.begin(), comment.end(), sentence_end), std::sregex_iterator());
  if (ends < 2) add(findings, file, 1, "test-opening", "two sentences: what is proved, how");
  return findings;
}

Findings check_banned_calls(const SourceFile& file) {
  Findings findings;
  if (has_suffix(file.path, "CMakeLists.txt")) {
    std::size_t number = 0;
    for (const std::string_view line : lines_of(file.text)) {
      ++number;
      if (line.substr(0, line.find('#')).find("GLOB") != std::string_view::npos) {
        add(findings, file, number, "banned-call", "files are named one by one");
      }
    }
  }
  if (!is_cpp(file)) return findings;
  const std::string code = code_only(file.text);
  for (const Ban& ban : bans()) {
    if (std::any_of(ban.allowed.begin(), ban.allowed.end(),
                    [&](std::string_view prefix) { return below(file.path, prefix); })) {
      continue;
    }
    const std::regex pattern(ban.pattern);
    std::size_t number = 0;
    for (const std::string_view line : lines_of(code)) {
      ++number;
      if (has_one_of(line, ban.hints) && std::regex_search(line.begin(), line.end(), pattern)) {
        add(findings, file, number, "banned-call", ban.what);
      }
    }
  }
  return findings;
}

Findings check_floating_point(const SourceFile& file) {
  Findings findings;
  static const std::vector<std::string_view> places = {"ledger/chain/", "policy/records/",
                                                       "policy/rules/"};
  const bool applies = std::any_of(places.begin(), places.end(),
                                   [&](std::string_view place) { return below(file.path, place); });
  if (!is_cpp(file) || !applies) return findings;
  static const std::regex pattern(R"(\b(double|float)\b)");
  const std::string code = code_only(file.text);
  std::size_t number = 0;
  for (const std::string_view line : lines_of(code)) {
    ++number;
    if (has_one_of(line, {"double", "float"}) &&
        std::regex_search(line.begin(), line.end(), pattern)) {
      add(findings, file, number, "floating-point", "use a scaled integer");
    }
  }
  return findings;
}

Findings check_machine_names(const SourceFile& file) {
  Findings findings;
  static const std::vector<std::string> names = {
      joined("/wo", "rk/"),         joined("/tm", "p/"),    joined("/ho", "me/"),
      joined("/ro", "ot/"),         joined("/Use", "rs/"),  joined("deb.deb", "ian.org"),
      joined("registry.n", "pmjs"), joined("py", "pi.org"), joined("crates", ".io/api"),
  };
  find_words(findings, file, "machine-name", names);
  return findings;
}

Findings check_unfinished(const SourceFile& file) {
  Findings findings;
  static const std::vector<std::string> words = {joined("TO", "DO"), joined("FIX", "ME"),
                                                 joined("XX", "X"), joined("HA", "CK"),
                                                 joined("DISA", "BLED_")};
  if (is_cpp(file) || has_suffix(file.path, "CMakeLists.txt"))
    find_words(findings, file, "unfinished", words);
  return findings;
}

Findings check_readme(const SourceFile& file) {
  Findings findings;
  // The index of decisions has a line for each of them.
  if (!has_suffix(file.path, "/README.md") || file.path == "docs/decisions/README.md")
    return findings;
  const std::size_t lines = lines_of(file.text).size();
  if (lines > kReadmeLinesMax)
    add(findings, file, 0, "readme-length", fmt::format("{} lines", lines));
  if (lines < 2) add(findings, file, 0, "readme-length", "says nothing");
  return findings;
}

Findings check_file(const SourceFile& file) {
  Findings all;
  for (const auto rule :
       {check_line_length, check_file_length, check_function_length, check_file_name,
        check_header_opening, check_test_opening, check_banned_calls, check_floating_point,
        check_machine_names, check_unfinished, check_readme}) {
    Findings found = rule(file);
    all.insert(all.end(), std::make_move_iterator(found.begin()),
               std::make_move_iterator(found.end()));
  }
  return all;
}

}  // namespace alpr::tidy
