// `plateledger report` on a running server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/commands/remote.h"

namespace alpr::api {

struct AnnualReportCommand {
  RemoteOptions remote;
  std::string from, until;            // RFC 3339
  std::optional<std::int64_t> size;   // of the log; none: now
  std::optional<std::int64_t> years;  // earlier ones beside it
  std::string out;                    // a new file, or "-"
};
// Takes the report of a period as JSON, which the server records, and writes it as it came: its
// digest is the one on the record. Returns the exit code.
int run_report_annual(const AnnualReportCommand& command);

}  // namespace alpr::api
