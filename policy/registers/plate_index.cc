#include "policy/registers/plate_index.h"

#include <algorithm>
#include <bit>
#include <mutex>

#include "policy/registers/hotlist_csv.h"
#include "policy/registers/hotlists.h"
#include "policy/registers/packed_rows.h"
#include "policy/registers/plate_text.h"

namespace alpr::policy {

// The folded plates in order, beside each the number of its row: 12 bytes a row, and the rows. Each
// 64th fold stands by itself, too: these stay in a processor's own cache, so that finding a plate
// waits for memory once or twice rather than at every halving. Nearly all plates that are read are
// on no list: a map of two to four bytes a row says so of 15 in 16 of them.
struct PlateIndex::Rows {
  static constexpr std::size_t kStep = 64;
  static constexpr std::size_t kBitsARow = 16;
  std::vector<std::uint64_t> folds;
  std::vector<std::uint32_t> numbers;  // of equal folds in order
  std::vector<std::uint64_t> steps;    // folds[0], folds[kStep], ...
  std::vector<std::uint64_t> map;      // a power of two
  PackedRows rows;

  // Its place in the map: the product's highest bits have a part of each bit of the fold.
  std::size_t bit_of(std::uint64_t fold) const {
    const auto bits = static_cast<unsigned>(std::countr_zero(map.size() * 64));
    return static_cast<std::size_t>((fold * 0x9e3779b97f4a7c15ULL) >> (64 - bits));
  }
  void make_map() {
    map.assign(std::bit_ceil(folds.size() * kBitsARow / 64 + 1), 0);
    for (const std::uint64_t fold : folds) map[bit_of(fold) / 64] |= 1ULL << bit_of(fold) % 64;
  }
  bool may_have(std::uint64_t fold) const {
    const std::size_t bit = bit_of(fold);
    return (map[bit / 64] >> bit % 64 & 1U) != 0;
  }

