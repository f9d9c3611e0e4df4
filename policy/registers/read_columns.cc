#include "policy/registers/read_columns.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <numeric>

#include "ledger/chain/canonical_json.h"
#include "policy/registers/plate_question.h"

namespace alpr::policy {
namespace {

// A device's clock may be ahead by this much (policy/rules/b_reads.h).
constexpr std::int64_t kAheadUs = 300 * kSecondUs;
constexpr std::uint32_t kLate = UINT32_MAX;
constexpr std::size_t kFenceStep = 256;
constexpr std::string_view kMagic = "plateledger reads 2\n";
static_assert(std::endian::native == std::endian::little, "columns are written as they lie");

template <typename T>
void put(std::string& out, const T& value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof(T));
  std::memcpy(&out[at], &value, sizeof(T));
}

template <typename T>
void put_column(std::string& out, const std::vector<T>& column) {
  if (!column.empty())
    out.append(reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T));
}

// Takes the front of what is left; false where too little is.
struct Taker {
  std::string_view left;

  template <typename T>
  bool take(T& value) {
    if (left.size() < sizeof(T)) return false;
    std::memcpy(&value, left.data(), sizeof(T));
    left.remove_prefix(sizeof(T));
    return true;
  }
  template <typename T>
  bool take(std::vector<T>& column, std::size_t count) {
    if (left.size() / sizeof(T) < count) return false;
    column.resize(count);
    if (count > 0) std::memcpy(column.data(), left.data(), count * sizeof(T));
    left.remove_prefix(count * sizeof(T));
    return true;
  }
};

template <typename T>
void reorder(std::vector<T>& column, const std::vector<std::uint32_t>& order) {
  std::vector<T> out(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) out[i] = column[order[i]];
  column = std::move(out);
}

tl::unexpected<Error> corrupt(std::string what) {
  return fail(ErrorCode::kCorrupt, "columns of reads: " + std::move(what));
}

}  // namespace

std::array<std::string_view, 3> vehicle_parts(std::string_view text) {
  const std::size_t color = std::min(text.find('\n'), text.size());
  const std::size_t make = std::min(text.find('\n', color + 1), text.size());
  return {text.substr(0, color),
          color < text.size() ? text.substr(color + 1, make - color - 1) : std::string_view(),
          make < text.size() ? text.substr(make + 1) : std::string_view()};
}

void ReadColumns::add(const ReadRow& row, const Intern& intern) {
  ALPR_CHECK(!sorted_ && bucket_of(row.uploaded) == bucket_);
  if (plate.empty()) first_seq_ = row.seq.value;
  ALPR_CHECK(plate.empty() || row.seq > last_seq());
  const std::uint64_t offset = row.seq.value - first_seq_;
  ALPR_CHECK(offset < UINT32_MAX);
  last_offset_ = static_cast<std::uint32_t>(offset);
  seq.push_back(last_offset_);
  plate.push_back(packed_plate(row.plate));
  uploaded.push_back(static_cast<std::uint32_t>(row.uploaded.value - bucket_start(bucket_).value));
  const std::int64_t wait = row.uploaded.value - row.captured.value + kAheadUs;
  const bool fits = wait >= 0 && wait < std::int64_t{kLate};
  waited.push_back(fits ? static_cast<std::uint32_t>(wait) : kLate);
  if (!fits) late_.emplace_back(last_offset_, row.captured.value);
  latitude.push_back(static_cast<std::int32_t>(row.latitude_e7));
  longitude.push_back(static_cast<std::int32_t>(row.longitude_e7));
  device.push_back(intern(row.device));
  vehicle.push_back(intern(row.color + '\n' + row.make + '\n' + row.model));
  note_bounds(size() - 1);
}

void ReadColumns::note_bounds(std::size_t i) {
  const std::int64_t captured = captured_at(i).value;
  bounds_.captured_first = std::min(bounds_.captured_first, captured);
  bounds_.captured_last = std::max(bounds_.captured_last, captured);
  bounds_.south = std::min(bounds_.south, latitude[i]);
  bounds_.north = std::max(bounds_.north, latitude[i]);
  bounds_.west = std::min(bounds_.west, longitude[i]);
  bounds_.east = std::max(bounds_.east, longitude[i]);
}

void ReadColumns::sort() {
  if (sorted_) return;
  sorted_ = true;
  std::vector<std::uint32_t> order(size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
    return plate[a] != plate[b] ? plate[a] < plate[b] : a < b;
  });
  reorder(plate, order);
  reorder(latitude, order);
  reorder(longitude, order);
  reorder(device, order);
  reorder(vehicle, order);
  reorder(seq, order);
  reorder(uploaded, order);
  reorder(waited, order);
  late_.shrink_to_fit();
  make_fence();
}

void ReadColumns::make_fence() {
  fence_.clear();
  fence_.reserve(size() / kFenceStep + 1);
  for (std::size_t i = 0; i < size(); i += kFenceStep) fence_.push_back(plate[i]);
}

std::size_t ReadColumns::first_from(std::uint64_t packed) const {
  ALPR_CHECK(sorted_);
  const auto after = std::lower_bound(fence_.begin(), fence_.end(), packed);
  if (after == fence_.begin()) return 0;
  // Within the step that the last fence below it begins.
  const auto from = static_cast<std::size_t>(after - fence_.begin() - 1) * kFenceStep;
  const std::size_t to = std::min(from + kFenceStep, size());
  const auto begin = plate.begin() + static_cast<std::ptrdiff_t>(from);
  const auto end = plate.begin() + static_cast<std::ptrdiff_t>(to);
  return static_cast<std::size_t>(std::lower_bound(begin, end, packed) - plate.begin());
}

