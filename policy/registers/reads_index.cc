#include "policy/registers/reads_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "policy/records/holds.h"
#include "policy/records/reads.h"
#include "policy/registers/areas.h"
#include "policy/registers/plate_question.h"

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

std::uint32_t ReadsIndex::intern_locked(std::string_view text) {
  const auto found = text_ids_.find(text);
  if (found != text_ids_.end()) return found->second;
  const auto id = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  text_ids_.emplace(texts_.back(), id);
  return id;
}

std::uint32_t ReadsIndex::intern(std::string_view text) {
  const std::unique_lock lock(mutex_);
  return intern_locked(text);
}

ReadRow ReadsIndex::row_locked(const ReadColumns& columns, std::size_t i) const {
  return columns.row(i, [this](std::uint32_t id) -> const std::string& { return text_locked(id); });
}

std::size_t ReadsIndex::Sorted::place(std::uint64_t bucket) const {
  const auto at =
      std::lower_bound(buckets.begin(), buckets.end(), bucket,
                       [](const auto& one, std::uint64_t number) { return one.first < number; });
  return static_cast<std::size_t>(at - buckets.begin());
}

const ReadsIndex::Columns* ReadsIndex::Sorted::find(std::uint64_t bucket) const {
  const std::size_t at = place(bucket);
  return at < buckets.size() && buckets[at].first == bucket ? &buckets[at].second : nullptr;
}

void ReadsIndex::Sorted::put(std::uint64_t bucket, Columns columns) {
  const std::size_t at = place(bucket);
  if (at < buckets.size() && buckets[at].first == bucket)
    buckets[at].second = std::move(columns);
  else
    buckets.emplace(buckets.begin() + static_cast<std::ptrdiff_t>(at), bucket, std::move(columns));
}

void ReadsIndex::Sorted::take(std::uint64_t bucket) {
  const std::size_t at = place(bucket);
  if (at == buckets.size() || buckets[at].first != bucket) return;
  buckets.erase(buckets.begin() + static_cast<std::ptrdiff_t>(at));
}

// Of all its buckets; nothing of those that are gone stays in it.
void ReadsIndex::Sorted::filter_anew(std::uint64_t group) {
  const std::size_t from = place(group * PlateFilter::kSlots);
  const std::size_t to = place((group + 1) * PlateFilter::kSlots);
  std::size_t fullest = 0;
  for (std::size_t i = from; i < to; ++i) fullest = std::max(fullest, buckets[i].second->size());
  if (from == to) {
    filters.erase(group);
    return;
  }
  // Room for the buckets of busier hours, so that they need no new one.
  auto filter = std::make_shared<PlateFilter>(fullest + fullest / 4);
  for (std::size_t i = from; i < to; ++i)
    filter->add(static_cast<unsigned>(buckets[i].first % PlateFilter::kSlots),
                buckets[i].second->plate);
  filters[group] = std::move(filter);
}

void ReadsIndex::replace(std::uint64_t bucket, Columns columns) {
  auto next = std::make_shared<Sorted>(*sorted_);
  const std::uint64_t group = bucket / PlateFilter::kSlots;
  const auto known = next->filters.find(group);
  // A bucket that is emptied, as by a purge, leaves nothing in it; the others stay as they are.
  const bool fits = columns && known != next->filters.end() && known->second->fits(columns->size());
  const bool stays = fits || (!columns && known != next->filters.end());
  if (stays) {
    const auto slot = static_cast<unsigned>(bucket % PlateFilter::kSlots);
    auto filter = std::make_shared<PlateFilter>(*known->second);
    filter->clear(slot);
    if (columns) filter->add(slot, columns->plate);
    known->second = std::move(filter);
  }
  const Columns* old = next->find(bucket);
  next->plates = std::make_shared<const KnownPlates>(next->plates->changed(
      old == nullptr ? nullptr : &(*old)->plate, columns ? &columns->plate : nullptr));
  if (columns)
    next->put(bucket, std::move(columns));
  else
    next->take(bucket);
  const bool empty =
      next->place(group * PlateFilter::kSlots) == next->place((group + 1) * PlateFilter::kSlots);
  if (!stays || empty) next->filter_anew(group);
  sorted_ = std::move(next);
}

