#include "tests/tidy/source.h"

#include <fmt/format.h>

#include <cctype>

namespace alpr::tidy {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// An apostrophe inside a number (1'000) begins no character literal. `at` is the apostrophe's
// place.
bool separates_digits(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '\'')) --begin;
  return begin < at && std::isdigit(static_cast<unsigned char>(text[begin])) != 0;
}

void blank(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to && i < text.size(); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

std::size_t end_of_literal(std::string_view text, std::size_t open) {
  const char quote = text[open];
  std::size_t i = open + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
  return std::min(i, text.size());
}

std::size_t find_or_end(std::string_view text, std::string_view what, std::size_t from) {
  const std::size_t found = text.find(what, from);
  return found == std::string_view::npos ? text.size() : found;
}

}  // namespace

std::string describe(const Findings& findings) {
  std::string out;
  for (const Finding& f : findings)
    out += fmt::format("{}:{}: {}: {}\n", f.path, f.line, f.rule, f.what);
  return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string code_only(std::string_view text) {
  std::string code(text);
  std::size_t i = 0;
  while (i < text.size()) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("//")) {
      const std::size_t end = find_or_end(text, "\n", i);
      blank(code, i, end);
      i = end;
    } else if (rest.starts_with("/*")) {
      const std::size_t end = std::min(find_or_end(text, "*/", i + 2) + 2, text.size());
      blank(code, i, end);
      i = end;
    } else if (rest.starts_with("R\"") && (i == 0 || !is_word(text[i - 1]))) {
      const std::size_t open = find_or_end(text, "(", i);
      const std::string closing = ")" + std::string(text.substr(i + 2, open - i - 2)) + "\"";
      const std::size_t end = find_or_end(text, closing, open);
      blank(code, i + 2, end);
      i = std::min(end + closing.size(), text.size());
    } else if (text[i] == '"' || (text[i] == '\'' && !separates_digits(text, i))) {
      const std::size_t end = end_of_literal(text, i);
      blank(code, i + 1, end);
      i = end + 1;
    } else {
      ++i;
    }
  }
  return code;
}

bool has_suffix(std::string_view path, std::string_view suffix) { return path.ends_with(suffix); }
bool is_header(const SourceFile& file) { return has_suffix(file.path, ".h"); }
bool is_cpp(const SourceFile& file) { return is_header(file) || has_suffix(file.path, ".cc"); }

}  // namespace alpr::tidy
