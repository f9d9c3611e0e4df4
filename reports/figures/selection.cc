#include "reports/figures/selection.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace alpr::figures {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kSeedDomain = "alpr-sample-v1\0"sv;
constexpr std::string_view kListDomain = "alpr-population-v1\0"sv;

// Without a vector for each of what may be millions.
std::array<std::uint8_t, 8> big_endian(std::uint64_t number) {
  std::array<std::uint8_t, 8> bytes{};
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte, number >>= 8U)
    *byte = static_cast<std::uint8_t>(number);
  return bytes;
}

Digest ticket(const Digest& seed, std::int64_t ordinal) {
  return chain::sha256({seed, big_endian(static_cast<std::uint64_t>(ordinal))});
}

}  // namespace

PopulationList::PopulationList() { hash_.update(as_bytes(kListDomain)); }

void PopulationList::add(Sequence item) {
  hash_.update(big_endian(item.value));
  ++size_;
}

Digest sample_seed(const Digest& root, const Digest& plan, BytesView beacon) {
  return chain::sha256({as_bytes(kSeedDomain), root, plan, beacon});
}

std::vector<std::int64_t> draw(const Digest& seed, std::int64_t first, std::int64_t count,
                               std::int64_t n) {
  // The n smallest so far, the largest of them on top; equal tickets go by ordinal.
  std::vector<std::pair<Digest, std::int64_t>> smallest;
  for (std::int64_t i = 0; i < count && n > 0; ++i) {
    std::pair<Digest, std::int64_t> item{ticket(seed, first + i), i};
    if (static_cast<std::int64_t>(smallest.size()) < n) {
      smallest.push_back(item);
    } else if (item < smallest.front()) {
      std::ranges::pop_heap(smallest);
      smallest.back() = item;
    } else {
      continue;
    }
    std::ranges::push_heap(smallest);
  }
  std::ranges::sort_heap(smallest);
  std::vector<std::int64_t> ordinals;
  ordinals.reserve(smallest.size());
  for (const auto& [unused, ordinal] : smallest) ordinals.push_back(ordinal);
  return ordinals;
}

}  // namespace alpr::figures
