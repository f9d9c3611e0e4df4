// Plates as numbers, and what a query asks of a plate as masks over them, so that a month of plates
// is looked through as fast as memory is read.
//
// Ten characters of six bits, the first one highest; 0 where there is none. The characters that
// readers confuse (recognition/upload/plate_fold.h) have codes that differ in their lowest bits
// alone, so "the same but for what may be misread" is a mask as well. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/records/queries.h"

namespace alpr::policy {

// ALPR_CHECKs that it is a valid plate. Equal plates are equal numbers.
std::uint64_t packed_plate(std::string_view plate);
std::string unpacked_plate(std::uint64_t packed);

// One form that the plate may have. What passes lies in [first, last] where numbers are sorted.
struct PlateTest {
  std::uint64_t mask = 0;
  std::uint64_t value = 0;
  std::uint64_t present = 0;  // some bit of it must be set: the last ? stands for a character
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool passes(std::uint64_t plate) const {
    return (plate & mask) == value && (present == 0 || (plate & present) != 0);
  }
};

class PlateQuestion {
 public:
  // A normalised pattern (plate_text.h) that check_elements() let through.
  PlateQuestion(std::string_view pattern, PlateMatching matching);

  const std::vector<PlateTest>& tests() const { return tests_; }
  // What the tests leave open: many * at once have too many forms to list.
  bool passes_rest(std::uint64_t plate) const;
  MatchKind kind(std::uint64_t plate) const;

 private:
  void add(std::string_view fixed, bool open_end, bool folded);
  void expand(std::string_view before, std::string_view rest);

  std::vector<PlateTest> tests_;
  std::string pattern_;  // empty where the tests say it all
  std::uint64_t asked_ = 0;
  bool folded_ = false;
};

}  // namespace alpr::policy
