// `plateledger report` on a running server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/commands/remote.h"

namespace alpr::api {

struct AnnualReportCommand {
  RemoteOptions remote;
  std::string from, until;           // RFC 3339
  std::optional<std::int64_t> size;  // of the log; none: now
  std::string out;                   // a new file that ends in .html, .csv or .json, or "-"
  std::optional<std::string> form;   // html, csv or json, where the file's name does not say it
};
// Takes the report of a period, which the server records, and writes it as it came: its digest is
// the one on the record. Returns the exit code.
int run_report_annual(const AnnualReportCommand& command);

}  // namespace alpr::api
