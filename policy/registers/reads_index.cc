#include "policy/registers/reads_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>

#include "policy/records/holds.h"
#include "policy/records/reads.h"
#include "policy/registers/plate_text.h"

namespace alpr::policy {

namespace {

// Ten characters of A-Z0-9, six bits each, left-aligned, so that equal plates are equal numbers.
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::uint64_t pack(std::string_view plate) {
  std::uint64_t packed = 0;
  for (std::size_t i = 0; i < 10; ++i)
    packed = packed << 6 | (i < plate.size() ? kAlphabet.find(plate[i]) + 1 : 0);
  return packed;
}

std::string unpack(std::uint64_t packed) {
  std::string plate;
  for (int shift = 54; shift >= 0; shift -= 6) {
    const std::uint64_t code = packed >> shift & 63;
    if (code != 0) plate += kAlphabet[code - 1];
  }
  return plate;
}

bool in_circle(const Circle& circle, std::int32_t latitude, std::int32_t longitude) {
  // Equirectangular: within a city its error is far below the readers' own.
  constexpr double kMetresPerE7 = 6'371'008.8 * std::numbers::pi / 180.0 * 1e-7;
  const double dy = static_cast<double>(latitude - circle.centre.latitude_e7) * kMetresPerE7;
  const double mean = static_cast<double>(latitude + circle.centre.latitude_e7) / 2 * 1e-7 *
                      std::numbers::pi / 180.0;
  const double dx =
      static_cast<double>(longitude - circle.centre.longitude_e7) * kMetresPerE7 * std::cos(mean);
  return dx * dx + dy * dy <=
         static_cast<double>(circle.radius_m) * static_cast<double>(circle.radius_m);
}

bool in_polygon(const std::vector<Point>& corners, std::int64_t latitude, std::int64_t longitude) {
  bool inside = false;  // even-odd rule, in integers: products stay far below 2^63
  for (std::size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
    const Point& a = corners[i];
    const Point& b = corners[j];
    if ((a.latitude_e7 > latitude) == (b.latitude_e7 > latitude)) continue;
    const std::int64_t rise = b.latitude_e7 - a.latitude_e7;
    const std::int64_t left = (longitude - a.longitude_e7) * rise;
    const std::int64_t right = (b.longitude_e7 - a.longitude_e7) * (latitude - a.latitude_e7);
    if (rise > 0 ? left < right : left > right) inside = !inside;
  }
  return inside;
}

bool valid_point(const Point& p) {
  return p.latitude_e7 >= -900'000'000 && p.latitude_e7 <= 900'000'000 &&
         p.longitude_e7 >= -1'800'000'000 && p.longitude_e7 <= 1'800'000'000;
}

Result<void> check_polygon(const std::vector<Point>& polygon) {
  if (polygon.size() < 3 || polygon.size() > 64)
    return fail(ErrorCode::kMalformed, "elements.polygon: give 3 to 64 corners");
  std::int64_t west = polygon[0].longitude_e7, east = west;
  for (const Point& p : polygon) {
    if (!valid_point(p))
      return fail(ErrorCode::kMalformed, "elements.polygon: a corner is not on the globe");
    west = std::min(west, p.longitude_e7);
    east = std::max(east, p.longitude_e7);
  }
  if (east - west > 1'800'000'000)
    return fail(ErrorCode::kMalformed, "elements.polygon: must not cross the antimeridian");
  return {};
}

}  // namespace

Result<void> check_elements(const QueryElements& e) {
  if (!e.plate && !e.circle && !e.polygon && !e.captured_from && !e.captured_until && !e.device)
    return fail(ErrorCode::kMalformed,
                "elements: give a plate, an area, a time window or a device");
  if (e.plate) {
    const std::string& pattern = *e.plate;
    const bool allowed = std::all_of(pattern.begin(), pattern.end(), [](char c) {
      return c == '?' || c == '*' || kAlphabet.find(c) != std::string_view::npos;
    });
    if (pattern.empty() || pattern.size() > 20 || !allowed)
      return fail(ErrorCode::kMalformed, "elements.plate: 1 to 20 of A-Z, 0-9, ? and *");
    if (!has_wildcard(pattern) && pattern.size() > 10)
      return fail(ErrorCode::kMalformed, "elements.plate: a plate has at most 10 characters");
    if (has_wildcard(pattern) && e.matching == PlateMatching::kOcrEquivalent)
      return fail(ErrorCode::kMalformed,
                  "elements.matching: OCR_EQUIVALENT takes a whole plate, without ? and *");
  }
  if (e.circle &&
      (!valid_point(e.circle->centre) || e.circle->radius_m < 1 || e.circle->radius_m > 50'000))
    return fail(ErrorCode::kMalformed,
                "elements.circle: a centre on the globe and a radius of 1 to 50000 m");
  if (e.polygon)
    if (auto checked = check_polygon(*e.polygon); !checked) return checked;
  if (e.captured_from && e.captured_until && *e.captured_until <= *e.captured_from)
    return fail(ErrorCode::kMalformed, "elements.captured_until: must be later than captured_from");
  if (e.device && (e.device->empty() || e.device->size() > 64))
    return fail(ErrorCode::kMalformed, "elements.device: 1 to 64 characters");
  return {};
}

std::optional<std::string> too_broad(const QueryElements& e) {
  constexpr std::int64_t kWindowMax = 24 * 3600 * kSecondUs;
  if (e.plate && literal_count(*e.plate) >= 3) return std::nullopt;
  const bool window = e.captured_from && e.captured_until &&
                      e.captured_until->value - e.captured_from->value <= kWindowMax;
  const bool place = e.circle || e.polygon || e.device;
  if (window && place) return std::nullopt;
  return "too broad: give at least 3 known characters of the plate, or a place (area or device) "
         "with a time window of "
         "at most 24 hours";
}

void ReadsIndex::Columns::add(const ReadRow& row, std::uint64_t packed, std::uint32_t device_id,
                              std::uint32_t place_id, std::uint32_t type_id) {
  seq.push_back(row.seq.value);
  plate.push_back(packed);
  uploaded.push_back(row.uploaded.value);
  captured.push_back(row.captured.value);
  latitude.push_back(static_cast<std::int32_t>(row.latitude_e7));
  longitude.push_back(static_cast<std::int32_t>(row.longitude_e7));
  confidence.push_back(static_cast<std::int32_t>(row.confidence_ppm));
  device.push_back(device_id);
  place.push_back(place_id);
  image_offset.push_back(row.image_offset);
  image_length.push_back(row.image_length);
  image_type.push_back(type_id);
  image.push_back(row.image_sha256);
}

ReadRow ReadsIndex::row_at(const Columns& c, std::size_t i) const {
  return {{c.seq[i]},
          {c.uploaded[i]},
          unpack(c.plate[i]),
          texts_[c.device[i]],
          texts_[c.place[i]],
          c.latitude[i],
          c.longitude[i],
          c.confidence[i],
          {c.captured[i]},
          c.image_offset[i],
          c.image_length[i],
          c.image[i],
          texts_[c.image_type[i]]};
}

std::uint32_t ReadsIndex::intern(std::string_view text) {
  const auto found = text_ids_.find(text);
  if (found != text_ids_.end()) return found->second;
  const auto id = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  text_ids_.emplace(texts_.back(), id);
  return id;
}

void ReadsIndex::committed(std::span<const chain::EventView> events) {
  std::unique_lock lock(mutex_);
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
        const auto placed = from_event<HoldPlaced>(event);
        ALPR_CHECK(placed.has_value());  // it passed the writer's check when it was appended
        holds_[event.header.seq.value] = {placed->case_number, placed->events};
        for (const Sequence held : placed->events)
          held_cases_[held.value].insert(placed->case_number);
        break;
      }
      case HoldReleased::kKind.number: {
        const auto released = from_event<HoldReleased>(event);
        ALPR_CHECK(released.has_value());
        const auto hold = holds_.find(released->hold.value);
        if (hold == holds_.end()) break;
        for (const Sequence held : hold->second.events) {
          auto& cases = held_cases_[held.value];
          if (const auto one = cases.find(hold->second.case_number); one != cases.end())
            cases.erase(one);
          if (cases.empty()) held_cases_.erase(held.value);
        }
        holds_.erase(hold);
        break;
      }
      default:
        break;
    }
  }
}

bool ReadsIndex::shown_to(std::uint64_t seq, std::int64_t uploaded, std::string_view case_number,
                          TimeUs now) const {
  if (now < due_time({uploaded})) return true;
  const auto held = held_cases_.find(seq);
  return held != held_cases_.end() && held->second.contains(std::string(case_number));
}

SearchResult ReadsIndex::search(const QueryElements& e, std::string_view case_number, TimeUs now,
                                std::size_t limit) const {
  const bool exact =
      e.plate && !has_wildcard(*e.plate) && e.matching != PlateMatching::kOcrEquivalent;
  const bool folded = e.plate && e.matching == PlateMatching::kOcrEquivalent;
  const std::uint64_t wanted = exact ? pack(*e.plate) : 0;
  const std::string wanted_fold = folded ? fold_plate(*e.plate) : std::string();
  std::shared_lock lock(mutex_);
  std::optional<std::uint32_t> device;
  if (e.device) {
    const auto id = text_ids_.find(*e.device);
    if (id == text_ids_.end()) return {};
    device = id->second;
  }
  const auto matches = [&](const Columns& c, std::size_t i) {
    if (exact && c.plate[i] != wanted) return false;
    if (device && c.device[i] != *device) return false;
    if (e.captured_from && c.captured[i] < e.captured_from->value) return false;
    if (e.captured_until && c.captured[i] >= e.captured_until->value) return false;
    if (e.circle && !in_circle(*e.circle, c.latitude[i], c.longitude[i])) return false;
    if (e.polygon && !in_polygon(*e.polygon, c.latitude[i], c.longitude[i])) return false;
    if (folded && fold_plate(unpack(c.plate[i])) != wanted_fold) return false;
    if (e.plate && !exact && !folded && !matches_pattern(*e.plate, unpack(c.plate[i])))
      return false;
    return shown_to(c.seq[i], c.uploaded[i], case_number, now);
  };
  SearchResult result;
  for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend(); ++bucket) {
    const Columns& c = bucket->second;
    for (std::size_t i = c.seq.size(); i-- > 0;) {
      if (!matches(c, i)) continue;
      if (result.matches.size() == limit) {
        result.more = true;
        return result;
      }
      ReadMatch match{row_at(c, i), MatchKind::kExact};
      if (folded && match.row.plate != *e.plate) match.match = MatchKind::kOcrEquivalent;
      result.matches.push_back(std::move(match));
    }
  }
  return result;
}

