// An annual report held against the log that it says it is of (I12-L-5, B-1, K-3).
//
// The source's chain is to be verified first, by verify.h: here its events are counted, and its
// headers hashed up to the report's checkpoint. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/verify/keys.h"
#include "ledger/verify/report.h"
#include "ledger/verify/source.h"

namespace alpr::report_check {

inline constexpr std::size_t kReportMax = std::size_t{16} << 20;  // bytes
inline constexpr std::size_t kFiguresMax = 10'000;

struct CheckedReport {
  bool anchored = false;  // the log was checked against a key that the auditor brought
  std::string origin;
  std::uint64_t size = 0;  // of the log, that the report is of
  Digest root{};
  std::uint64_t checked = 0;      // figures that were counted again
  std::uint64_t not_checked = 0;  // those that need keys which were not there
  std::vector<verify::Finding> findings;

  // Without a finding it holds, as far as it was checked: not_checked says what was not.
  bool holds() const { return findings.empty(); }
};

// kMalformed: it does not read as a report, or is of another log than the source's; kTooLarge;
// kNotFound: the source ends before the report's checkpoint; kCorrupt and kIo as of the source.
// What reads and is not what the log gives is a finding. `keys` may be nullptr.
Result<CheckedReport> check_report(std::string_view json, verify::Source& source,
                                   const verify::Keys* keys);

std::string to_json(const CheckedReport& report);  // one line, without its line feed
std::string to_text(const CheckedReport& report);  // for people; the verdict last

}  // namespace alpr::report_check