Sequence ReadColumns::first_seq() const {
  ALPR_CHECK(!plate.empty());
  return {first_seq_};
}

TimeUs ReadColumns::captured_at(std::size_t i) const {
  if (waited[i] != kLate)
    return {uploaded_at(i).value + kAheadUs - static_cast<std::int64_t>(waited[i])};
  const auto late = std::lower_bound(late_.begin(), late_.end(), std::pair(seq[i], INT64_MIN));
  ALPR_CHECK(late != late_.end() && late->first == seq[i]);
  return {late->second};
}

ReadRow ReadColumns::row(std::size_t i, const Text& text) const {
  const std::array<std::string_view, 3> named = vehicle_parts(text(vehicle[i]));
  return {seq_at(i),
          uploaded_at(i),
          unpacked_plate(plate[i]),
          text(device[i]),
          std::string(named[0]),
          std::string(named[1]),
          std::string(named[2]),
          latitude[i],
          longitude[i],
          captured_at(i)};
}

std::size_t ReadColumns::find(Sequence read) const {
  if (plate.empty() || read < first_seq() || read > last_seq()) return size();
  const auto offset = static_cast<std::uint32_t>(read.value - first_seq_);
  return static_cast<std::size_t>(std::find(seq.begin(), seq.end(), offset) - seq.begin());
}

std::string ReadColumns::write(const Text& text) const {
  ALPR_CHECK(sorted_);
  std::map<std::uint32_t, std::uint32_t> local;  // a text's number here -> its number in the file
  for (const auto* column : {&device, &vehicle})
    for (const std::uint32_t id : *column) local.emplace(id, 0);
  std::string texts;
  std::uint32_t next = 0;
  for (auto& [id, number] : local) {
    number = next++;
    put(texts, static_cast<std::uint32_t>(text(id).size()));
    texts += text(id);
  }
  std::string out(kMagic);
  for (const std::uint64_t value : {bucket_.value, first_seq_, std::uint64_t{size()},
                                    std::uint64_t{late_.size()}, std::uint64_t{local.size()}})
    put(out, value);
  out += texts;
  put_column(out, plate);
  put_column(out, seq);
  put_column(out, uploaded);
  put_column(out, waited);
  put_column(out, latitude);
  put_column(out, longitude);
  for (const auto* column : {&device, &vehicle}) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(size());
    for (const std::uint32_t id : *column) numbers.push_back(local.at(id));
    put_column(out, numbers);
  }
  for (const auto& [offset, captured] : late_) {
    put(out, offset);
    put(out, captured);
  }
  return out;
}

Result<ReadColumns> ReadColumns::read(std::string_view bytes, const Intern& intern) {
  if (!bytes.starts_with(kMagic)) return corrupt("not of this version");
  Taker taker{bytes.substr(kMagic.size())};
  std::uint64_t bucket = 0, first = 0, rows = 0, late = 0, texts = 0;
  for (std::uint64_t* value : {&bucket, &first, &rows, &late, &texts})
    if (!taker.take(*value)) return corrupt("too short");
  // No time that an event can have is beyond it.
  constexpr auto kBucketMax = static_cast<std::uint64_t>(chain::kIntegerMax / kBucketUs);
  if (bucket > kBucketMax) return corrupt("a bucket beyond all time");
  if (rows > bytes.size() || late > rows || texts > bytes.size()) return corrupt("too short");
  ReadColumns columns(Bucket{bucket});
  columns.first_seq_ = first;
  columns.sorted_ = true;
  std::vector<std::uint32_t> ids;
  for (std::uint64_t i = 0; i < texts; ++i) {
    std::uint32_t size = 0;
    if (!taker.take(size) || taker.left.size() < size) return corrupt("a text is cut off");
    ids.push_back(intern(taker.left.substr(0, size)));
    taker.left.remove_prefix(size);
  }
  if (!taker.take(columns.plate, rows) || !taker.take(columns.seq, rows) ||
      !taker.take(columns.uploaded, rows) || !taker.take(columns.waited, rows) ||
      !taker.take(columns.latitude, rows) || !taker.take(columns.longitude, rows) ||
      !taker.take(columns.device, rows) || !taker.take(columns.vehicle, rows))
    return corrupt("a column is cut off");
  for (auto* column : {&columns.device, &columns.vehicle})
    for (std::uint32_t& number : *column) {
      if (number >= ids.size()) return corrupt("a text is missing");
      number = ids[number];
    }
  columns.late_.resize(late);
  for (auto& [offset, captured] : columns.late_)
    if (!taker.take(offset) || !taker.take(captured)) return corrupt("a late capture is cut off");
  if (!taker.left.empty()) return corrupt("bytes at the end");
  if (!std::is_sorted(columns.late_.begin(), columns.late_.end()) ||
      !std::is_sorted(columns.plate.begin(), columns.plate.end()))
    return corrupt("not sorted");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto found = std::pair(columns.seq[i], INT64_MIN);
    const auto at = std::lower_bound(columns.late_.begin(), columns.late_.end(), found);
    if (columns.waited[i] == kLate && (at == columns.late_.end() || at->first != found.first))
      return corrupt("a late capture is missing");
    columns.last_offset_ = std::max(columns.last_offset_, columns.seq[i]);
    columns.note_bounds(i);
  }
  columns.make_fence();
  return columns;
}

}  // namespace alpr::policy
