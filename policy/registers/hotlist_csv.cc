#include "policy/registers/hotlist_csv.h"

#include <algorithm>
#include <future>
#include <iterator>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/merkle.h"
#include "policy/registers/csv_record.h"
#include "policy/registers/plate_text.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kColumns = kHotlistColumns;
constexpr std::size_t kOriginsMax = 4'096;
// Room for rows is made so much at a time; a row takes less than kRowRoom of it.
constexpr std::size_t kRoom = 1U << 20;
constexpr std::size_t kRowRoom = kColumns * (2 * kHotlistFieldMax + 3);
// Fewer bytes are read by one thread before another has begun.
constexpr std::size_t kHalvedFrom = 1U << 20;
enum Column : std::size_t {
  kPlate,
  kState,
  kPlateType,
  kCategory,
  kSourceList,
  kSourceRecordId,
  kEnteredAt,
  kExpiresAt,
  kVin,
  kYear,
  kMake,
  kModel,
  kStyle,
  kColor,
  kCaseNumber,
  kAgencyOri,
  kRemarks
};
constexpr std::array<std::string_view, kColumns> kColumnNames{
    "plate",      "state",      "plate_type",  "category",   "source_list", "source_record_id",
    "entered_at", "expires_at", "vin",         "year",       "make",        "model",
    "style",      "color",      "case_number", "agency_ori", "remarks"};
static_assert(kEnteredAt == kEnteredAtColumn && kExpiresAt == kExpiresAtColumn);

tl::unexpected<Error> bad(std::size_t line, const std::string& what) {
  return fail(ErrorCode::kMalformed, "hot list line " + std::to_string(line) + ": " + what);
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  if (text.empty() || (!blank(text.front()) && !blank(text.back()))) return text;
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// The words of a text in upper case, one space around each, so that " ICE " is never found inside
// another word.
std::string words_of(std::string_view text) {
  std::string words = " ";
  for (char c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const bool part = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (part) {
      words += c;
    } else if (words.back() != ' ') {
      words += ' ';
    }
  }
  return words.back() == ' ' ? words : words + ' ';
}

bool has_any(const std::string& words, std::initializer_list<std::string_view> phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) {
    return words.find(phrase) != std::string::npos;
  });
}

// Empty stays empty: the caller excludes such rows.
Result<std::string> read_plate(std::string_view text, std::size_t line) {
  if (text.empty()) return std::string();
  auto plate = normalise_plate(text);
  if (!plate) return bad(line, "plate: " + plate.error().detail);
  return plate;
}

// A day alone is its first moment in UTC.
Result<std::optional<TimeUs>> read_time(std::string_view text, Column column, std::size_t line) {
  if (text.empty()) return std::optional<TimeUs>();
  std::string full(text);
  if (full.size() == 10) full += "T00:00:00Z";
  const auto time = chain::parse_time(full);
  if (time) return std::optional<TimeUs>(*time);
  return bad(line, std::string(kColumnNames[column]) + ": not a time as of RFC 3339, nor a day");
}

std::string time_text(const std::optional<TimeUs>& at) {
  return at ? chain::format_time(*at) : std::string();
}

std::optional<std::string> if_given(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

// `fields` are trimmed. An empty plate stays empty: the caller excludes such rows.
Result<HotlistEntry> entry_of(std::span<const std::string_view> fields, std::size_t line) {
  HotlistEntry entry;
  auto plate = read_plate(fields[kPlate], line);
  if (!plate) return tl::unexpected(plate.error());
  entry.plate = std::move(*plate);
  if (fields[kCategory].empty()) return bad(line, "category: missing");
  entry.category = fields[kCategory];
  entry.source_list = fields[kSourceList];
  entry.source_record_id = fields[kSourceRecordId];
  for (const Column column : {kEnteredAt, kExpiresAt}) {
    auto time = read_time(fields[column], column, line);
    if (!time) return tl::unexpected(time.error());
    (column == kEnteredAt ? entry.entered_at : entry.expires_at) = *time;
  }
  KnownAttributes& known = entry.attributes;
  known.make = if_given(fields[kMake]);
  known.model = if_given(fields[kModel]);
  known.style = if_given(fields[kStyle]);
  known.color = if_given(fields[kColor]);
  known.year = if_given(fields[kYear]);
  known.state = if_given(fields[kState]);
  known.plate_type = if_given(fields[kPlateType]);
  known.vin = if_given(fields[kVin]);
  entry.case_number = fields[kCaseNumber];
  entry.agency_ori = fields[kAgencyOri];
  entry.remarks = fields[kRemarks];
  return entry;
}

std::string canonical_row(const HotlistEntry& entry) {
  const KnownAttributes& known = entry.attributes;
  return write_record({entry.plate, known.state.value_or(""), known.plate_type.value_or(""),
                       entry.category, entry.source_list, entry.source_record_id,
                       time_text(entry.entered_at), time_text(entry.expires_at),
                       known.vin.value_or(""), known.year.value_or(""), known.make.value_or(""),
                       known.model.value_or(""), known.style.value_or(""), known.color.value_or(""),
                       entry.case_number, entry.agency_ori, entry.remarks});
}

// A row has sixteen commas, so there are eight.
std::uint64_t first_bytes(std::string_view row) {
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < sizeof first; ++i)
    first = first << 8 | static_cast<unsigned char>(row[i]);
  return first;
}

