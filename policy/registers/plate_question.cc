#include "policy/registers/plate_question.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "policy/registers/plate_text.h"

namespace alpr::policy {
namespace {

constexpr std::string_view kCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr int kBits = 6;
constexpr std::uint64_t kCodeMask = (1U << kBits) - 1;
constexpr int kPlateBits = kBits * static_cast<int>(kPlateMax);
constexpr std::size_t kFormsMax = 16;  // more forms of one pattern are not listed

int shift_of(std::size_t position) { return kPlateBits - kBits * (static_cast<int>(position) + 1); }

struct Codes {
  std::array<std::uint8_t, 128> code{};   // of a character
  std::array<std::uint8_t, 128> alike{};  // the bits in which those that it is confused with differ
  std::array<char, 64> character{};       // of a code

  Codes() {
    std::map<std::string, std::string> classes;
    for (const char c : kCharacters) classes[fold_plate(std::string(1, c))] += c;
    // The largest first: each then starts where its lowest bits are zero.
    std::vector<std::string> by_size;
    for (const auto& [representative, characters] : classes) by_size.push_back(characters);
    std::stable_sort(by_size.begin(), by_size.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
    std::size_t next = std::bit_ceil(by_size.front().size());  // 0 stands for no character
    for (const std::string& characters : by_size) {
      const std::size_t size = std::bit_ceil(characters.size());
      ALPR_CHECK(next % size == 0 && next + size <= character.size());
      for (std::size_t i = 0; i < characters.size(); ++i) {
        const auto at = static_cast<std::size_t>(characters[i]);
        code[at] = static_cast<std::uint8_t>(next + i);
        alike[at] = static_cast<std::uint8_t>(size - 1);
        character[next + i] = characters[i];
      }
      next += size;
    }
  }
};

const Codes& codes() {
  static const Codes all;
  return all;
}

}  // namespace

std::uint64_t packed_plate(std::string_view plate) {
  ALPR_CHECK(valid_plate(plate));
  std::uint64_t packed = 0;
  for (std::size_t i = 0; i < plate.size(); ++i)
    packed |= std::uint64_t{codes().code[static_cast<std::size_t>(plate[i])]} << shift_of(i);
  return packed;
}

std::string unpacked_plate(std::uint64_t packed) {
  std::string plate;
  for (std::size_t i = 0; i < kPlateMax; ++i) {
    const std::uint64_t code = packed >> shift_of(i) & kCodeMask;
    if (code != 0) plate += codes().character[code];
  }
  return plate;
}

PlateQuestion::PlateQuestion(std::string_view pattern, PlateMatching matching)
    : folded_(matching == PlateMatching::kOcrEquivalent) {
  if (!has_wildcard(pattern)) {
    asked_ = packed_plate(pattern);
    add(pattern, false, folded_);
    return;
  }
  expand("", pattern);
  if (tests_.size() <= kFormsMax) return;
  tests_.clear();
  pattern_ = pattern;
  add(pattern.substr(0, pattern.find('*')), true, false);
}

// `fixed` has no *. With an open end anything may follow.
void PlateQuestion::add(std::string_view fixed, bool open_end, bool folded) {
  if (fixed.size() > kPlateMax) return;  // no plate is so long
  PlateTest test;
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    if (fixed[i] == '?') continue;
    const auto at = static_cast<std::size_t>(fixed[i]);
    std::uint64_t bits = kCodeMask;
    if (folded) bits &= ~std::uint64_t{codes().alike[at]};
    test.mask |= bits << shift_of(i);
    test.value |= (codes().code[at] & bits) << shift_of(i);
  }
  const int tail = kPlateBits - kBits * static_cast<int>(fixed.size());
  if (!open_end) test.mask |= (std::uint64_t{1} << tail) - 1;
  if (fixed.ends_with('?')) test.present = kCodeMask << shift_of(fixed.size() - 1);
  // The bits that the mask settles from the top on are what the numbers are sorted by.
  const int settled = std::countl_one(test.mask << (64 - kPlateBits));
  const int loose = kPlateBits - std::min(settled, kPlateBits);
  test.first = test.value;
  test.last = test.value | ((std::uint64_t{1} << loose) - 1);
  const auto same = [&](const PlateTest& t) {
    return t.mask == test.mask && t.value == test.value && t.present == test.present;
  };
  if (std::none_of(tests_.begin(), tests_.end(), same)) tests_.push_back(test);
}

// Each * stands for any number of ?, and one at the end for whatever comes.
void PlateQuestion::expand(std::string_view before, std::string_view rest) {
  if (tests_.size() > kFormsMax || before.size() > kPlateMax) return;
  const std::size_t star = rest.find('*');
  std::string fixed(before);
  fixed += rest.substr(0, star);
  if (star == std::string_view::npos) return add(fixed, false, false);
  const std::string_view after = rest.substr(star + 1);
  if (after.empty()) return add(fixed, true, false);
  for (; fixed.size() <= kPlateMax; fixed += '?') expand(fixed, after);
}

bool PlateQuestion::passes_rest(std::uint64_t plate) const {
  return pattern_.empty() || matches_pattern(pattern_, unpacked_plate(plate));
}

MatchKind PlateQuestion::kind(std::uint64_t plate) const {
  return folded_ && plate != asked_ ? MatchKind::kOcrEquivalent : MatchKind::kExact;
}

}  // namespace alpr::policy
