// How the reads register is searched.
#include <algorithm>
#include <mutex>

#include "policy/registers/areas.h"
#include "policy/registers/plate_question.h"
#include "policy/registers/reads_index.h"

namespace alpr::policy {
namespace {

// What one search asks, with its texts as the index numbers them.
struct Filter {
  const QueryElements& elements;
  std::optional<PlateQuestion> plate;
  std::optional<std::vector<std::uint32_t>> devices;  // ascending
  std::optional<std::vector<bool>> vehicles;  // by number of text: whether the vehicle passes
  std::optional<Box> box;                     // of the areas
  std::uint64_t before = UINT64_MAX;

  bool may_have(const ReadColumns& columns) const {
    if (columns.size() == 0 || columns.first_seq().value >= before) return false;
    const ReadBounds& b = columns.bounds();
    if (elements.captured_from && b.captured_last < elements.captured_from->value) return false;
    if (elements.captured_until && b.captured_first >= elements.captured_until->value) return false;
    return !box || (b.north >= box->south && b.south <= box->north && b.east >= box->west &&
                    b.west <= box->east);
  }

  // All but the plate.
  bool passes(const ReadColumns& c, std::size_t i) const {
    if (box && !box->holds(c.latitude[i], c.longitude[i])) return false;
    if (devices && !std::binary_search(devices->begin(), devices->end(), c.device[i])) return false;
    // A text that came after the search began is of no row that it looks at.
    if (vehicles && (c.vehicle[i] >= vehicles->size() || !(*vehicles)[c.vehicle[i]])) return false;
    if (before != UINT64_MAX && c.seq_at(i).value >= before) return false;
    if (elements.captured_from && c.captured_at(i) < *elements.captured_from) return false;
    if (elements.captured_until && c.captured_at(i) >= *elements.captured_until) return false;
    if (elements.circle && !in_circle(*elements.circle, c.latitude[i], c.longitude[i]))
      return false;
    return !elements.polygon || in_polygon(*elements.polygon, c.latitude[i], c.longitude[i]);
  }

  // Rows that match, newest first: of these plates, or of whatever plate passes.
  std::vector<std::uint32_t> look_through(const ReadColumns& c,
                                          const std::vector<std::uint64_t>* of = nullptr) const {
    std::vector<std::uint32_t> rows;
    if (!may_have(c)) return rows;
    if (of != nullptr) {
      for (const std::uint64_t one : *of) take_plate(c, one, rows);
    } else if (plate) {
      for (const PlateTest& test : plate->tests()) take_test(c, test, rows);
    } else {
      for (std::size_t i = 0; i < c.size(); ++i)
        if (passes(c, i)) rows.push_back(static_cast<std::uint32_t>(i));
    }
    std::sort(rows.begin(), rows.end(),
              [&](std::uint32_t a, std::uint32_t b) { return c.seq_at(a) > c.seq_at(b); });
    // Two forms of one pattern may both be the plate's.
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
  }

  // Of sorted columns, where a plate's rows lie together.
  void take_plate(const ReadColumns& c, std::uint64_t one, std::vector<std::uint32_t>& rows) const {
    for (std::size_t i = c.first_from(one); i < c.size() && c.plate[i] == one; ++i)
      if (passes(c, i)) rows.push_back(static_cast<std::uint32_t>(i));
  }

  void take_test(const ReadColumns& c, const PlateTest& test,
                 std::vector<std::uint32_t>& rows) const {
    const std::size_t from = c.sorted() ? c.first_from(test.first) : 0;
    const std::size_t to = c.sorted() ? c.first_from(test.last + 1) : c.size();
    for (std::size_t i = from; i < to; ++i) {
      if (test.passes(c.plate[i]) && plate->passes_rest(c.plate[i]) && passes(c, i))
        rows.push_back(static_cast<std::uint32_t>(i));
    }
  }
};

// More plates than these are not looked for one by one: so many have the page full soon.
constexpr std::size_t kPlatesOneByOne = 1024;

// The known plates that a search is for, and in which buckets of a group each of them may be.
class Wanted {
 public:
  explicit Wanted(std::vector<std::uint64_t> plates)
      : plates_(std::move(plates)), buckets_(plates_.size()) {}

  void look_in(const PlateFilter& group) {
    any_ = 0;
    for (std::size_t i = 0; i < plates_.size(); ++i) {
      buckets_[i] = group.may_have(plates_[i]);
      any_ |= buckets_[i];
    }
  }
  // Those that the bucket at this place of the group may have; good until the next call.
  const std::vector<std::uint64_t>& in(unsigned slot) {
    found_.clear();
    if ((any_ >> slot & 1U) == 0) return found_;
    for (std::size_t i = 0; i < plates_.size(); ++i)
      if ((buckets_[i] >> slot & 1U) != 0) found_.push_back(plates_[i]);
    return found_;
  }

