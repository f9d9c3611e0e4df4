#include "policy/registers/known_plates.h"

#include <algorithm>
#include <utility>

#include "ledger/chain/error.h"

namespace alpr::policy {
namespace {

using Column = KnownPlates::Column;

constexpr std::size_t kParts = 128;
constexpr std::size_t kBlock = 1024;  // plates looked at for all tests while they are in cache

// Counts plates in a table that is at most half full; no plate is 0.
class Counts {
 public:
  using Count = std::pair<std::uint64_t, std::uint32_t>;

  void add(std::uint64_t plate) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    put(plate, 1);
  }
  // Ascending; leaves none.
  std::vector<Count> take() {
    std::vector<Count> all;
    all.reserve(used_);
    for (Count& slot : slots_)
      if (slot.first != 0) all.push_back(std::exchange(slot, {}));
    used_ = 0;
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  void put(std::uint64_t plate, std::uint32_t count) {
    // Each bit of a plate has its part in the highest bits of the product.
    std::size_t at = (plate * 0x9e3779b97f4a7c15ULL) >> (64 - bits_);
    while (slots_[at].first != 0 && slots_[at].first != plate) at = (at + 1) & (slots_.size() - 1);
    if (slots_[at].first == 0) ++used_;
    slots_[at].first = plate;
    slots_[at].second += count;
  }
  void grow() {
    const auto before = std::move(slots_);
    ++bits_;
    slots_.assign(std::size_t{1} << bits_, {});
    used_ = 0;
    for (const auto& [plate, count] : before)
      if (plate != 0) put(plate, count);
  }

  int bits_ = 9;  // of a place in the table, once there is one
  std::vector<Count> slots_;
  std::size_t used_ = 0;
};

// Goes through a column plate by plate, each once.
struct Once {
  const Column* column;
  std::size_t at = 0;
  std::uint64_t plate() const {
    return column != nullptr && at < column->size() ? (*column)[at] : UINT64_MAX;
  }
  void next() {
    const std::uint64_t now = (*column)[at];
    while (at < column->size() && (*column)[at] == now) ++at;
  }
};

// Whether some of these plates passes; without a branch for each, so that the compiler can take
// several at once.
bool any_passes(const std::uint64_t* plates, std::size_t count, const PlateTest& test) {
  bool any = false;
  for (std::size_t i = 0; i < count; ++i) any |= (plates[i] & test.mask) == test.value;
  return any;
}

}  // namespace

// A part of all plates at a time, from the first to the last, so that the table it is counted in
// stays in the processor's cache.
KnownPlates::KnownPlates(const std::vector<const Column*>& columns) {
  const Column* fullest = nullptr;
  std::vector<Once> all;
  for (const Column* column : columns) {
    all.push_back({column});
    if (fullest == nullptr || column->size() > fullest->size()) fullest = column;
  }
  Counts counts;
  for (std::size_t part = 1; part <= kParts; ++part) {
    // The fullest column stands for all: a part of it is about that part of them.
    const bool last = part == kParts || fullest == nullptr || fullest->empty();
    const std::uint64_t end = last ? UINT64_MAX : (*fullest)[fullest->size() * part / kParts];
    for (Once& once : all)
      for (; once.plate() < end; once.next()) counts.add(once.plate());
    for (const auto& [plate, count] : counts.take()) {
      plates_.push_back(plate);
      columns_.push_back(count);
    }
    if (last) break;
  }
  plates_.shrink_to_fit();
  columns_.shrink_to_fit();
}

KnownPlates KnownPlates::changed(const Column* gone, const Column* come) const {
  KnownPlates next;
  const std::size_t room = plates_.size() + (come == nullptr ? 0 : come->size());
  next.plates_.reserve(room);
  next.columns_.reserve(room);
  Once less{gone}, more{come};
  std::size_t at = 0;
  while (true) {
    // As far as nothing changes it is copied as it lies.
    const std::uint64_t changes = std::min(less.plate(), more.plate());
    const std::size_t from = at;
    while (at < plates_.size() && plates_[at] < changes) ++at;
    next.plates_.insert(next.plates_.end(), plates_.begin() + static_cast<std::ptrdiff_t>(from),
                        plates_.begin() + static_cast<std::ptrdiff_t>(at));
    next.columns_.insert(next.columns_.end(), columns_.begin() + static_cast<std::ptrdiff_t>(from),
                         columns_.begin() + static_cast<std::ptrdiff_t>(at));
    if (changes == UINT64_MAX) break;
    std::uint32_t count = 0;
    if (at < plates_.size() && plates_[at] == changes) count = columns_[at++];
    if (more.plate() == changes) {
      ++count;
      more.next();
    }
    if (less.plate() == changes) {
      ALPR_CHECK(count > 0);
      --count;
      less.next();
    }
    if (count == 0) continue;
    next.plates_.push_back(changes);
    next.columns_.push_back(count);
  }
  return next;
}

std::optional<Column> KnownPlates::asked(const PlateQuestion& question, std::size_t limit) const {
  std::uint64_t first = UINT64_MAX, last = 0;
  for (const PlateTest& test : question.tests()) {
    first = std::min(first, test.first);
    last = std::max(last, test.last);
  }
  Column found;
  const auto begin = std::lower_bound(plates_.begin(), plates_.end(), first);
  const auto end = first > last ? begin : std::upper_bound(begin, plates_.end(), last);
  const std::uint64_t* block = plates_.data() + (begin - plates_.begin());
  for (std::size_t left = static_cast<std::size_t>(end - begin); left > 0;) {
    const std::size_t count = std::min(left, kBlock);
    const std::size_t before = found.size();
    for (const PlateTest& test : question.tests()) {
      if (block[0] > test.last || block[count - 1] < test.first) continue;
      if (!any_passes(block, count, test)) continue;
      for (std::size_t i = 0; i < count; ++i)
        if (test.passes(block[i]) && question.passes_rest(block[i])) found.push_back(block[i]);
    }
    // Two forms of one pattern may both be the plate's.
    std::sort(found.begin() + static_cast<std::ptrdiff_t>(before), found.end());
    found.erase(std::unique(found.begin() + static_cast<std::ptrdiff_t>(before), found.end()),
                found.end());
    if (found.size() > limit) return std::nullopt;
    block += count;
    left -= count;
  }
  return found;
}

}  // namespace alpr::policy
