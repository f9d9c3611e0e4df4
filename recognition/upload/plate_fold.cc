#include "recognition/upload/plate_fold.h"

#include <algorithm>
#include <array>

#include "ledger/chain/error.h"
#include "recognition/upload/upload_format.h"

namespace alpr::recognition {
namespace {

// The representative first.
constexpr std::array<std::string_view, 6> kConfused{"0ODQ", "1I", "2Z", "5S", "8B", "6G"};

constexpr std::array<char, 256> folds() {
  std::array<char, 256> folds{};
  for (std::size_t i = 0; i < folds.size(); ++i) folds[i] = static_cast<char>(i);
  for (const std::string_view characters : kConfused)
    for (const char c : characters) folds[static_cast<unsigned char>(c)] = characters.front();
  return folds;
}
constexpr std::array<char, 256> kFolds = folds();

char fold_character(char c) { return kFolds[static_cast<unsigned char>(c)]; }

}  // namespace

std::string fold_plate(std::string_view plate) {
  std::string folded(plate);
  std::transform(folded.begin(), folded.end(), folded.begin(), fold_character);
  return folded;
}

std::uint64_t pack_plate(std::string_view plate) {
  ALPR_CHECK(valid_plate(plate));
  std::uint64_t packed = 0;  // 37^10 < 2^53
  for (const char c : plate) {
    const int digit = c <= '9' ? c - '0' + 1 : c - 'A' + 11;
    packed = packed * 37 + static_cast<std::uint64_t>(digit);
  }
  return packed;
}

}  // namespace alpr::recognition