 private:
  std::vector<std::uint64_t> plates_, buckets_, found_;
  std::uint64_t any_ = 0;
};

// By number of text: whether it is that of a vehicle as asked for. Texts of devices have no line
// feed, so they pass no make, and a colour at most by a name that no row has in its column.
std::vector<bool> vehicles(const QueryElements& e, const std::vector<std::string>& texts) {
  std::vector<bool> pass(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto [color, make, model] = vehicle_parts(texts[i]);
    pass[i] = (!e.color || color == *e.color) && (!e.make || make == *e.make) &&
              (!e.model || model == *e.model);
  }
  return pass;
}

std::optional<Box> box_of(const QueryElements& elements) {
  if (!elements.circle && !elements.polygon) return std::nullopt;
  if (!elements.circle) return box_of(*elements.polygon);
  Box box = box_of(*elements.circle);
  if (elements.polygon) {
    const Box other = box_of(*elements.polygon);
    box = {std::max(box.south, other.south), std::min(box.north, other.north),
           std::max(box.west, other.west), std::min(box.east, other.east)};
  }
  return box;
}

}  // namespace

SearchResult ReadsIndex::search(const QueryElements& elements, const SearchPage& page) const {
  Filter filter{elements, std::nullopt, std::nullopt, std::nullopt, box_of(elements), UINT64_MAX};
  if (page.before) filter.before = page.before->value;
  if (elements.plate)
    filter.plate.emplace(*elements.plate, elements.matching.value_or(PlateMatching::kExact));
  SearchResult result;
  // False: there are as many as were asked for, and one more.
  const auto take = [&](const ReadColumns& columns, std::size_t i) {
    const bool due = page.now >= due_time(columns.uploaded_at(i));
    if (due && !held_for_locked(columns.seq_at(i), page.case_number)) return true;
    result.more = result.matches.size() == page.limit;
    if (result.more) return false;
    const MatchKind match = filter.plate ? filter.plate->kind(columns.plate[i]) : MatchKind::kExact;
    result.matches.push_back({row_locked(columns, i), match});
    return true;
  };
  std::shared_ptr<const Sorted> sorted;
  {
    const std::shared_lock lock(mutex_);
    const auto known = [&](const std::string& text) {
      const auto id = text_ids_.find(text);
      return id == text_ids_.end() ? UINT32_MAX : id->second;  // that no row has
    };
    if (elements.color || elements.make || elements.model)
      filter.vehicles = vehicles(elements, texts_);
    if (page.devices) {
      filter.devices.emplace();
      for (const std::string& device : *page.devices)
        if (!elements.device || device == *elements.device)
          filter.devices->push_back(known(device));
      std::sort(filter.devices->begin(), filter.devices->end());
    } else if (elements.device) {
      filter.devices = {known(*elements.device)};
    }
    sorted = sorted_;
    if (open_)
      for (const std::uint32_t i : filter.look_through(*open_))
        if (!take(*open_, i)) return result;
    for (auto ended = ended_.rbegin(); ended != ended_.rend(); ++ended)
      for (const std::uint32_t i : filter.look_through(**ended))
        if (!take(**ended, i)) return result;
  }
  std::optional<Wanted> wanted;
  if (filter.plate)
    if (auto plates = sorted->plates->asked(*filter.plate, kPlatesOneByOne)) {
      if (plates->empty()) return result;
      wanted.emplace(std::move(*plates));
    }
  std::uint64_t group = UINT64_MAX;
  for (auto bucket = sorted->buckets.rbegin(); bucket != sorted->buckets.rend(); ++bucket) {
    const std::vector<std::uint64_t>* plates = nullptr;
    if (wanted) {
      if (bucket->first / PlateFilter::kSlots != group) {
        group = bucket->first / PlateFilter::kSlots;
        wanted->look_in(*sorted->filters.at(group));
      }
      plates = &wanted->in(static_cast<unsigned>(bucket->first % PlateFilter::kSlots));
      if (plates->empty()) continue;
    }
    const std::vector<std::uint32_t> rows = filter.look_through(*bucket->second, plates);
    if (rows.empty()) continue;
    const std::shared_lock lock(mutex_);
    for (const std::uint32_t i : rows)
      if (!take(*bucket->second, i)) return result;
  }
  return result;
}

}  // namespace alpr::policy