// Whether only a comma stands between two fields of a file. One that stood in quotes is kept
// elsewhere and ends with a zero byte.
bool follows(std::string_view before, std::string_view after) {
  if (before.data() == nullptr) return false;
  const char* end = before.data() + before.size();
  return after.data() == end + 1 && *end == ',';
}

// The row of these fields: as it stands in the file where that is what it must be, else written at
// the end of `text`, which has room for it.
std::string_view row_of(std::span<const std::string_view, kColumns> fields, bool as_in_file,
                        std::string& text) {
  const std::size_t offset = text.size();
  for (std::size_t i = 0; i < kColumns;) {
    if (i > 0) text += ',';
    const std::size_t first = i++;
    // What stands in the file as it will stand in the row is taken over in one piece.
    while (as_in_file && i < kColumns && follows(fields[i - 1], fields[i])) ++i;
    const char* begin = fields[first].data();
    const std::string_view piece(
        begin, static_cast<std::size_t>(fields[i - 1].data() - begin) + fields[i - 1].size());
    if (i == kColumns && first == 0) return piece;
    if (i > first + 1 || first == kPlate || first == kEnteredAt || first == kExpiresAt)
      text += piece;  // plates and times have nothing in them that needs quotes
    else
      append_field(text, piece);
  }
  return std::string_view(text).substr(offset);
}

bool same_word(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return upper(x) == upper(y); });
}

}  // namespace

std::optional<Exclusion> immigration_origin(const HotlistEntry& entry) {
  return immigration_origin(entry.category, entry.source_list, entry.agency_ori);
}

std::optional<Exclusion> immigration_origin(std::string_view category, std::string_view source_list,
                                            std::string_view agency_ori) {
  const std::string what = words_of(std::string(category) + " " + std::string(source_list));
  if (has_any(what,
              {" IMMIGRATION ", " IMMIGRATION VIOLATOR ", " IVF ", " DEPORTED ", " DEPORTATION ",
               " ABSCONDER ", " REMOVAL ORDER ", " ADMINISTRATIVE WARRANT "})) {
    return Exclusion::kImmigrationViolator;
  }
  const std::string agency = words_of(agency_ori);
  if (has_any(what + agency, {" ICE ", " CBP ", " ERO ", " HSI ", " USBP ", " CUSTOMS ",
                              " BORDER PATROL ", " HOMELAND SECURITY INVESTIGATIONS "})) {
    return Exclusion::kImmigrationAgency;
  }
  // An ORI is a state, three characters of an agency, and a number; local agencies have digits
  // there.
  if (agency.size() >= 6) {
    const std::string code = agency.substr(3, 3);
    if (code == "ICE" || code == "INS" || code == "CBP" || code == "USB")
      return Exclusion::kImmigrationAgency;
  }
  return std::nullopt;
}

const std::array<std::string_view, kHotlistColumns>& hotlist_columns() { return kColumnNames; }

std::optional<Exclusion> HotlistRows::origin_of(std::string_view category,
                                                std::string_view source_list,
                                                std::string_view agency_ori) {
  // With their lengths in front, so that no two triples are one text.
  origin_key_.clear();
  for (const std::string_view part : {category, source_list}) {
    origin_key_ += static_cast<char>(part.size() >> 8);  // at most kHotlistFieldMax
    origin_key_ += static_cast<char>(part.size() & 0xff);
  }
  origin_key_.append(category).append(source_list).append(agency_ori);
  const auto known = origins_.find(origin_key_);
  if (known != origins_.end()) return known->second;
  const auto origin = immigration_origin(category, source_list, agency_ori);
  if (origins_.size() < kOriginsMax) origins_.emplace(origin_key_, origin);
  return origin;
}

