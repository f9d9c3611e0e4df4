// Import profiles: how a source's own layout, separated or of fixed width, becomes rows of a
// general hot list, and which of its categories are left out. docs/hotlist-format.md has the words.
// Pure; any thread. I12-C2B1-1, C2A1-3, E-3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "policy/records/hotlists.h"
#include "policy/registers/hotlist_csv.h"

namespace alpr::policy {

enum class HotlistLayout { kCsv, kFixed };
template <>
struct EnumTexts<HotlistLayout> {
  static constexpr std::array texts{std::pair{HotlistLayout::kCsv, "CSV"},
                                    std::pair{HotlistLayout::kFixed, "FIXED"}};
};

// How days are written. kIso also takes times as of RFC 3339; a day of only zeros is none.
enum class HotlistDates { kIso, kYearMonthDay, kMonthDayYear };
template <>
struct EnumTexts<HotlistDates> {
  static constexpr std::array texts{std::pair{HotlistDates::kIso, "YYYY-MM-DD"},
                                    std::pair{HotlistDates::kYearMonthDay, "YYYYMMDD"},
                                    std::pair{HotlistDates::kMonthDayYear, "MM/DD/YYYY"}};
};

// Where one of our columns (kHotlistHeader) comes from: exactly one of a column's name in the
// file's header, its position, a place in a line of fixed width, or the same text in every row.
struct ProfileField {
  std::string column;
  std::optional<std::string> name;       // CSV with a header
  std::optional<std::int64_t> position;  // CSV; from 1
  std::optional<std::int64_t> start;     // FIXED; bytes, from 1
  std::optional<std::int64_t> length;    // FIXED; bytes
  std::optional<std::string> text;
  template <typename M>
  void members(M& m) {
    m("column", column);
    m("name", name);
    m("position", position);
    m("start", start);
    m("length", length);
    m("text", text);
  }
};

struct HotlistProfile {
  std::string name;          // 1 to 40 of a-z, 0-9 and '-'
  std::int64_t version = 1;  // the operator's, raised with each change
  HotlistLayout layout{};
  std::optional<std::string> delimiter;  // CSV: one of , ; : | and tab; unless given a comma
  std::optional<bool> header;            // of the first line; unless given CSV has one
  std::optional<HotlistDates> dates;     // unless given kIso
  std::vector<ProfileField> fields;      // plate and category among them
  std::optional<std::vector<std::string>> leave_out;  // categories, whatever their case
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("version", version);
    m("layout", layout);
    m("delimiter", delimiter);
    m("header", header);
    m("dates", dates);
    m("fields", fields);
    m("leave_out", leave_out);
  }
};

// 1 to 40 of a-z, 0-9 and '-': what a profile and a feed may be called.
bool valid_feed_name(std::string_view name);

// kMalformed: what of it cannot be meant, in the words of the profile.
Result<void> check_profile(const HotlistProfile& profile);
// Of its canonical JSON: two profiles of one name and version that differ can be told apart.
ProfileName name_of(const HotlistProfile& profile);

// As parse_hotlist without a profile, which has passed check_profile. Immigration records are left
// out and counted as such whatever the profile says (I12-C2A1-3, E-3).
Result<ParsedHotlist> parse_hotlist(std::string_view file, const HotlistProfile& profile);

}  // namespace alpr::policy
