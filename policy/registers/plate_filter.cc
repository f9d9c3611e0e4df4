#include "policy/registers/plate_filter.h"

#include <algorithm>

namespace alpr::policy {
namespace {

constexpr std::size_t kRowsAPlate = 10;
constexpr std::size_t kRowsMin = 64;

// Spreads the bits of a plate over all 64 (the finaliser of MurmurHash3, by A. Appleby).
std::uint64_t spread(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

std::size_t below(std::uint64_t hash32, std::size_t rows) {
  return static_cast<std::size_t>((hash32 * rows) >> 32);
}

}  // namespace

PlateFilter::PlateFilter(std::size_t plates)
    : plates_(plates), rows_(std::max(kRowsMin, plates * kRowsAPlate)) {}

std::array<std::size_t, 3> PlateFilter::rows_of(std::uint64_t plate) const {
  const std::uint64_t first = spread(plate);
  const std::uint64_t second = spread(first);
  return {below(first & 0xffffffffU, rows_.size()), below(first >> 32, rows_.size()),
          below(second & 0xffffffffU, rows_.size())};
}

void PlateFilter::add(unsigned slot, const std::vector<std::uint64_t>& plates) {
  const std::uint64_t bit = std::uint64_t{1} << slot;
  for (const std::uint64_t plate : plates)
    for (const std::size_t row : rows_of(plate)) rows_[row] |= bit;
}

void PlateFilter::clear(unsigned slot) {
  const std::uint64_t others = ~(std::uint64_t{1} << slot);
  for (std::uint64_t& row : rows_) row &= others;
}

std::uint64_t PlateFilter::may_have(std::uint64_t plate) const {
  const auto rows = rows_of(plate);
  return rows_[rows[0]] & rows_[rows[1]] & rows_[rows[2]];
}

}  // namespace alpr::policy
