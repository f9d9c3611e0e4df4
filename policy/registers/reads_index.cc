#include "policy/registers/reads_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "policy/records/holds.h"
#include "policy/records/reads.h"

namespace alpr::policy {
namespace {

// More changes of the known plates than these are made by counting all columns anew.
constexpr std::size_t kChangesOneByOne = 16;

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

void ReadsIndex::Sorted::replace(std::uint64_t bucket, Columns columns) {
  const std::uint64_t group = bucket / PlateFilter::kSlots;
  const auto known = filters.find(group);
  // A bucket that is emptied, as by a purge, leaves nothing in it; the others stay as they are.
  const bool fits = columns && known != filters.end() && known->second->fits(columns->size());
  const bool stays = fits || (!columns && known != filters.end());
  if (stays) {
    const auto slot = static_cast<unsigned>(bucket % PlateFilter::kSlots);
    auto filter = std::make_shared<PlateFilter>(*known->second);
    filter->clear(slot);
    if (columns) filter->add(slot, columns->plate);
    known->second = std::move(filter);
  }
  if (columns)
    put(bucket, std::move(columns));
  else
    take(bucket);
  const bool empty = place(group * PlateFilter::kSlots) == place((group + 1) * PlateFilter::kSlots);
  if (!stays || empty) filter_anew(group);
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
  ended_.push_back(std::make_shared<const ReadColumns>(std::move(*open_)));
  open_.reset();
}

ReadsIndex::Unsettled ReadsIndex::unsettled() const {
  const std::shared_lock lock(mutex_);
  return {ended_, owed_, sorted_};
}

void ReadsIndex::settle() {
  const std::lock_guard one(settling_);
  for (Unsettled work = unsettled(); !work.ended.empty() || !work.owed.empty();
       work = unsettled()) {
    std::vector<Columns> come;
    for (const Columns& ended : work.ended) {
      ReadColumns columns = *ended;
      columns.sort();
      come.push_back(std::make_shared<const ReadColumns>(std::move(columns)));
    }
    if (come.size() + work.owed.size() > kChangesOneByOne) {
      std::vector<const KnownPlates::Column*> all;
      for (const auto& [bucket, columns] : work.sorted->buckets) all.push_back(&columns->plate);
      for (const Columns& columns : come) all.push_back(&columns->plate);
      settle(work, come, std::make_shared<const KnownPlates>(all));
      continue;
    }
    std::shared_ptr<const KnownPlates> plates = work.sorted->plates;
    const auto change = [&](const Columns& gone, const Columns& left) {
      plates = std::make_shared<const KnownPlates>(
          plates->changed(gone ? &gone->plate : nullptr, left ? &left->plate : nullptr));
    };
    for (const Change& owed : work.owed) change(owed.gone, owed.left);
    for (const Columns& columns : come) change(nullptr, columns);
    settle(work, come, std::move(plates));
  }
}

// Meanwhile buckets may have been purged: of those that were sorted, it is owed; those that were
// not are no longer what came.
void ReadsIndex::settle(const Unsettled& work, const std::vector<Columns>& come,
                        std::shared_ptr<const KnownPlates> plates) {
  const std::unique_lock lock(mutex_);
  auto next = std::make_shared<Sorted>(*sorted_);
  next->plates = std::move(plates);
  owed_.erase(owed_.begin(), owed_.begin() + static_cast<std::ptrdiff_t>(work.owed.size()));
  for (std::size_t i = 0; i < come.size(); ++i) {
    const auto still = std::find(ended_.begin(), ended_.end(), work.ended[i]);
    if (still == ended_.end()) {
      owed_.push_back({come[i], nullptr});
      continue;
    }
    ended_.erase(still);
    next->replace(come[i]->bucket().value, come[i]);
  }
  sorted_ = std::move(next);
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
  const auto ended = std::find_if(ended_.begin(), ended_.end(),
                                  [&](const Columns& one) { return one->bucket() == bucket; });
  const Columns* found = ended != ended_.end() ? &*ended : sorted_->find(bucket.value);
  if (found == nullptr) return;
  ReadColumns kept(bucket);
  const ReadColumns& old = **found;
  for (const chain::Json& seq : *json->member("held")->array()) {  // ascending
    const std::size_t i = old.find({static_cast<std::uint64_t>(*seq.integer())});
    if (i == old.size()) continue;
    kept.add(row_locked(old, i), [this](std::string_view text) { return intern_locked(text); });
  }
  if (ended != ended_.end()) {
    if (kept.size() == 0)
      ended_.erase(ended);
    else
      *ended = std::make_shared<const ReadColumns>(std::move(kept));
    return;
  }
  kept.sort();
  const Columns left =
      kept.size() == 0 ? nullptr : std::make_shared<const ReadColumns>(std::move(kept));
  owed_.push_back({*found, left});
  auto next = std::make_shared<Sorted>(*sorted_);
  next->replace(bucket.value, left);
  sorted_ = std::move(next);
}

bool ReadsIndex::held_for_locked(Sequence seq, const std::string& case_number) const {
  const auto held = held_cases_.find(seq.value);
  return held != held_cases_.end() && held->second.contains(case_number);
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
  for (const Columns& ended : ended_)
    if (auto row = row_in(*ended)) return row;
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
  for (const Columns& ended : ended_) all += ended->size();
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
  for (const Columns& ended : ended_) add_all(*ended);
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
