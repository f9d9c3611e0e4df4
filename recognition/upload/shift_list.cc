#include "recognition/upload/shift_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "recognition/upload/plate_fold.h"
#include "recognition/upload/upload_format.h"

namespace alpr::recognition {
namespace {

using chain::Json;

constexpr std::string_view kFormat = "plateledger shift list v1";
constexpr std::size_t kCategoryMax = 256;
constexpr std::size_t kSourceMax = 20;

tl::unexpected<Error> malformed(std::size_t line, std::string_view what) {
  return fail(ErrorCode::kMalformed, fmt::format("shift list, line {}: {}", line, what));
}

std::uint64_t fold_of(const ShiftEntry& entry) { return pack_plate(fold_plate(entry.plate)); }

auto order_of(const ShiftEntry& entry) {
  return std::tuple(fold_of(entry), entry.list, entry.entry);
}

bool valid_source(std::string_view source) {
  return !source.empty() && source.size() <= kSourceMax &&
         std::all_of(source.begin(), source.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

bool in_json(std::uint64_t number) {
  return number <= static_cast<std::uint64_t>(chain::kIntegerMax);
}

// nullptr, or what is wrong.
const char* fault_of(const ShiftEntry& entry, std::size_t lists) {
  if (!valid_plate(entry.plate)) return "not a plate";
  if (entry.list >= lists) return "of no list";
  if (!in_json(entry.entry)) return "its entry is out of range";
  if (entry.expires_at.value < 0 || entry.expires_at.value > chain::kIntegerMax)
    return "its expiry is out of range";
  if (entry.category.empty() || entry.category.size() > kCategoryMax ||
      !chain::valid_utf8(entry.category))
    return "its category is empty, too long or not UTF-8";
  return nullptr;
}

const char* fault_of(const ShiftList& list) {
  if (list.salt == Salt{}) return "a salt of zeros protects nothing";
  if (!valid_origin(list.origin)) return "the origin is not a log's name";
  if (!valid_device_name(list.device)) return "the device name is not of the form";
  if (list.made_at.value < 0 || list.valid_until.value > chain::kIntegerMax ||
      list.valid_until <= list.made_at || list.valid_until.value - list.made_at.value > kShiftMaxUs)
    return "it is valid for no time, or for more than a day";
  std::set<std::uint64_t> seen;
  for (const ShiftListVersion& one : list.lists) {
    if (!valid_source(one.source)) return "a source is not a name";
    if (!in_json(one.list.value) || !seen.insert(one.list.value).second)
      return "a list is there twice, or its number is out of range";
    if (one.list_time.value < 0 || one.list_time.value > chain::kIntegerMax)
      return "a list's time is out of range";
  }
  return nullptr;
}

std::string head_text(const ShiftList& list) {
  Json::Array lists;
  for (const ShiftListVersion& one : list.lists) {
    lists.emplace_back(Json::Object{{"list", Json(static_cast<std::int64_t>(one.list.value))},
                                    {"source", Json(one.source)},
                                    {"list_time_us", Json(one.list_time.value)},
                                    {"rows", Json(static_cast<std::int64_t>(one.rows))}});
  }
  return chain::write(
      Json(Json::Object{{"format", Json(std::string(kFormat))},
                        {"salt", Json(chain::hex(list.salt))},
                        {"origin", Json(list.origin)},
                        {"device", Json(list.device)},
                        {"made_at_us", Json(list.made_at.value)},
                        {"valid_until_us", Json(list.valid_until.value)},
                        {"lists", Json(std::move(lists))},
                        {"rows", Json(static_cast<std::int64_t>(list.entries.size()))}}));
}

// Reads an object's members one after the other; the first that is not there spoils all.
struct Members {
  const Json::Object& object;
  std::size_t next = 0;
  bool good = true;

  const Json* take(std::string_view name) {
    good = good && next < object.size() && object[next].first == name;
    return good ? &object[next++].second : nullptr;
  }
  std::string text(std::string_view name) {
    const Json* value = take(name);
    good = good && value->string() != nullptr;
    return good ? *value->string() : std::string();
  }
  std::int64_t number(std::string_view name) {
    const Json* value = take(name);
    good = good && value->integer() != nullptr && *value->integer() >= 0;
    return good ? *value->integer() : 0;
  }
  bool done() const { return good && next == object.size(); }
};

bool parse_versions(const Json* value, std::vector<ShiftListVersion>& lists) {
  const Json::Array* items = value != nullptr ? value->array() : nullptr;
  if (items == nullptr) return false;
  for (const Json& item : *items) {
    if (item.object() == nullptr) return false;
    Members members{*item.object()};
    ShiftListVersion& one = lists.emplace_back();
    one.list = {static_cast<std::uint64_t>(members.number("list"))};
    one.source = members.text("source");
    one.list_time = {members.number("list_time_us")};
    one.rows = static_cast<std::uint64_t>(members.number("rows"));
    if (!members.done()) return false;
  }
  return true;
}

Result<std::uint64_t> parse_head(std::string_view line, ShiftList& list) {
  const Result<Json> json = chain::parse_canonical(line);
  if (!json || json->object() == nullptr) return malformed(1, "not a JSON object");
  Members members{*json->object()};
  if (members.text("format") != kFormat) return malformed(1, "not a shift list of this version");
  const Result<Digest> salt = chain::parse_digest_hex(members.text("salt"));
  if (!salt) return malformed(1, "its salt is not 64 hex digits");
  list.salt = *salt;
  list.origin = members.text("origin");
  list.device = members.text("device");
  list.made_at = {members.number("made_at_us")};
  list.valid_until = {members.number("valid_until_us")};
  const bool lists = parse_versions(members.take("lists"), list.lists);
  const auto rows = static_cast<std::uint64_t>(members.number("rows"));
  if (!lists || !members.done()) return malformed(1, "a member is missing, unknown or mistyped");
  if (const char* fault = fault_of(list)) return malformed(1, fault);
  if (rows > kShiftRowsMax) return fail(ErrorCode::kTooLarge, "shift list: too many rows");
  return rows;
}

bool parse_row(std::string_view line, ShiftEntry& entry) {
  const Result<Json> json = chain::parse_canonical(line);
  const Json::Array* row = json && json->array() != nullptr ? json->array() : nullptr;
  if (row == nullptr || row->size() != 5) return false;
  const std::string* plate = (*row)[0].string();
  const std::int64_t* list = (*row)[1].integer();
  const std::int64_t* number = (*row)[2].integer();
  const std::int64_t* expires = (*row)[3].integer();
  const std::string* category = (*row)[4].string();
  if (!plate || !list || !number || !expires || !category) return false;
  if (*list < 0 || *list > static_cast<std::int64_t>(kShiftRowsMax) || *number < 0) return false;
  entry = {*plate, static_cast<std::uint32_t>(*list), static_cast<std::uint64_t>(*number),
           TimeUs{*expires}, *category};
  return true;
}

// Folding once per entry, not once per comparison: a list may have millions.
void sort_entries(std::vector<ShiftEntry>& entries) {
  std::vector<std::pair<std::uint64_t, ShiftEntry>> keyed;
  keyed.reserve(entries.size());
  for (ShiftEntry& entry : entries) {
    const std::uint64_t fold = fold_of(entry);
    keyed.emplace_back(fold, std::move(entry));
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.list, a.second.entry) <
           std::tie(b.first, b.second.list, b.second.entry);
  });
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i] = std::move(keyed[i].second);
}

std::vector<std::uint64_t> counts(const ShiftList& list) {
  std::vector<std::uint64_t> rows(list.lists.size());
  for (const ShiftEntry& entry : list.entries) ++rows[entry.list];
  return rows;
}

}  // namespace

