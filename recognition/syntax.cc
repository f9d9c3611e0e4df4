#include "recognition/syntax.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

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

}  // namespace

double plausibility(std::string_view text) {
  const std::string shape = shape_of(text);
  const auto is_shape = [&](std::string_view pattern) { return shape == pattern; };
  if (std::any_of(kAmerican.begin(), kAmerican.end(), is_shape)) return 1;
  if (std::any_of(kEuropean.begin(), kEuropean.end(), is_shape)) return 1;
  const auto letters = static_cast<std::size_t>(std::count(shape.begin(), shape.end(), '@'));
  return letters == shape.size() && letters >= 3 && letters <= 8 ? kWords : kOther;
}

}  // namespace alpr::recognition
