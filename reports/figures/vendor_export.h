// A vendor's export of its searches, read by a profile (I12-K-5). Cells are text and nothing else:
// one that a spreadsheet program would run as a formula is compared as it stands. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "policy/records/reconciliations.h"
#include "reports/figures/export_profile.h"

namespace alpr::figures {

inline constexpr std::size_t kExportRowsMax = 200'000;

// Of a row that has a time. nullopt: the column is not there, or the cell was withheld.
struct ExportRow {
  std::int64_t line = 0;  // of the file, from 1
  TimeUs time;
  std::optional<std::string> user;         // as written, or the username that the profile names
  std::optional<std::string> plate;        // as written; empty: searched without one
  std::optional<std::string> case_number;  // as written, maybe empty
  std::optional<std::string> reason;       // as written, maybe empty
};

struct ExportFault {
  policy::Difference difference{};  // MISSING_COLUMN, UNREADABLE_ROW or REPEATED_ROW
  std::optional<std::int64_t> line;
  std::string what;
};

struct VendorExport {
  std::vector<ExportRow> rows;  // in the file's order, repeated ones once
  std::vector<ExportFault> faults;
  bool has_times = false;  // without the column of times nothing can be compared
};

// RFC 4180 in UTF-8, with or without a byte order mark. kMalformed: an empty file, not UTF-8, none
// of the profile's columns or one of them twice, quotes that do not close (with the line);
// kTooLarge: more than kExportRowsMax rows. A row that cannot be read is a fault of the export.
Result<VendorExport> read_export(std::string_view file, const ExportProfile& profile);

}  // namespace alpr::figures