// What entry_of() and canonical_row() would make of it, without an entry between.
Result<void> HotlistRows::take(std::span<const std::string_view> fields, std::size_t line,
                               bool as_in_file) {
  if (taken_++ == kHotlistRowsMax) {
    return fail(ErrorCode::kTooLarge,
                "hot list: more than " + std::to_string(kHotlistRowsMax) + " rows");
  }
  if (fields.size() != kColumns) {
    return bad(line, "has " + std::to_string(fields.size()) + " fields and must have " +
                         std::to_string(kColumns));
  }
  std::array<std::string_view, kColumns> given;
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (fields[i].size() > kHotlistFieldMax) {
      return bad(line, std::string(kColumnNames[i]) + ": longer than " +
                           std::to_string(kHotlistFieldMax) + " bytes");
    }
    given[i] = trimmed(fields[i]);
  }
  std::string plate;
  if (auto read = read_plate(given[kPlate], line); read)
    plate = std::move(*read);
  else
    return tl::unexpected(read.error());
  if (given[kCategory].empty()) return bad(line, "category: missing");
  std::array<std::string, 2> times;
  for (const Column column : {kEnteredAt, kExpiresAt}) {
    auto time = read_time(given[column], column, line);
    if (!time) return tl::unexpected(time.error());
    if (*time) times[column == kEnteredAt ? 0 : 1] = time_text(*time);
  }
  // Immigration comes first: such a row is counted as what it is, with or without a plate, and
  // whether or not its category is left out anyway.
  if (const auto why = origin_of(given[kCategory], given[kSourceList], given[kAgencyOri])) {
    ++excluded_[*why];
    return {};
  }
  const auto left_out = std::find_if(
      leave_out_.begin(), leave_out_.end(),
      [&](const std::string& category) { return same_word(category, given[kCategory]); });
  if (left_out != leave_out_.end()) {
    ++left_out_[*left_out];
    return {};
  }
  if (plate.empty()) {
    ++excluded_[Exclusion::kNoPlate];
    return {};
  }
  // Ours take the place of the file's only where they differ.
  for (const auto& [column, ours] : {std::pair<Column, std::string_view>{kPlate, plate},
                                     {kEnteredAt, times[0]},
                                     {kExpiresAt, times[1]}}) {
    if (!as_in_file || given[column] != ours) given[column] = ours;
  }
  const std::string_view row = row_of(given, as_in_file, room());
  rows_.push_back({first_bytes(row), row});
  return {};
}

std::string& HotlistRows::room() {
  if (texts_.empty() || texts_.back().capacity() - texts_.back().size() < kRowRoom)
    texts_.emplace_back().reserve(kRoom);
  return texts_.back();
}

void HotlistRows::sort() { std::sort(rows_.begin(), rows_.end()); }

void HotlistRows::join(HotlistRows later) {
  std::vector<Row> both;
  both.reserve(rows_.size() + later.rows_.size());
  std::merge(rows_.begin(), rows_.end(), later.rows_.begin(), later.rows_.end(),
             std::back_inserter(both));
  rows_ = std::move(both);
  // A text keeps its place in memory when it is moved: it is too long to lie in the string itself.
  for (std::string& text : later.texts_) texts_.push_back(std::move(text));
  taken_ += later.taken_;
  for (const auto& [why, rows] : later.excluded_) excluded_[why] += rows;
  for (const auto& [category, rows] : later.left_out_) left_out_[category] += rows;
}

ParsedHotlist HotlistRows::finish() {
  const auto same = std::unique(rows_.begin(), rows_.end());
  if (const auto repeated = rows_.end() - same; repeated > 0) {
    excluded_[Exclusion::kDuplicate] = repeated;
    rows_.erase(same, rows_.end());
  }
  ParsedHotlist parsed;
  std::size_t size = kHotlistHeader.size() + 1;
  for (const Row& row : rows_) size += row.text.size() + 1;
  parsed.canonical.reserve(size);
  parsed.canonical.append(kHotlistHeader).append("\n");  // an assignment would lose the room
  chain::CompactRange tree;
  for (const Row& row : rows_) {
    static constexpr std::uint8_t kLeaf = 0x00;  // RFC 6962, 2.1
    tree.append(chain::sha256({BytesView(&kLeaf, 1), as_bytes(row.text)}));
    parsed.canonical += row.text;
    parsed.canonical += '\n';
  }
  parsed.rows = rows_.size();
  parsed.root = tree.root();
  for (const auto& [why, rows] : excluded_) parsed.excluded.push_back({why, rows, std::nullopt});
  for (const auto& [category, rows] : left_out_)
    parsed.excluded.push_back({Exclusion::kCategory, rows, category});
  return parsed;
}

Result<void> check_whole(std::string_view file) {
  if (!chain::valid_utf8(file)) return fail(ErrorCode::kMalformed, "hot list: not UTF-8");
  if (file.empty() || file.back() != '\n') {
    return fail(ErrorCode::kMalformed,
                "hot list: the file does not end with a line break, so it was cut off");
  }
  return {};
}

