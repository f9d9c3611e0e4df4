// plateledger audit reconcile: a vendor's list of searches against the queries on the record. The
// server compares and records; here the file goes there and what differs is told.
#include <fmt/format.h>

#include <cstdio>

#include "api/commands/audit_remote.h"
#include "api/commands/commands.h"
#include "api/toml.h"
#include "ledger/chain/encoding.h"

namespace alpr::api {
namespace {

using chain::Json;

constexpr std::size_t kFileMax = std::size_t{24} << 20;  // escaped, it fits the server's 32 MiB
constexpr std::size_t kProfileMax = std::size_t{1} << 20;
constexpr std::string_view kType = "application/vnd.plateledger.reconciliation+json";

Result<Json> body_of(const AuditReconcileCommand& command) {
  const auto from = time_option("--from", command.from);
  if (!from) return tl::unexpected(from.error());
  const auto until = time_option("--until", command.until);
  if (!until) return tl::unexpected(until.error());
  Json::Object body{{"from", Json(from->value)}, {"until", Json(until->value)}};
  if (command.tolerance_seconds)
    body.emplace_back("tolerance_seconds", Json(*command.tolerance_seconds));
  if (command.gap_seconds) body.emplace_back("gap_seconds", Json(*command.gap_seconds));
  if (command.profile) {
    const auto text = read_whole(*command.profile, kProfileMax);
    if (!text) return tl::unexpected(text.error());
    auto profile = parse_toml(*text);
    if (!profile)
      return fail(profile.error().code, *command.profile + ": " + profile.error().detail);
    body.emplace_back("profile", std::move(*profile));
  }
  auto file = read_whole(command.file, kFileMax);
  if (!file) return tl::unexpected(file.error());
  // The server says so of a byte in the middle of a text; here the file can be named.
  if (!chain::valid_utf8(*file))
    return fail(ErrorCode::kMalformed, command.file + " is not UTF-8: save it as CSV UTF-8");
  body.emplace_back("file", Json(std::move(*file)));
  return Json(std::move(body));
}

void tell(const Json& difference) {
  std::string line = fmt::format("  {}", text_of(difference, "difference"));
  if (difference.member("line") != nullptr)
    line += fmt::format("  line {}", number_of(difference, "line"));
  if (difference.member("event") != nullptr)
    line += fmt::format("  event {}", number_of(difference, "event"));
  if (difference.member("time") != nullptr)
    line += "  " + chain::format_time({number_of(difference, "time")});
  for (const char* member : {"user", "plate", "case_number", "reason"}) {
    const std::string text = text_of(difference, member);
    if (!text.empty()) line += fmt::format("  {}: {}", member, printable(text));
  }
  line += "  " + printable(text_of(difference, "what"));
  const std::string rule = text_of(difference, "rule");
  if (!rule.empty()) line += " (" + printable(rule) + ")";
  fmt::print("{}\n", line);
}

}  // namespace

int run_audit_reconcile(const AuditReconcileCommand& command) {
  const auto body = body_of(command);
  if (!body) return complain(body.error());
  auto remote = Remote::log_in(command.remote);
  if (!remote) return complain(remote.error());
  const auto text = remote->post("/v1/reconciliations", std::string(kType), chain::write(*body));
  if (!text) return complain(text.error());
  const auto answer = read_answer(*text);
  if (!answer) return complain(answer.error());
  const Json* result = answer->member("result");
  if (result == nullptr) return complain({ErrorCode::kIo, "the server's answer has no result"});
  const bool agrees = flag_of(*result, "agrees");
  if (command.json) {
    fmt::print("{}\n", *text);
    return agrees ? 0 : 1;
  }
  fmt::print(
      "{} rows of the export and {} queries on the record in that time; {} are the same "
      "search; {} rows of other times\n",
      number_of(*result, "rows"), number_of(*result, "queries"), number_of(*result, "matched"),
      number_of(*result, "outside"));
  const Json* differences = result->member("differences");
  if (differences != nullptr && differences->array() != nullptr)
    for (const Json& difference : *differences->array()) tell(difference);
  fmt::print("{}; on the record as event {}\n", agrees ? "they agree" : "they differ",
             number_of(*answer, "seq"));
  return agrees ? 0 : 1;
}

}  // namespace alpr::api
