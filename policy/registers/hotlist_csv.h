// General hot lists as CSV: a strict reader of a source's file, and the canonical text of what of
// it is active. docs/hotlist-format.md has the format. Pure; any thread. I12-C2A1-3, C2B1-2, E-3.
//
// Canonical text: the header line, then the active rows sorted by bytes, each ended by a line feed,
// a field quoted only where it must be, plates normalised, times as 2026-11-23T10:00:00.000000Z. It
// is what is sealed as a version's blob; its rows, without line feeds, are the leaves SHA-256(0x00
// || row) of the Merkle tree whose root hotlist.loaded holds.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "policy/records/hotlists.h"

namespace alpr::policy {

inline constexpr std::string_view kHotlistHeader =
    "plate,state,plate_type,category,source_list,source_record_id,entered_at,expires_at,vin,year,"
    "make,model,style,color,"
    "case_number,agency_ori,remarks";
inline constexpr std::size_t kHotlistRowsMax = 2'000'000;
inline constexpr std::size_t kHotlistFieldMax = 256;  // bytes

struct HotlistEntry {
  std::string plate;     // normalised
  std::string category;  // the source's own word, never empty
  std::string source_list;
  std::string source_record_id;
  std::optional<TimeUs> entered_at;
  std::optional<TimeUs> expires_at;
  KnownAttributes attributes;  // no marks: the file has none
  std::string case_number;
  std::string agency_ori;
  std::string remarks;
  bool operator==(const HotlistEntry&) const = default;
};

// A row to be left out (I12-C2A1-3, E-3): immigration files, and whatever comes from ICE or from
// customs and border protection, told by its category, source list or agency.
std::optional<Exclusion> immigration_origin(const HotlistEntry& entry);
std::optional<Exclusion> immigration_origin(std::string_view category, std::string_view source_list,
                                            std::string_view agency_ori);

struct ParsedHotlist {
  std::string canonical;
  std::size_t rows = 0;                 // active
  std::vector<ExcludedCount> excluded;  // reasons that occurred, in the order of the enumeration
  Digest root{};
};

// Our columns, in the header's order.
inline constexpr std::size_t kHotlistColumns = 17;
inline constexpr std::size_t kEnteredAtColumn = 6;
inline constexpr std::size_t kExpiresAtColumn = 7;
const std::array<std::string_view, kHotlistColumns>& hotlist_columns();

// Takes the rows of a file one by one and makes the list of them, whatever layout they came in.
class HotlistRows {
 public:
  // `leave_out`: categories whose rows are excluded and counted, whatever their case.
  explicit HotlistRows(std::vector<std::string> leave_out = {})
      : leave_out_(std::move(leave_out)) {}
  // Fields in the order of our columns. `as_in_file`: a RecordReader's of a file with commas, which
  // outlives this, so that no field but one that stood in quotes needs any. kMalformed with the
  // line, kTooLarge for one row more than kHotlistRowsMax.
  Result<void> take(std::span<const std::string_view> fields, std::size_t line,
                    bool as_in_file = false);
  void sort();                   // what was taken
  void join(HotlistRows later);  // both are sorted, and stay so
  ParsedHotlist finish();        // what is sorted
  std::size_t taken() const { return taken_; }

 private:
  std::optional<Exclusion> origin_of(std::string_view category, std::string_view source_list,
                                     std::string_view agency_ori);
  std::string& room();

  // Most rows are told apart by their first bytes, without a look at the text.
  struct Row {
    std::uint64_t first = 0;  // bytes, as a number
    std::string_view text;    // the file's where it stands there as it must, or of texts_
    friend bool operator<(const Row& a, const Row& b) {
      return a.first != b.first ? a.first < b.first : a.text < b.text;
    }
    friend bool operator==(const Row& a, const Row& b) {
      return a.first == b.first && a.text == b.text;
    }
  };
  std::vector<std::string> leave_out_;
  std::deque<std::string> texts_;  // rows one after another; none grows beyond its first room
  std::vector<Row> rows_;
  std::size_t taken_ = 0;
  // A list has few categories and agencies, and telling what they are takes longer than all else.
  std::map<std::string, std::optional<Exclusion>, std::less<>> origins_;
  std::string origin_key_;
  std::map<Exclusion, std::int64_t> excluded_;
  std::map<std::string, std::int64_t> left_out_;  // by category, as leave_out spells it
};

// Makes the list of a file's records, which `take` takes: the halves of many at once, on two
// threads. A part ends with a line break that is no field's; `first_line` is its own. The first
// fault in the file's order is what is returned. `quotes`: whether a line break may stand in them.
using TakeRecords =
    std::function<Result<void>(std::string_view part, std::size_t first_line, HotlistRows& rows)>;
Result<ParsedHotlist> parse_records(std::string_view records, std::size_t first_line, bool quotes,
                                    const std::vector<std::string>& leave_out,
                                    const TakeRecords& take);

// kMalformed: not UTF-8, or cut off.
Result<void> check_whole(std::string_view file);

// kMalformed with the line where the first fault is, kTooLarge for a bound. A file that does not
// end with a line break was cut off. A row without a plate is excluded and counted, a row with an
// impossible one refuses the file.
Result<ParsedHotlist> parse_hotlist(std::string_view file);

// One row of a canonical text, as matching reads it back. kCorrupt when it is not one.
Result<HotlistEntry> parse_canonical_row(std::string_view row);

// The rows of a canonical text in order, each without its line feed.
class CanonicalRows {
 public:
  explicit CanonicalRows(std::string_view canonical) : canonical_(canonical) {}
  // False after the last. kCorrupt where it is no canonical text.
  Result<bool> next();
  std::string_view row() const { return row_; }

 private:
  std::string_view canonical_;
  std::size_t at_ = 0;
  std::string_view row_;
};

}  // namespace alpr::policy