namespace {

bool odd_quotes(std::string_view text) {
  const auto first = text.find('"');
  if (first == std::string_view::npos) return false;
  return std::count(text.begin() + static_cast<std::ptrdiff_t>(first), text.end(), '"') % 2 != 0;
}

// Behind a line break near the middle; 0: there is none to cut at.
std::size_t middle(std::string_view records, bool quotes) {
  if (records.size() < kHalvedFrom) return 0;
  const std::size_t at = records.find('\n', records.size() / 2);
  if (at == std::string_view::npos || (quotes && odd_quotes(records.substr(0, at)))) return 0;
  return at + 1;
}

}  // namespace

Result<ParsedHotlist> parse_records(std::string_view records, std::size_t first_line, bool quotes,
                                    const std::vector<std::string>& leave_out,
                                    const TakeRecords& take) {
  const auto take_sorted = [&](std::string_view part, std::size_t line, HotlistRows& rows) {
    auto taken = take(part, line, rows);
    if (taken) rows.sort();
    return taken;
  };
  if (const std::size_t cut = middle(records, quotes); cut > 0) {
    HotlistRows first(leave_out), second(leave_out);
    const auto lines = static_cast<std::size_t>(
        std::count(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(cut), '\n'));
    auto other = std::async(std::launch::async, [&] {
      return take_sorted(records.substr(cut), first_line + lines, second);
    });
    const auto taken = take_sorted(records.substr(0, cut), first_line, first);
    if (const auto also = other.get();
        taken && also && first.taken() + second.taken() <= kHotlistRowsMax) {
      first.join(std::move(second));
      return first.finish();
    }
  }
  // Also for a file with a fault: which is the first, only reading it in order says.
  HotlistRows rows(leave_out);
  if (auto taken = take_sorted(records, first_line, rows); !taken)
    return tl::unexpected(taken.error());
  return rows.finish();
}

Result<ParsedHotlist> parse_hotlist(std::string_view file) {
  if (auto whole = check_whole(file); !whole) return tl::unexpected(whole.error());
  RecordReader header(file);
  std::vector<std::string_view> names;
  if (auto read = header.next(names); !read) return bad(header.line(), read.error().detail);
  const bool named =
      names.size() == kColumns && std::equal(names.begin(), names.end(), kColumnNames.begin());
  if (!named) return bad(1, "the header must be " + std::string(kHotlistHeader));
  return parse_records(
      file.substr(header.at()), header.next_line(), /*quotes=*/true, {},
      [](std::string_view part, std::size_t first_line, HotlistRows& rows) -> Result<void> {
        RecordReader reader(part, ',', first_line);
        std::vector<std::string_view> fields;
        for (;;) {
          const auto more = reader.next(fields);
          if (!more) return bad(reader.line(), more.error().detail);
          if (!*more) return {};
          if (auto taken = rows.take(fields, reader.line(), /*as_in_file=*/true); !taken)
            return taken;
        }
      });
}

Result<HotlistEntry> parse_canonical_row(std::string_view row) {
  RecordReader reader(row);
  std::vector<std::string_view> fields;
  auto read = reader.next(fields);
  const bool whole = read && *read && fields.size() == kColumns;
  auto entry = whole ? entry_of(fields, 1) : Result<HotlistEntry>(bad(1, "not a row"));
  // Written again it must give the same bytes: what does not was not written by us.
  if (!entry || entry->plate.empty() || canonical_row(*entry) != row) {
    return fail(ErrorCode::kCorrupt, "a row of a stored hot list does not read back");
  }
  return entry;
}

Result<bool> CanonicalRows::next() {
  if (at_ == 0) {
    const std::size_t header = kHotlistHeader.size() + 1;
    if (!canonical_.starts_with(kHotlistHeader) || canonical_.substr(0, header).back() != '\n')
      return fail(ErrorCode::kCorrupt, "a stored hot list does not begin with its header");
    at_ = header;
  }
  if (at_ == canonical_.size()) return false;
  // A line feed inside quotes does not end a row; quotes inside quotes come in pairs.
  std::size_t from = at_;
  std::size_t end = canonical_.find('\n', from);
  for (bool quoted = false; end != std::string_view::npos; end = canonical_.find('\n', from)) {
    quoted ^= odd_quotes(canonical_.substr(from, end - from));
    if (!quoted) break;
    from = end + 1;
  }
  if (end == std::string_view::npos)
    return fail(ErrorCode::kCorrupt, "a stored hot list ends inside a row");
  row_ = canonical_.substr(at_, end - at_);
  at_ = end + 1;
  return true;
}

}  // namespace alpr::policy
