// A vehicle's copy of the hot lists for one shift (I12-A-3): what the server writes, and what
// plateledger-reader matches with where there is no network. It has what matching needs and no
// more: no case number, no VIN, no remarks.
//
//   {"format":"plateledger shift list v1","salt":hex,"origin":string,"device":string,
//    "made_at_us":integer,"valid_until_us":integer,
//    "lists":[{"list":integer,"source":string,"list_time_us":integer,"rows":integer},...],
//    "rows":integer} LF
//   ["plate",index into lists,entry,expires_at_us or 0,"category"] LF     `rows` times
//
// Each line is canonical JSON. A general list's version is one of `lists`, with an entry's row in
// it; each custom entry is a version of its own (its hotlist.entry-approved), with the
// hotlist.entry-requested as `entry`. Rows stand in the order of pack_plate(fold_plate(plate)),
// list, entry, each once, so that a plate is found by halving.
//
// The salt is 32 random bytes: the digest of a copy stands open in the log, and without them the
// plates of a short list could be found by trying them all.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::recognition {

inline constexpr std::size_t kShiftRowsMax = 4'000'000;
inline constexpr std::size_t kShiftListBytesMax = std::size_t{256} << 20;
// No shift is longer; a copy that was forgotten in a vehicle matches nothing after it.
inline constexpr std::int64_t kShiftMaxUs = 86'400 * kSecondUs;
// A vehicle's clock may be this much off the server's, no more.
inline constexpr std::int64_t kClockSkewMaxUs = 300 * kSecondUs;

struct ShiftListVersion {
  Sequence list;
  std::string source;  // the order's name for it, e.g. "SVS"
  TimeUs list_time;    // when the source made it, or the entry was approved: its age counts from it
  std::uint64_t rows = 0;
  bool operator==(const ShiftListVersion&) const = default;
};

struct ShiftEntry {
  std::string plate;
  std::uint32_t list = 0;  // index into `lists`
  std::uint64_t entry = 0;
  TimeUs expires_at;  // 0: does not
  std::string category;
  bool operator==(const ShiftEntry&) const = default;
};

struct ShiftList {
  Salt salt{};
  std::string origin;
  std::string device;
  TimeUs made_at;
  TimeUs valid_until;
  std::vector<ShiftListVersion> lists;
  std::vector<ShiftEntry> entries;
  bool operator==(const ShiftList&) const = default;
};

// Sorts the entries and counts each list's rows. kTooLarge for a bound; kMalformed for
// what parse_shift_list() would refuse.
Result<std::string> write_shift_list(ShiftList list);
// Accepts exactly what write_shift_list() makes. kMalformed with the line, kTooLarge.
Result<ShiftList> parse_shift_list(std::string_view text);

struct ShiftMatch {
  const ShiftListVersion* list;  // into the ShiftList
  const ShiftEntry* entry;
  bool exact;  // else through folding: OCR_EQUIVALENT
};
// As the server matches (policy/registers/plate_index.h): one per entry that has not expired, exact
// ones first. `plate` is normalised.
std::vector<ShiftMatch> matches(const ShiftList& list, std::string_view plate, TimeUs now);

}  // namespace alpr::recognition
