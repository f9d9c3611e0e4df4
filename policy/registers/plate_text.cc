#include "policy/registers/plate_text.h"

#include <algorithm>

namespace alpr::policy {
namespace {

constexpr std::size_t kPatternMax = 20;

bool upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool wildcard(char c) { return c == '?' || c == '*'; }

// What a plate is written with, but does not consist of.
bool dropped(char c) { return c == ' ' || c == '-' || c == '.'; }

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

Result<std::string> normalise_plate(std::string_view text) {
  if (valid_plate(text)) return std::string(text);  // as most come
  std::string plate;
  for (const char given : text) {
    if (dropped(given)) continue;
    plate.push_back(upper(given));
    if (plate.size() > kPlateMax) break;
  }
  if (!valid_plate(plate)) {
    return fail(ErrorCode::kMalformed, "a plate has 1 to 10 letters and digits");
  }
  return plate;
}

bool valid_plate(std::string_view plate) {
  return !plate.empty() && plate.size() <= kPlateMax &&
         std::all_of(plate.begin(), plate.end(), upper_or_digit);
}

Result<std::string> normalise_pattern(std::string_view text) {
  std::string pattern;
  for (const char given : text) {
    if (dropped(given) || (given == '*' && pattern.ends_with('*'))) continue;
    const char c = upper(given);
    if (!upper_or_digit(c) && !wildcard(c)) {
      return fail(ErrorCode::kMalformed, "a plate pattern has letters, digits, ? and * only");
    }
    pattern.push_back(c);
    if (pattern.size() > kPatternMax) break;
  }
  if (pattern.empty() || pattern.size() > kPatternMax) {
    return fail(ErrorCode::kMalformed, "a plate pattern has 1 to 20 characters");
  }
  return pattern;
}

bool has_wildcard(std::string_view pattern) {
  return std::any_of(pattern.begin(), pattern.end(), wildcard);
}

bool matches_pattern(std::string_view pattern, std::string_view plate) {
  // Greedy with one point to come back to: the last *, and where in the plate it was tried. At most
  // pattern x plate steps, so a pattern cannot make a search slow.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t from = 0;
  while (t < plate.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == plate[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::size_t literal_count(std::string_view pattern) {
  return static_cast<std::size_t>(
      std::count_if(pattern.begin(), pattern.end(), [](char c) { return !wildcard(c); }));
}

}  // namespace alpr::policy
