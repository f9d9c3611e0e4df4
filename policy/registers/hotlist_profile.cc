#include "policy/registers/hotlist_profile.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <span>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/hash.h"
#include "policy/registers/csv_record.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kNameMax = 40;
constexpr std::size_t kTextMax = 64;          // of a column's name, a category, a fixed text
constexpr std::size_t kLeaveOutMax = 64;      // categories
constexpr std::int64_t kPositionMax = 1'000;  // columns of a file
constexpr std::int64_t kLineMax = 4'096;      // bytes of a line of fixed width
constexpr std::string_view kDelimiters = ",;:|\t";

tl::unexpected<Error> bad(const std::string& what) { return fail(ErrorCode::kMalformed, what); }
tl::unexpected<Error> bad_line(std::size_t line, const std::string& what) {
  return bad("hot list line " + std::to_string(line) + ": " + what);
}

bool has_header(const HotlistProfile& profile) {
  return profile.header.value_or(profile.layout == HotlistLayout::kCsv);
}

bool in_range(std::int64_t value, std::int64_t max) { return value >= 1 && value <= max; }

bool short_text(std::string_view text) { return !text.empty() && text.size() <= kTextMax; }

// What is wrong with where a field comes from; empty: nothing.
std::string field_fault(const HotlistProfile& profile, const ProfileField& field) {
  const bool fixed = profile.layout == HotlistLayout::kFixed;
  const int places = int{field.name.has_value()} + int{field.position.has_value()} +
                     int{field.start.has_value() || field.length.has_value()} +
                     int{field.text.has_value()};
  if (places != 1) return "give one of name, position, start with length, and text";
  if (field.text) return short_text(*field.text) ? "" : "text: 1 to 64 bytes";
  if (fixed) {
    if (!field.start || !field.length) return "a file of fixed width has start and length";
    const bool fits = in_range(*field.start, kLineMax) && in_range(*field.length, kHotlistFieldMax);
    return fits ? "" : "start: 1 to 4096, length: 1 to 256";
  }
  if (field.start || field.length) return "start and length are for files of fixed width";
  if (field.position) return in_range(*field.position, kPositionMax) ? "" : "position: 1 to 1000";
  if (!has_header(profile)) return "a file without a header has positions";
  return short_text(*field.name) ? "" : "name: 1 to 64 bytes";
}

Result<void> check_fields(const HotlistProfile& profile, const std::string& where) {
  std::set<std::string_view> mapped;
  const auto& known = hotlist_columns();
  for (const ProfileField& field : profile.fields) {
    const std::string at = where + "fields: " + field.column + ": ";
    if (std::find(known.begin(), known.end(), field.column) == known.end())
      return bad(at + "no such column; ours are " + std::string(kHotlistHeader));
    if (!mapped.insert(field.column).second) return bad(at + "mapped twice");
    if (const std::string fault = field_fault(profile, field); !fault.empty())
      return bad(at + fault);
  }
  for (const std::string_view needed : {"plate", "category"})
    if (!mapped.contains(needed))
      return bad(where + "fields: " + std::string(needed) + ": must be mapped");
  return {};
}

// ---- days ----

bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The day as YYYY-MM-DD, or the text as it is where it is no day: the row's reader then refuses it.
std::string iso_day(const std::string& text, HotlistDates dates) {
  if (dates == HotlistDates::kIso) return text;
  std::string year;
  std::string month;
  std::string day;
  if (dates == HotlistDates::kYearMonthDay && text.size() == 8) {
    year = text.substr(0, 4);
    month = text.substr(4, 2);
    day = text.substr(6, 2);
  } else if (dates == HotlistDates::kMonthDayYear && text.size() == 10 && text[2] == '/' &&
             text[5] == '/') {
    year = text.substr(6, 4);
    month = text.substr(0, 2);
    day = text.substr(3, 2);
  }
  if (year.empty() || !digits(year + month + day)) return text.empty() ? "" : "not a day";
  if ((year + month + day).find_first_not_of('0') == std::string::npos) return "";
  return year + "-" + month + "-" + day;
}

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t") - from + 1));
}

