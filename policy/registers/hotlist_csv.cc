#include "policy/registers/hotlist_csv.h"

#include <algorithm>

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
std::uint64_t first_bytes(std::string_view text, std::size_t at) {
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < sizeof first; ++i)
    first = first << 8 | static_cast<unsigned char>(text[at + i]);
  return first;
}

// Whether only a comma stands between two fields of a file. One that stood in quotes is kept
// elsewhere and ends with a zero byte.
bool follows(std::string_view before, std::string_view after) {
  if (before.data() == nullptr) return false;
  const char* end = before.data() + before.size();
  return after.data() == end + 1 && *end == ',';
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
  given[kPlate] = plate;
  given[kEnteredAt] = times[0];
  given[kExpiresAt] = times[1];
  const std::size_t offset = text_.size();
  for (std::size_t i = 0; i < kColumns;) {
    if (i > 0) text_ += ',';
    const std::size_t first = i++;
    // What stands in the file as it will stand in the row is taken over in one piece.
    while (as_in_file && i < kColumns && follows(given[i - 1], given[i])) ++i;
    if (i > first + 1)
      text_.append(given[first].data(), given[i - 1].data() + given[i - 1].size());
    else if (first == kPlate || first == kEnteredAt || first == kExpiresAt)
      text_ += given[first];  // ours, with nothing in it that needs quotes
    else
      append_field(text_, given[first]);
  }
  rows_.push_back({first_bytes(text_, offset), offset, text_.size() - offset});
  return {};
}

ParsedHotlist HotlistRows::finish() {
  const auto text_of = [&](const Row& row) {
    return std::string_view(text_).substr(row.offset, row.size);
  };
  std::sort(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) {
    return a.first != b.first ? a.first < b.first : text_of(a) < text_of(b);
  });
  const auto same = std::unique(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) {
    return a.first == b.first && text_of(a) == text_of(b);
  });
  if (const auto repeated = rows_.end() - same; repeated > 0) {
    excluded_[Exclusion::kDuplicate] = repeated;
    rows_.erase(same, rows_.end());
  }
  ParsedHotlist parsed;
  parsed.canonical.reserve(kHotlistHeader.size() + 1 + text_.size() + rows_.size());
  parsed.canonical.append(kHotlistHeader).append("\n");  // an assignment would lose the room
  chain::CompactRange tree;
  for (const Row& row : rows_) {
    static constexpr std::uint8_t kLeaf = 0x00;  // RFC 6962, 2.1
    tree.append(chain::sha256({BytesView(&kLeaf, 1), as_bytes(text_of(row))}));
    parsed.canonical += text_of(row);
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

Result<ParsedHotlist> parse_hotlist(std::string_view file) {
  if (auto whole = check_whole(file); !whole) return tl::unexpected(whole.error());
  RecordReader reader(file);
  std::vector<std::string_view> fields;
  auto header = reader.next(fields);
  if (!header) return bad(reader.line(), header.error().detail);
  const bool named =
      fields.size() == kColumns && std::equal(fields.begin(), fields.end(), kColumnNames.begin());
  if (!named) return bad(1, "the header must be " + std::string(kHotlistHeader));
  HotlistRows rows(file.size());
  for (std::size_t count = 0;; ++count) {
    auto more = reader.next(fields);
    if (!more) return bad(reader.line(), more.error().detail);
    if (!*more) return rows.finish();
    if (count == kHotlistRowsMax) {
      return fail(ErrorCode::kTooLarge,
                  "hot list: more than " + std::to_string(kHotlistRowsMax) + " rows");
    }
    if (auto taken = rows.take(fields, reader.line(), true); !taken)
      return tl::unexpected(taken.error());
  }
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

Result<std::vector<CanonicalRow>> canonical_rows(std::string_view canonical) {
  const std::string header = std::string(kHotlistHeader) + "\n";
  if (!canonical.starts_with(header)) {
    return fail(ErrorCode::kCorrupt, "a stored hot list does not begin with its header");
  }
  std::vector<CanonicalRow> rows;
  rows.reserve(static_cast<std::size_t>(std::count(canonical.begin(), canonical.end(), '\n')));
  for (std::size_t at = header.size(); at < canonical.size();) {
    // A line feed inside quotes does not end a row; quotes inside quotes come in pairs.
    std::size_t end = at;
    for (bool quoted = true; quoted;) {
      end = std::min(canonical.find('\n', end), canonical.size());
      const auto quotes = std::count(canonical.begin() + static_cast<std::ptrdiff_t>(at),
                                     canonical.begin() + static_cast<std::ptrdiff_t>(end), '"');
      quoted = quotes % 2 != 0 && end < canonical.size();
      if (quoted) ++end;
    }
    if (end == canonical.size())
      return fail(ErrorCode::kCorrupt, "a stored hot list ends inside a row");
    rows.push_back({at, canonical.substr(at, end - at)});
    at = end + 1;
  }
  return rows;
}

}  // namespace alpr::policy