std::optional<ReadRow> ReadsIndex::find(Sequence read) const {
  std::shared_lock lock(mutex_);
  for (const auto& [bucket, c] : buckets_) {
    // Within a bucket seqs ascend.
    const auto at = std::lower_bound(c.seq.begin(), c.seq.end(), read.value);
    if (at != c.seq.end() && *at == read.value)
      return row_at(c, static_cast<std::size_t>(at - c.seq.begin()));
  }
  return std::nullopt;
}

bool ReadsIndex::may_show(const ReadRow& row, std::string_view case_number, TimeUs now) const {
  std::shared_lock lock(mutex_);
  return shown_to(row.seq.value, row.uploaded.value, case_number, now);
}

std::size_t ReadsIndex::size() const {
  std::shared_lock lock(mutex_);
  std::size_t total = 0;
  for (const auto& [bucket, columns] : buckets_) total += columns.seq.size();
  return total;
}

void ReadsIndex::add(const chain::EventView& event) {
  const auto recorded = from_event<ReadRecorded>(event);
  ALPR_CHECK(recorded.has_value());  // it passed the writer's check when it was appended
  const ReadContent& read = recorded->read;
  const ReadRow row{event.header.seq,
                    event.header.time,
                    read.plate,
                    recorded->device,
                    read.place,
                    read.latitude_e7,
                    read.longitude_e7,
                    read.confidence_ppm,
                    read.captured_at,
                    recorded->image.offset,
                    recorded->image.length,
                    recorded->image.sha256,
                    read.image.type};
  buckets_[bucket_of(event.header.time).value].add(row, pack(row.plate), intern(row.device),
                                                   intern(row.place), intern(row.image_type));
}

