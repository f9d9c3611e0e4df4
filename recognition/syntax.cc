#include "recognition/syntax.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace alpr::recognition {
namespace {

// @ a letter, # a digit. California and the other states, policy/formats.md sections 1 and 2.
constexpr std::array<std::string_view, 46> kAmerican{
    "#@@@###", "###@@@#", "@@@###", "###@@@",  "#@#####",  "#####@#", "##@####", "@@#####",
    "@@@####", "@@#@#@",  "##@#@@", "@######", "######@",  "@@####",  "######",  "#######",
    "@@@@##",  "@###@@",  "##@@@",  "###@@#",  "#@@###",   "##@###",  "#@@####", "##@@@#",
    "@#####",  "#@####",  "@##@@@", "##@@##",  "@@@##@",   "@####",   "@@###",   "#####",
    "@@##@##", "##@##@",  "##@@#@", "@#####@", "#####@@",  "####@@",  "@@@#@#",  "####@@@",
    "###@@",   "@@@#@@",  "#@#@@#", "@#@@@@",  "##@#####", "@@##@#"};
// Germany, Slovakia, Czechia, Great Britain, France, Italy, Poland, Spain, the Netherlands, Hungary
// and their neighbours.
constexpr std::array<std::string_view, 26> kEuropean{
    "@@###@@",  "#@#####",  "#@#####",  "@@@####", "@@####",  "@@@###",  "@@##@@@",
    "@@#####",  "@@@@###",  "####@@@",  "##@@@#",  "#@@@##",  "##@@@@",  "@@######",
    "#@@@###",  "@##@@@",   "@@####@@", "@@@###@", "@@@@##",  "@###@@@", "@#####@",
    "@@@#####", "@@@@####", "@@@##@#",  "@@@@@##", "@@#@####"};

constexpr double kOther = 0.5;
constexpr double kWords = 0.7;  // plates that spell a word have no pattern

std::string shape_of(std::string_view text) {
  std::string shape;
  for (const char c : text) {
    shape += c >= '0' && c <= '9' ? '#' : c >= 'A' && c <= 'Z' ? '@' : '?';
  }
  return shape;
}

// Those that whole states and countries number their cars by, in the millions.
constexpr std::array<std::string_view, 6> kSerials{"#@@@###", "@@@####", "@@@###",
                                                   "###@@@",  "@@###@@", "@@##@@@"};
template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& patterns, std::string_view shape) {
  return std::find(patterns.begin(), patterns.end(), shape) != patterns.end();
}

// Registers hardly ever give out I among digits, so that it is not taken for 1.
bool has_doubtful_i(std::string_view text) {
  const bool has_digit =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return has_digit && text.find('I') != std::string_view::npos;
}

bool fits(std::string_view text) {
  const std::string shape = shape_of(text);
  return one_of(kAmerican, shape) || one_of(kEuropean, shape);
}

// How good a place `text` has among the patterns; 0 where it fits none.
int standing_of(std::string_view text) {
  const bool serial = one_of(kSerials, shape_of(text));
  if (!has_doubtful_i(text)) return serial ? 3 : fits(text) ? 1 : 0;
  return serial ? 2 : 0;
}

struct Place {
  std::size_t at;
  char other;
};

}  // namespace

std::string as_patterns_have_it(std::string_view text) {
  constexpr std::size_t kPlacesMax = 6;
  if (fits(text) && !has_doubtful_i(text)) return std::string(text);
  std::vector<Place> places;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == 'O') places.push_back({i, '0'});
    if (text[i] == '0') places.push_back({i, 'O'});
    if (text[i] == 'I') places.push_back({i, '1'});
  }
  if (places.size() > kPlacesMax) return std::string(text);
  std::string best(text);
  int best_standing = standing_of(text);
  int best_changes = 0;
  for (std::size_t chosen = 1; chosen < std::size_t{1} << places.size(); ++chosen) {
    std::string other(text);
    int changes = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if ((chosen >> i & 1U) == 0) continue;
      other[places[i].at] = places[i].other;
      ++changes;
    }
    const int standing = standing_of(other);
    const bool better = standing > best_standing ||
                        (standing == best_standing && standing > 0 && changes < best_changes);
    // Only I is doubted so much that any pattern will do.
    const bool allowed = standing > 1 || has_doubtful_i(text);
    if (!better || !allowed) continue;
    best = std::move(other);
    best_standing = standing;
    best_changes = changes;
  }
  return best;
}

double plausibility(std::string_view text) {
  const std::string shape = shape_of(text);
  if (one_of(kAmerican, shape) || one_of(kEuropean, shape)) return 1;
  const auto letters = static_cast<std::size_t>(std::count(shape.begin(), shape.end(), '@'));
  return letters == shape.size() && letters >= 3 && letters <= 8 ? kWords : kOther;
}

}  // namespace alpr::recognition