void ReadsIndex::load(std::vector<ReadColumns> buckets) {
  const std::unique_lock lock(mutex_);
  auto next = std::make_shared<Sorted>(*sorted_);
  std::set<std::uint64_t> groups;
  for (ReadColumns& columns : buckets) {
    columns.sort();
    const std::uint64_t bucket = columns.bucket().value;
    groups.insert(bucket / PlateFilter::kSlots);
    next->put(bucket, std::make_shared<const ReadColumns>(std::move(columns)));
  }
  for (const std::uint64_t group : groups) next->filter_anew(group);
  std::vector<const KnownPlates::Column*> plates;
  for (const auto& [bucket, columns] : next->buckets) plates.push_back(&columns->plate);
  next->plates = std::make_shared<const KnownPlates>(plates);
  sorted_ = std::move(next);
}

void ReadsIndex::load_hold(Sequence hold, const std::string& case_number,
                           std::vector<Sequence> events) {
  const std::unique_lock lock(mutex_);
  place_hold(hold, case_number, std::move(events));
}

void ReadsIndex::place_hold(Sequence hold, const std::string& case_number,
                            std::vector<Sequence> events) {
  for (const Sequence held : events) held_cases_[held.value].insert(case_number);
  holds_[hold.value] = {case_number, std::move(events)};
}

void ReadsIndex::release_hold(Sequence released) {
  const auto hold = holds_.find(released.value);
  if (hold == holds_.end()) return;
  for (const Sequence held : hold->second.events) {
    auto& cases = held_cases_[held.value];
    if (const auto one = cases.find(hold->second.case_number); one != cases.end()) cases.erase(one);
    if (cases.empty()) held_cases_.erase(held.value);
  }
  holds_.erase(hold);
}

void ReadsIndex::committed(std::span<const chain::EventView> events) {
  const std::unique_lock lock(mutex_);
  for (const chain::EventView& event : events) {
    if (!event.have_payload) continue;
    switch (event.header.kind) {
      case ReadRecorded::kKind.number:
        add(event);
        break;
      case chain::kind::kReadsPurged:
        purge(event);
        break;
      case HoldPlaced::kKind.number: {
        auto placed = from_event<HoldPlaced>(event);
        ALPR_CHECK(placed.has_value());  // it passed the writer's check when it was appended
        place_hold(event.header.seq, placed->case_number, std::move(placed->events));
        break;
      }
      case HoldReleased::kKind.number: {
        const auto released = from_event<HoldReleased>(event);
        ALPR_CHECK(released.has_value());
        release_hold(released->hold);
        break;
      }
      default:
        break;
    }
  }
}

void ReadsIndex::close_open() {
  if (!open_) return;
  open_->sort();
  const std::uint64_t bucket = open_->bucket().value;
  replace(bucket, std::make_shared<const ReadColumns>(std::move(*open_)));
  open_.reset();
}

void ReadsIndex::add(const chain::EventView& event) {
  std::optional<ReadRecorded> read_again;
  const ReadRecorded* recorded = written_record<ReadRecorded>(event);
  if (recorded == nullptr) {
    auto from_text = from_event<ReadRecorded>(event);
    ALPR_CHECK(from_text.has_value());  // it passed the writer's check when it was appended
    recorded = &read_again.emplace(std::move(*from_text));
  }
  const ReadContent& read = *recorded->read;
  const Bucket bucket = bucket_of(event.header.time);
  if (open_ && open_->bucket() != bucket) close_open();
  if (!open_) open_.emplace(bucket);
  const auto value = [](const std::optional<ReadAttribute>& one) {
    return one ? one->value : std::string();
  };
  open_->add(
      {event.header.seq, event.header.time, read.plate, recorded->device, value(read.color),
       value(read.make), value(read.model), read.latitude_e7, read.longitude_e7, read.captured_at},
      [this](std::string_view text) { return intern_locked(text); });
}