void ReadsIndex::purge(const chain::EventView& tombstone) {
  // The ledger's kind: bucket:int, held:[int], first and last of the bucket's thirty-day events.
  const auto json = chain::parse_canonical(tombstone.json);
  ALPR_CHECK(json && json->member("bucket") && json->member("held"));
  const auto bucket = buckets_.find(static_cast<std::uint64_t>(*json->member("bucket")->integer()));
  if (bucket == buckets_.end()) return;
  std::set<std::uint64_t> keep;
  for (const chain::Json& seq : *json->member("held")->array())
    keep.insert(static_cast<std::uint64_t>(*seq.integer()));
  Columns kept;
  const Columns& old = bucket->second;
  for (std::size_t i = 0; i < old.seq.size(); ++i)
    if (keep.contains(old.seq[i]))
      kept.add(row_at(old, i), old.plate[i], old.device[i], old.place[i], old.image_type[i]);
  if (kept.seq.empty()) {
    buckets_.erase(bucket);
  } else {
    bucket->second = std::move(kept);
  }
}

std::string ReadsIndex::dump() const {
  std::shared_lock lock(mutex_);
  std::string text;
  for (const auto& [bucket, c] : buckets_)
    for (std::size_t i = 0; i < c.seq.size(); ++i) {
      const ReadRow r = row_at(c, i);
      text += fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {}\n", bucket, r.seq.value,
                          r.uploaded.value, r.plate, r.device, r.place, r.latitude_e7,
                          r.longitude_e7, r.confidence_ppm, r.captured.value, r.image_offset,
                          r.image_length, chain::hex(r.image_sha256), r.image_type);
    }
  for (const auto& [hold, on] : holds_) text += fmt::format("hold {} {}\n", hold, on.case_number);
  for (const auto& [read, cases] : held_cases_)
    for (const std::string& one : cases) text += fmt::format("held {} {}\n", read, one);
  return text;
}

}  // namespace alpr::policy
