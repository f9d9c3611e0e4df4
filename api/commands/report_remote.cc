#include "api/commands/report_remote.h"

#include <fmt/format.h>

#include <cstdio>

#include "api/commands/commands.h"
#include "ledger/chain/encoding.h"

namespace alpr::api {
namespace {

Result<std::string> path_of(const AnnualReportCommand& command) {
  if (command.out.empty())
    return fail(ErrorCode::kMalformed, "report annual: name a new file with --out");
  const auto from = time_option("--from", command.from);
  if (!from) return tl::unexpected(from.error());
  const auto until = time_option("--until", command.until);
  if (!until) return tl::unexpected(until.error());
  std::string path = fmt::format("/v1/reports/annual?from={}&until={}", chain::format_time(*from),
                                 chain::format_time(*until));
  if (command.size) path += fmt::format("&size={}", *command.size);
  if (command.years) path += fmt::format("&years={}", *command.years);
  return path;
}

}  // namespace

int run_report_annual(const AnnualReportCommand& command) {
  const auto path = path_of(command);
  if (!path) return complain(path.error());
  auto remote = Remote::log_in(command.remote);
  if (!remote) return complain(remote.error());
  const auto report = remote->get(*path);
  if (!report) return complain(report.error());
  if (auto written = write_new(command.out, *report); !written) return complain(written.error());
  // On stderr, for stdout may be the report.
  fmt::print(stderr, "{}: {} bytes; hold it against the log with `plateledger-verify report`\n",
             command.out, report->size());
  return 0;
}

}  // namespace alpr::api