// ---- rows ----

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

// One of our columns in this file: which of its fields, or a text.
struct Source {
  std::size_t from = kNowhere;
  std::string text;
};

// Takes the fields of the file's rows and hands ours to the list. Any thread.
class Mapper {
 public:
  Mapper(const HotlistProfile& profile, std::vector<Source> sources)
      : dates_(profile.dates.value_or(HotlistDates::kIso)), sources_(std::move(sources)) {}

  Result<void> take(std::span<const std::string_view> given, std::size_t line,
                    HotlistRows& rows) const {
    std::array<std::string_view, kHotlistColumns> ours;
    for (std::size_t i = 0; i < ours.size(); ++i)
      ours[i] = sources_[i].from == kNowhere ? sources_[i].text : given[sources_[i].from];
    const std::string entered = iso_day(trimmed(ours[kEnteredAtColumn]), dates_);
    const std::string expires = iso_day(trimmed(ours[kExpiresAtColumn]), dates_);
    ours[kEnteredAtColumn] = entered;
    ours[kExpiresAtColumn] = expires;
    return rows.take(ours, line);
  }

 private:
  HotlistDates dates_;
  std::vector<Source> sources_;
};

// Sources in the order of our columns; `place` says where in the file a field lies.
Result<std::vector<Source>> sources_of(
    const HotlistProfile& profile,
    const std::function<Result<std::size_t>(const ProfileField&)>& place) {
  const auto& columns = hotlist_columns();
  std::vector<Source> sources(columns.size());
  for (const ProfileField& field : profile.fields) {
    const auto column = std::find(columns.begin(), columns.end(), field.column);
    Source& source = sources[static_cast<std::size_t>(column - columns.begin())];
    if (field.text) {
      source.text = *field.text;
      continue;
    }
    const auto from = place(field);
    if (!from) return tl::unexpected(from.error());
    source.from = *from;
  }
  return sources;
}

// Where a field of a separated file is, by the first record: its header, or a row like the rest.
Result<std::size_t> csv_place(const ProfileField& field, std::span<const std::string_view> first) {
  if (field.position) {
    const auto at = static_cast<std::size_t>(*field.position) - 1;
    if (at >= first.size())
      return bad_line(1, "has " + std::to_string(first.size()) + " fields, and the profile's " +
                             field.column + " is number " + std::to_string(*field.position));
    return at;
  }
  const auto named = [&](std::string_view name) { return trimmed(name) == *field.name; };
  const auto times = std::count_if(first.begin(), first.end(), named);
  if (times != 1)
    return bad_line(1, "the header has the profile's column '" + *field.name + "' " +
                           (times == 0 ? "nowhere" : "more than once"));
  return static_cast<std::size_t>(std::find_if(first.begin(), first.end(), named) - first.begin());
}

std::vector<std::string> left_out_by(const HotlistProfile& profile) {
  return profile.leave_out.value_or(std::vector<std::string>());
}

Result<ParsedHotlist> parse_csv(std::string_view file, const HotlistProfile& profile) {
  const char separator = profile.delimiter.value_or(",").front();
  RecordReader reader(file, separator);
  std::vector<std::string_view> fields;
  const auto header = reader.next(fields);
  if (!header) return bad_line(reader.line(), header.error().detail);
  const std::size_t width = fields.size();
  if (width > static_cast<std::size_t>(kPositionMax)) return bad_line(1, "more than 1000 fields");
  auto sources =
      sources_of(profile, [&](const ProfileField& field) { return csv_place(field, fields); });
  if (!sources) return tl::unexpected(sources.error());
  const Mapper mapper(profile, std::move(*sources));
  // Without a header the first record is a row already.
  const bool named = has_header(profile);
  return parse_records(
      named ? file.substr(reader.at()) : file, named ? reader.next_line() : 1, /*quotes=*/true,
      left_out_by(profile),
      [&](std::string_view part, std::size_t first_line, HotlistRows& rows) -> Result<void> {
        RecordReader records(part, separator, first_line);
        std::vector<std::string_view> row;
        for (;;) {
          const auto more = records.next(row);
          if (!more) return bad_line(records.line(), more.error().detail);
          if (!*more) return {};
          if (row.size() != width)
            return bad_line(records.line(), "has " + std::to_string(row.size()) +
                                                " fields and the first line has " +
                                                std::to_string(width));
          if (auto taken = mapper.take(row, records.line(), rows); !taken) return taken;
        }
      });
}