  // The place of the first fold that is not below this one. Within a step all are looked at: their
  // lines of memory are asked for at once, where halving waits for one after the other.
  std::size_t lower_bound(std::uint64_t fold) const {
    const auto step = std::lower_bound(steps.begin(), steps.end(), fold) - steps.begin();
    const std::size_t to = std::min(static_cast<std::size_t>(step) * kStep, folds.size());
    const std::size_t from = step == 0 ? 0 : static_cast<std::size_t>(step - 1) * kStep;
    std::size_t below = 0;
    for (std::size_t i = from; i < to; ++i) below += folds[i] < fold ? 1 : 0;
    return from + below;
  }
};

PlateIndex::PlateIndex(BlobReader blobs) : blobs_(std::move(blobs)) {}
PlateIndex::~PlateIndex() = default;

Result<PlateIndex::List> PlateIndex::read_list(std::uint64_t blob, Sequence loaded,
                                               TimeUs source_time) const {
  auto text = blobs_(blob);
  if (!text) return tl::unexpected(text.error());
  auto rows = prepare(*text);
  if (!rows) return tl::unexpected(rows.error());
  return List{loaded, source_time, std::move(*rows)};
}

void PlateIndex::expect(const Digest& root, std::shared_ptr<const Rows> rows) {
  const std::unique_lock lock(mutex_);
  expected_ = {root, std::move(rows)};
}

Result<std::shared_ptr<const PlateIndex::Rows>> PlateIndex::prepare(std::string_view canonical) {
  auto rows = std::make_shared<Rows>();
  const auto lines = static_cast<std::size_t>(std::count(canonical.begin(), canonical.end(), '\n'));
  std::vector<std::pair<std::uint64_t, std::uint32_t>> places;
  places.reserve(lines);
  CanonicalRows line(canonical);
  for (;;) {
    const auto more = line.next();
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    // A plate is never quoted, so the first field ends at the first comma.
    const std::string_view plate = line.row().substr(0, line.row().find(','));
    if (!valid_plate(plate))
      return fail(ErrorCode::kCorrupt, "a stored hot list has a row without a plate");
    places.emplace_back(pack_plate(fold_plate(plate)), rows->rows.size());
    rows->rows.add(line.row());
  }
  rows->rows.finish();
  std::sort(places.begin(), places.end());
  rows->folds.reserve(places.size());
  rows->numbers.reserve(places.size());
  for (const auto& [fold, number] : places) {
    if (rows->folds.size() % Rows::kStep == 0) rows->steps.push_back(fold);
    rows->folds.push_back(fold);
    rows->numbers.push_back(number);
  }
  rows->make_map();
  return std::shared_ptr<const Rows>(std::move(rows));
}

Result<void> PlateIndex::load(const chain::RegisterReader& rows) {
  auto versions = active_lists(rows);
  if (!versions) return tl::unexpected(versions.error());
  auto entries = list_entries(rows);
  if (!entries) return tl::unexpected(entries.error());
  std::map<HotlistSource, List> lists;
  for (const HotlistRow& version : *versions) {
    auto list =
        read_list(static_cast<std::uint64_t>(version.blob), version.loaded, version.source_time);
    if (!list) return tl::unexpected(list.error());
    lists[version.source] = std::move(*list);
  }
  const std::unique_lock lock(mutex_);
  lists_ = std::move(lists);
  ++changes_;
  custom_.clear();
  by_fold_.clear();
  for (const EntryRow& entry : *entries) {
    if (entry.state != EntryState::kRequested && entry.state != EntryState::kActive) continue;
    custom_[entry.request.value] = Custom{entry.asked, std::nullopt, {}};
    // What was superseded has another state by now, so only this entry itself is left to put in.
    if (!entry.approved) continue;
    Custom& custom = custom_[entry.request.value];
    custom.approved = entry.approved;
    custom.approved_at = entry.approved_at.value_or(TimeUs{});
    index(entry.request, custom);
  }
  return {};
}

Result<void> PlateIndex::committed(std::span<const chain::EventView> events) {
  for (const chain::EventView& event : events) {
    if (auto applied = apply(event); !applied) return applied;
  }
  return {};
}

Result<void> PlateIndex::apply(const chain::EventView& event) {
  const std::uint16_t kind = event.header.kind;
  if (kind == HotlistLoaded::kKind.number) {
    auto loaded = from_event<HotlistLoaded>(event);
    if (!loaded) return tl::unexpected(loaded.error());
    std::shared_ptr<const Rows> expected;
    {
      const std::unique_lock lock(mutex_);
      if (expected_.second && expected_.first == loaded->root)
        expected = std::exchange(expected_.second, nullptr);
    }
    // Read outside the lock: searching goes on with the version before until this one is whole.
    auto list = expected
                    ? Result<List>(List{event.header.seq, loaded->source_time, std::move(expected)})
                    : read_list(static_cast<std::uint64_t>(loaded->blob), event.header.seq,
                                loaded->source_time);
    if (!list) return tl::unexpected(list.error());
    const std::unique_lock lock(mutex_);
    lists_[loaded->source] = std::move(*list);
    ++changes_;
  } else if (kind == HotlistConfirmed::kKind.number) {
    auto confirmed = from_event<HotlistConfirmed>(event);
    if (!confirmed) return tl::unexpected(confirmed.error());
    const std::unique_lock lock(mutex_);
    const auto found = lists_.find(confirmed->source);
    ALPR_CHECK(found != lists_.end());  // decide() confirms what is active
    found->second.source_time = confirmed->source_time;
    ++changes_;
  } else if (kind == EntryRequested::kKind.number) {
    auto asked = from_event<EntryRequested>(event);
    if (!asked) return tl::unexpected(asked.error());
    const std::unique_lock lock(mutex_);
    custom_[event.header.seq.value] = Custom{std::move(*asked), std::nullopt, {}};
  } else if (kind == EntryApproved::kKind.number) {
    auto approved = from_event<EntryApproved>(event);
    if (!approved) return tl::unexpected(approved.error());
    const std::unique_lock lock(mutex_);
    approve(approved->request, event.header.seq, event.header.time);
    ++changes_;
  } else if (kind == EntryDenied::kKind.number || kind == EntryRemoved::kKind.number) {
    Result<Sequence> request =
        kind == EntryDenied::kKind.number
            ? from_event<EntryDenied>(event).map([](const auto& e) { return e.request; })
            : from_event<EntryRemoved>(event).map([](const auto& e) { return e.request; });
    if (!request) return tl::unexpected(request.error());
    const std::unique_lock lock(mutex_);
    drop(*request);
    ++changes_;
  }
  return {};
}

void PlateIndex::approve(Sequence request, Sequence approved, TimeUs at) {
  const auto found = custom_.find(request.value);
  ALPR_CHECK(found !=
             custom_.end());  // decide() approves what was requested, and the log keeps the order
  if (found->second.asked.supersedes) drop(*found->second.asked.supersedes);
  found->second.approved = approved;
  found->second.approved_at = at;
  index(request, found->second);
}

void PlateIndex::index(Sequence request, const Custom& custom) {
  if (!custom.asked.plate) return;
  by_fold_.emplace(pack_plate(fold_plate(*custom.asked.plate)), request.value);
}

void PlateIndex::drop(Sequence request) {
  const auto found = custom_.find(request.value);
  if (found == custom_.end()) return;
  std::erase_if(by_fold_, [&](const auto& one) { return one.second == request.value; });
  custom_.erase(found);
}

Result<void> PlateIndex::match_list(const List& list, HotlistSource source, std::string_view plate,
                                    std::uint64_t fold, TimeUs now,
                                    std::vector<PlateMatch>& found) const {
  const Rows& rows = *list.rows;
  if (!rows.may_have(fold)) return {};
  for (std::size_t at = rows.lower_bound(fold); at < rows.folds.size() && rows.folds[at] == fold;
       ++at) {
    const std::uint32_t number = rows.numbers[at];
    auto entry = parse_canonical_row(rows.rows.row(number));
    if (!entry) return tl::unexpected(entry.error());
    if (entry->expires_at && *entry->expires_at <= now) continue;
    PlateMatch match;
    match.match = entry->plate == plate ? MatchKind::kExact : MatchKind::kOcrEquivalent;
    match.entry.source = source;
    match.entry.list = list.loaded;
    match.entry.row = number;
    match.entry.list_time = list.source_time;
    match.entry.plate = entry->plate;
    match.entry.reason = entry->category;
    if (!entry->case_number.empty()) match.entry.case_number = entry->case_number;
    match.entry.attributes = entry->attributes;
    found.push_back(std::move(match));
  }
  return {};
}

void PlateIndex::match_custom(std::string_view plate, std::uint64_t fold, TimeUs now,
                              std::vector<PlateMatch>& found) const {
  for (auto one = by_fold_.lower_bound({fold, 0}); one != by_fold_.end() && one->first == fold;
       ++one) {
    const Custom& custom = custom_.at(one->second);
    if (custom.asked.expires_at <= now) continue;
    PlateMatch match;
    match.match = *custom.asked.plate == plate ? MatchKind::kExact : MatchKind::kOcrEquivalent;
    match.entry.source = HotlistSource::kCustomBolo;
    match.entry.list = *custom.approved;
    match.entry.request = Sequence{one->second};
    match.entry.list_time = custom.approved_at;
    match.entry.plate = *custom.asked.plate;
    match.entry.reason = std::string(to_text(custom.asked.purpose));
    match.entry.case_number = custom.asked.case_number;
    match.entry.attributes = custom.asked.attributes;
    match.entry.informational = true;  // I12-C2B2-3
    found.push_back(std::move(match));
  }
}

Result<std::vector<PlateMatch>> PlateIndex::matches(std::string_view plate, TimeUs now) const {
  ALPR_CHECK(valid_plate(plate));
  const std::uint64_t fold = pack_plate(fold_plate(plate));
  std::vector<PlateMatch> found;
  const std::shared_lock lock(mutex_);
  for (const auto& [source, list] : lists_) {
    if (auto matched = match_list(list, source, plate, fold, now, found); !matched) {
      return tl::unexpected(matched.error());
    }
  }
  match_custom(plate, fold, now, found);
  std::stable_sort(found.begin(), found.end(), [](const PlateMatch& a, const PlateMatch& b) {
    return a.match < b.match;  // kExact first
  });
  return found;
}

Result<std::vector<PlateMatch>> PlateIndex::matches_in(const HotlistRow& version,
                                                       std::string_view plate, TimeUs at) const {
  ALPR_CHECK(valid_plate(plate));
  if (version.purged) return fail(ErrorCode::kGone, "the rows of this version are destroyed");
  std::optional<List> list;
  {
    const std::shared_lock lock(mutex_);
    const auto active = lists_.find(version.source);
    if (active != lists_.end() && active->second.loaded == version.loaded) list = active->second;
  }
  if (!list) {
    auto read =
        read_list(static_cast<std::uint64_t>(version.blob), version.loaded, version.source_time);
    if (!read) return tl::unexpected(read.error());
    list = std::move(*read);
  }
  std::vector<PlateMatch> found;
  const std::uint64_t fold = pack_plate(fold_plate(plate));
  if (auto matched = match_list(*list, version.source, plate, fold, at, found); !matched)
    return tl::unexpected(matched.error());
  return found;
}

Result<void> PlateIndex::copy_list(const List& list, HotlistSource source, TimeUs now,
                                   recognition::ShiftList& into) {
  const auto number = static_cast<std::uint32_t>(into.lists.size());
  into.lists.push_back({list.loaded, std::string(to_text(source)), list.source_time, 0});
  return list.rows->rows.each([&](std::uint32_t row, std::string_view text) -> Result<void> {
    auto entry = parse_canonical_row(text);
    if (!entry) return tl::unexpected(entry.error());
    if (entry->expires_at && *entry->expires_at <= now) return {};
    into.entries.push_back({std::move(entry->plate), number, row,
                            entry->expires_at.value_or(TimeUs{}), std::move(entry->category)});
    return {};
  });
}

Result<PlateIndex::Copy> PlateIndex::copy(TimeUs now) const {
  Copy copy;
  std::map<HotlistSource, List> lists;
  std::vector<std::pair<std::uint64_t, Custom>> custom;
  {
    const std::shared_lock lock(mutex_);
    lists = lists_;
    copy.changes = changes_;
    for (const auto& [request, one] : custom_) {
      if (one.approved && one.asked.plate && one.asked.expires_at > now)
        custom.emplace_back(request, one);
    }
  }
  for (const auto& [source, list] : lists) {
    if (auto copied = copy_list(list, source, now, copy.list); !copied)
      return tl::unexpected(copied.error());
  }
  for (const auto& [request, one] : custom) {
    const auto number = static_cast<std::uint32_t>(copy.list.lists.size());
    copy.list.lists.push_back(
        {*one.approved, std::string(to_text(HotlistSource::kCustomBolo)), one.approved_at, 0});
    copy.list.entries.push_back({*one.asked.plate, number, request, one.asked.expires_at,
                                 std::string(to_text(one.asked.purpose))});
  }
  return copy;
}

std::uint64_t PlateIndex::changes() const {
  const std::shared_lock lock(mutex_);
  return changes_;
}

std::size_t PlateIndex::rows(HotlistSource source) const {
  const std::shared_lock lock(mutex_);
  if (source == HotlistSource::kCustomBolo) {
    return static_cast<std::size_t>(
        std::count_if(custom_.begin(), custom_.end(),
                      [](const auto& one) { return one.second.approved.has_value(); }));
  }
  const auto list = lists_.find(source);
  return list == lists_.end() ? 0 : list->second.rows->rows.size();
}

std::string PlateIndex::dump() const {
  const std::shared_lock lock(mutex_);
  std::string text;
  for (const auto& [source, list] : lists_) {
    text += std::string(to_text(source)) + " " + std::to_string(list.loaded.value) + " " +
            std::to_string(list.source_time.value) + "\n";
    ALPR_CHECK(list.rows->rows.each([&](std::uint32_t, std::string_view row) -> Result<void> {
      text.append(row).append("\n");
      return {};
    }));
  }
  for (const auto& [request, custom] : custom_) {
    const std::string approved = custom.approved ? std::to_string(custom.approved->value) + " " +
                                                       std::to_string(custom.approved_at.value)
                                                 : "pending";
    text += std::to_string(request) + " " + approved + " " + to_json_text(custom.asked) + "\n";
  }
  for (const auto& [fold, request] : by_fold_)
    text += std::to_string(fold) + " " + std::to_string(request) + "\n";
  return text;
}

}  // namespace alpr::policy