Result<std::string> write_shift_list(ShiftList list) {
  if (list.entries.size() > kShiftRowsMax || list.lists.size() > kShiftRowsMax)
    return fail(ErrorCode::kTooLarge, "the lists have more entries than a vehicle's copy may");
  if (const char* fault = fault_of(list)) return malformed(1, fault);
  for (const ShiftEntry& entry : list.entries)
    if (const char* fault = fault_of(entry, list.lists.size()))
      return fail(ErrorCode::kMalformed, fmt::format("shift list: an entry: {}", fault));
  sort_entries(list.entries);
  const std::vector<std::uint64_t> rows = counts(list);
  for (std::size_t i = 0; i < rows.size(); ++i) list.lists[i].rows = rows[i];
  std::string text = head_text(list) + "\n";
  for (const ShiftEntry& entry : list.entries) {
    text += "[\"" + entry.plate + "\",";  // nothing in a plate needs an escape
    chain::write_integer(text, entry.list);
    text += ',';
    chain::write_integer(text, static_cast<std::int64_t>(entry.entry));
    text += ',';
    chain::write_integer(text, entry.expires_at.value);
    text += ',';
    chain::write_string(text, entry.category);
    text += "]\n";
    if (text.size() > kShiftListBytesMax)
      return fail(ErrorCode::kTooLarge, "the lists are larger than a vehicle's copy may be");
  }
  return text;
}

Result<ShiftList> parse_shift_list(std::string_view text) {
  if (text.size() > kShiftListBytesMax) return fail(ErrorCode::kTooLarge, "shift list: too large");
  ShiftList list;
  std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return malformed(1, "it has no end");
  const Result<std::uint64_t> rows = parse_head(text.substr(0, end), list);
  if (!rows) return tl::unexpected(rows.error());
  for (std::uint64_t i = 0; i < *rows; ++i) {
    const std::size_t start = end + 1;
    end = text.find('\n', start);
    if (end == std::string_view::npos) return malformed(i + 2, "the file ends before its last row");
    ShiftEntry entry;
    if (!parse_row(text.substr(start, end - start), entry)) return malformed(i + 2, "not a row");
    if (const char* fault = fault_of(entry, list.lists.size())) return malformed(i + 2, fault);
    if (!list.entries.empty() && order_of(list.entries.back()) >= order_of(entry))
      return malformed(i + 2, "it is out of order, or there twice");
    list.entries.push_back(std::move(entry));
  }
  if (end + 1 != text.size()) return malformed(*rows + 2, "bytes after the last row");
  const std::vector<std::uint64_t> counted = counts(list);
  for (std::size_t i = 0; i < counted.size(); ++i)
    if (counted[i] != list.lists[i].rows) return malformed(1, "a list has other rows than it says");
  return list;
}

std::vector<ShiftMatch> matches(const ShiftList& list, std::string_view plate, TimeUs now) {
  ALPR_CHECK(valid_plate(plate));
  const std::uint64_t fold = pack_plate(fold_plate(plate));
  std::vector<ShiftMatch> found;
  auto entry = std::lower_bound(
      list.entries.begin(), list.entries.end(), fold,
      [](const ShiftEntry& one, std::uint64_t wanted) { return fold_of(one) < wanted; });
  for (; entry != list.entries.end() && fold_of(*entry) == fold; ++entry) {
    if (entry->expires_at.value != 0 && entry->expires_at <= now) continue;
    found.push_back({&list.lists[entry->list], &*entry, entry->plate == plate});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const ShiftMatch& a, const ShiftMatch& b) { return a.exact && !b.exact; });
  return found;
}

}  // namespace alpr::recognition