Result<ParsedHotlist> parse_fixed(std::string_view file, const HotlistProfile& profile) {
  std::vector<const ProfileField*> cut;  // in the order in which sources_of asks
  std::size_t needed = 0;
  auto sources = sources_of(profile, [&](const ProfileField& field) -> Result<std::size_t> {
    cut.push_back(&field);
    needed = std::max(needed, static_cast<std::size_t>(*field.start + *field.length - 1));
    return cut.size() - 1;
  });
  if (!sources) return tl::unexpected(sources.error());
  const Mapper mapper(profile, std::move(*sources));
  const std::size_t header = has_header(profile) ? file.find('\n') + 1 : 0;
  return parse_records(
      file.substr(header), header > 0 ? 2 : 1, /*quotes=*/false, left_out_by(profile),
      [&](std::string_view part, std::size_t first_line, HotlistRows& rows) -> Result<void> {
        std::vector<std::string_view> fields(cut.size());
        for (std::size_t at = 0, number = first_line; at < part.size(); ++number) {
          const std::size_t end = part.find('\n', at);  // there is one: a part ends with it
          std::string_view line = part.substr(at, end - at);
          if (line.ends_with('\r')) line.remove_suffix(1);
          at = end + 1;
          if (line.size() < needed)
            return bad_line(number, "has " + std::to_string(line.size()) +
                                        " bytes, and the profile's last field ends at " +
                                        std::to_string(needed));
          if (!std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7f; }))
            return bad_line(number, "a control character, or one that is not ASCII");
          for (std::size_t i = 0; i < cut.size(); ++i)
            fields[i] = line.substr(static_cast<std::size_t>(*cut[i]->start) - 1,
                                    static_cast<std::size_t>(*cut[i]->length));
          if (auto taken = mapper.take(fields, number, rows); !taken) return taken;
        }
        return {};
      });
}

}  // namespace

bool valid_feed_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

Result<void> check_profile(const HotlistProfile& profile) {
  if (!valid_feed_name(profile.name)) return bad("name: 1 to 40 of a-z, 0-9 and '-'");
  const std::string where = profile.name + ": ";
  if (!in_range(profile.version, 1'000'000)) return bad(where + "version: 1 to 1000000");
  if (profile.delimiter) {
    if (profile.layout == HotlistLayout::kFixed)
      return bad(where + "delimiter: a file of fixed width has none");
    if (profile.delimiter->size() != 1 ||
        kDelimiters.find(profile.delimiter->front()) == std::string_view::npos)
      return bad(where + "delimiter: one of , ; : | and a tab");
  }
  const std::vector<std::string> none;
  const auto& out = profile.leave_out ? *profile.leave_out : none;
  if (out.size() > kLeaveOutMax) return bad(where + "leave_out: at most 64");
  if (!std::all_of(out.begin(), out.end(), short_text))
    return bad(where + "leave_out: categories of 1 to 64 bytes");
  return check_fields(profile, where);
}

ProfileName name_of(const HotlistProfile& profile) {
  return {profile.name, profile.version, chain::sha256(as_bytes(to_json_text(profile)))};
}

Result<ParsedHotlist> parse_hotlist(std::string_view file, const HotlistProfile& profile) {
  if (auto whole = check_whole(file); !whole) return tl::unexpected(whole.error());
  constexpr std::string_view kMark = "\xef\xbb\xbf";  // some programs begin UTF-8 with it
  if (file.starts_with(kMark)) file.remove_prefix(kMark.size());
  return profile.layout == HotlistLayout::kCsv ? parse_csv(file, profile)
                                               : parse_fixed(file, profile);
}

}  // namespace alpr::policy
