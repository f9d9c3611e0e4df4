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

// Those that whole states number their cars by, in the millions.
constexpr std::array<std::string_view, 4> kSerials{"#@@@###", "@@@####", "@@@###", "###@@@"};

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& patterns, std::string_view shape) {
  return std::find(patterns.begin(), patterns.end(), shape) != patterns.end();
}

}  // namespace

std::string as_patterns_have_it(std::string_view text) {
  constexpr std::size_t kPlacesMax = 6;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == 'O' || text[i] == '0') places.push_back(i);
  const std::string shape = shape_of(text);
  if (places.size() > kPlacesMax || one_of(kAmerican, shape) || one_of(kEuropean, shape))
    return std::string(text);
  for (std::size_t letters = 0; letters < std::size_t{1} << places.size(); ++letters) {
    std::string other(text);
    for (std::size_t i = 0; i < places.size(); ++i)
      other[places[i]] = (letters >> i & 1U) != 0 ? 'O' : '0';
    if (one_of(kSerials, shape_of(other))) return other;
  }
  return std::string(text);
}

double plausibility(std::string_view text) {
  const std::string shape = shape_of(text);
  if (one_of(kAmerican, shape) || one_of(kEuropean, shape)) return 1;
  const auto letters = static_cast<std::size_t>(std::count(shape.begin(), shape.end(), '@'));
  return letters == shape.size() && letters >= 3 && letters <= 8 ? kWords : kOther;
}

}  // namespace alpr::recognition