void ReadsIndex::purge(const chain::EventView& tombstone) {
  // The ledger's kind: bucket:int, held:[int], first and last of the bucket's thirty-day events.
  const auto json = chain::parse_canonical(tombstone.json);
  ALPR_CHECK(json && json->member("bucket") && json->member("held"));
  const Bucket bucket{static_cast<std::uint64_t>(*json->member("bucket")->integer())};
  if (open_ && open_->bucket() == bucket) close_open();
  const Columns* found = sorted_->find(bucket.value);
  if (found == nullptr) return;
  ReadColumns kept(bucket);
  const ReadColumns& old = **found;
  for (const chain::Json& seq : *json->member("held")->array()) {  // ascending
    const std::size_t i = old.find({static_cast<std::uint64_t>(*seq.integer())});
    if (i == old.size()) continue;
    kept.add(row_locked(old, i), [this](std::string_view text) { return intern_locked(text); });
  }
  kept.sort();
  replace(bucket.value,
          kept.size() == 0 ? nullptr : std::make_shared<const ReadColumns>(std::move(kept)));
}

bool ReadsIndex::held_for_locked(Sequence seq, const std::string& case_number) const {
  const auto held = held_cases_.find(seq.value);
  return held != held_cases_.end() && held->second.contains(case_number);
}

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

std::optional<ReadRow> ReadsIndex::find(Sequence read) const {
  const std::shared_lock lock(mutex_);
  const auto row_in = [&](const ReadColumns& columns) -> std::optional<ReadRow> {
    const std::size_t i = columns.find(read);
    if (i == columns.size()) return std::nullopt;
    return row_locked(columns, i);
  };
  if (open_)
    if (auto row = row_in(*open_)) return row;
  for (const auto& [bucket, columns] : sorted_->buckets)
    if (auto row = row_in(*columns)) return row;
  return std::nullopt;
}

bool ReadsIndex::may_show(const ReadRow& row, std::string_view case_number, TimeUs now) const {
  if (now < due_time(row.uploaded)) return true;
  const std::shared_lock lock(mutex_);
  return held_for_locked(row.seq, std::string(case_number));
}

std::size_t ReadsIndex::size() const {
  const std::shared_lock lock(mutex_);
  std::size_t all = open_ ? open_->size() : 0;
  for (const auto& [bucket, columns] : sorted_->buckets) all += columns->size();
  return all;
}

std::size_t ReadsIndex::known_plates() const {
  const std::shared_lock lock(mutex_);
  return sorted_->plates->size();
}

std::vector<Bucket> ReadsIndex::sorted_buckets(Bucket from) const {
  const std::shared_lock lock(mutex_);
  std::vector<Bucket> buckets;
  for (std::size_t at = sorted_->place(from.value); at < sorted_->buckets.size(); ++at)
    buckets.push_back({sorted_->buckets[at].first});
  return buckets;
}

std::optional<std::string> ReadsIndex::write(Bucket bucket) const {
  const std::shared_lock lock(mutex_);
  const Columns* found = sorted_->find(bucket.value);
  if (found == nullptr) return std::nullopt;
  return (*found)->write(
      [this](std::uint32_t id) -> const std::string& { return text_locked(id); });
}

std::string ReadsIndex::dump() const {
  const std::shared_lock lock(mutex_);
  std::vector<ReadRow> rows;
  const auto add_all = [&](const ReadColumns& columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) rows.push_back(row_locked(columns, i));
  };
  for (const auto& [bucket, columns] : sorted_->buckets) add_all(*columns);
  if (open_) add_all(*open_);
  std::sort(rows.begin(), rows.end(),
            [](const ReadRow& a, const ReadRow& b) { return a.seq < b.seq; });
  std::string text;
  for (const ReadRow& r : rows)
    text += fmt::format("{} {} {} {} {}/{}/{} {} {} {}\n", r.seq.value, r.uploaded.value, r.plate,
                        r.device, r.color, r.make, r.model, r.latitude_e7, r.longitude_e7,
                        r.captured.value);
  for (const auto& [hold, on] : holds_) text += fmt::format("hold {} {}\n", hold, on.case_number);
  for (const auto& [read, cases] : held_cases_)
    for (const std::string& one : cases) text += fmt::format("held {} {}\n", read, one);
  return text;
}

}  // namespace alpr::policy
