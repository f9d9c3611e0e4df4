// Which of 64 buckets may have a plate, so that a search for one plate touches the few buckets that
// it was read in and not a month of them.
//
// A Bloom filter for each bucket, laid crosswise: one row of 64 bits holds one place of all 64
// filters, so three rows answer for all of them at once. Ten rows for each plate of the fullest
// bucket let through about one bucket in sixty by mistake, and take 1.25 bytes for each plate that
// there is room for. Not locked: one writer, or any number of readers. Source: Goodwin et al.,
// "BitFunnel", SIGIR 2017 (the crosswise layout).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace alpr::policy {

class PlateFilter {
 public:
  static constexpr unsigned kSlots = 64;

  // For buckets of at most `plates` plates; a fuller one lets more through, and misses nothing.
  explicit PlateFilter(std::size_t plates);

  bool fits(std::size_t plates) const { return plates <= plates_; }
  // Packed plates (plate_question.h) of the bucket at `slot`, below kSlots.
  void add(unsigned slot, const std::vector<std::uint64_t>& plates);
  void clear(unsigned slot);  // nothing of what was added there stays
  // A bit for each slot; those that are not set have no such plate.
  std::uint64_t may_have(std::uint64_t plate) const;

 private:
  std::array<std::size_t, 3> rows_of(std::uint64_t plate) const;

  std::size_t plates_;
  std::vector<std::uint64_t> rows_;
};

}  // namespace alpr::policy
