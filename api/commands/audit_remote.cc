// plateledger audit plan --server | draw | worksheet | record | evaluate | selfcheck: a sample
// audit from its plan to its conclusion, on a running server.
#include "api/commands/audit_remote.h"

#include <fmt/format.h>

#include <cstdio>

#include "api/commands/commands.h"
#include "api/json_body.h"
#include "ledger/chain/encoding.h"

namespace alpr::api {
namespace {

using chain::Json;

constexpr std::size_t kSheetMax = std::size_t{32} << 20;
constexpr std::string_view kCsvType = "text/csv";
constexpr std::string_view kXlsxType =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

std::string path_of(const AuditCommand& command, std::string_view rest) {
  return fmt::format("/v1/audits/{}{}", command.audit, rest);
}

// What a command does once it is logged in; the exit code.
template <typename Command>
int with_server(const RemoteOptions& options, const Command& command,
                Result<int> (*ask)(Remote&, const Command&)) {
  auto remote = Remote::log_in(options);
  if (!remote) return complain(remote.error());
  const auto done = ask(*remote, command);
  return done ? *done : complain(done.error());
}

// The answer as it is, or what `text` makes of it.
void print(const Json& answer, bool json, const std::string& text) {
  fmt::print("{}\n", json ? chain::write(answer) : text);
}

Result<Json> plan_body(const AuditMakePlanCommand& command) {
  const auto from = time_option("--from", command.from);
  if (!from) return tl::unexpected(from.error());
  const auto to = time_option("--to", command.to);
  if (!to) return tl::unexpected(to.error());
  const auto beacon_at = time_option("--beacon-at", command.beacon_at);
  if (!beacon_at) return tl::unexpected(beacon_at.error());
  Json::Object body{
      {"population", command.population}, {"from", Json(from->value)}, {"to", Json(to->value)}};
  if (!command.strata.empty()) {
    Json::Array strata;
    for (const std::string& text : command.strata) {
      auto stratum = parse_body(text);
      if (!stratum) return fail(ErrorCode::kMalformed, "--stratum: " + stratum.error().detail);
      strata.push_back(std::move(*stratum));
    }
    body.emplace_back("strata", Json(std::move(strata)));
  }
  if (!command.certain.empty())
    body.emplace_back("certain", Json(Json::Array(command.certain.begin(), command.certain.end())));
  for (const auto& [name, text] :
       {std::pair("method", command.method), std::pair("spread", command.spread)})
    if (text) body.emplace_back(name, Json(*text));
  for (const auto& [name, number] :
       {std::pair("risk_bp", command.risk_bp), std::pair("tolerable_bp", command.tolerable_bp),
        std::pair("expected_bp", command.expected_bp), std::pair("n", command.n)})
    if (number) body.emplace_back(name, Json(*number));
  body.emplace_back("beacon", Json(command.beacon));
  body.emplace_back("round", Json(command.round));
  body.emplace_back("beacon_at", Json(beacon_at->value));
  body.emplace_back("reason", Json(command.reason));
  return Json(std::move(body));
}

Result<int> make_plan(Remote& remote, const AuditMakePlanCommand& command) {
  const auto body = plan_body(command);
  if (!body) return tl::unexpected(body.error());
  const auto answer = remote.post_json("/v1/audits", *body);
  if (!answer) return tl::unexpected(answer.error());
  print(*answer, command.json,
        fmt::format("{}\nThe plan is event {}, and the audit's name from here on.",
                    printable(text_of(*answer, "explanation")), number_of(*answer, "seq")));
  return 0;
}

Result<int> draw(Remote& remote, const AuditDrawCommand& command) {
  const auto published = time_option("--published-at", command.published_at);
  if (!published) return tl::unexpected(published.error());
  const auto answer = remote.post_json(
      path_of(command.on, "/seed"),
      Json(Json::Object{{"value", Json(command.value)}, {"published_at", Json(published->value)}}));
  if (!answer) return tl::unexpected(answer.error());
  print(*answer, command.on.json,
        flag_of(*answer, "agrees")
            ? "Two of you entered the same: the sample is drawn."
            : "Entered. The sample is drawn once a second person enters the same.");
  return 0;
}

Result<int> worksheet(Remote& remote, const AuditWorksheetCommand& command) {
  std::string form;
  for (const char* end : {".csv", ".xlsx", ".json"})
    if (command.out.ends_with(end)) form = end;
  if (form.empty())
    return fail(ErrorCode::kMalformed, "--out: a file that ends in .csv, .xlsx or .json");
  const auto sheet =
      remote.get(path_of(command.on, "/worksheet" + (form == ".json" ? std::string() : form)));
  if (!sheet) return tl::unexpected(sheet.error());
  if (auto written = write_new(command.out, *sheet); !written)
    return tl::unexpected(written.error());
  print(Json(Json::Object{{"file", Json(command.out)},
                          {"bytes", Json(static_cast<std::int64_t>(sheet->size()))}}),
        command.on.json, fmt::format("{}: {} bytes", command.out, sheet->size()));
  return 0;
}

Result<int> record(Remote& remote, const AuditRecordCommand& command) {
  const auto file = read_whole(command.file, kSheetMax);
  if (!file) return tl::unexpected(file.error());
  const bool workbook = file->starts_with("PK");
  const auto body =
      remote.post(path_of(command.on, workbook ? "/worksheet.xlsx" : "/worksheet.csv"),
                  std::string(workbook ? kXlsxType : kCsvType), *file);
  if (!body) return fail(body.error().code, command.file + ": " + body.error().detail);
  const auto answer = read_answer(*body);
  if (!answer) return tl::unexpected(answer.error());
  print(*answer, command.on.json,
        fmt::format("The verdicts are on the record from event {} on.", number_of(*answer, "seq")));
  return 0;
}

std::string told(const Json& shown, const Json& audit) {
  std::string text = fmt::format("{} audit {} is {}: {} of {} items judged, {} of them deviate.",
                                 printable(text_of(audit, "population")), number_of(audit, "audit"),
                                 printable(text_of(audit, "state")), number_of(audit, "judged"),
                                 number_of(audit, "items"), number_of(audit, "deviations"));
  for (const char* member : {"explanation", "shows"}) {
    const std::string more = text_of(shown, member);
    if (!more.empty()) text += "\n" + printable(more);
  }
  return text;
}

Result<int> evaluate(Remote& remote, const AuditEvaluateCommand& command) {
  if (command.finding) {
    const auto concluded =
        remote.post_json(path_of(command.on, "/conclusion"),
                         Json(Json::Object{{"finding", Json(*command.finding)}}));
    if (!concluded) return tl::unexpected(concluded.error());
  }
  const auto shown = remote.get_json(path_of(command.on, ""));
  if (!shown) return tl::unexpected(shown.error());
  const Json* audit = shown->member("audit");
  if (audit == nullptr) return fail(ErrorCode::kIo, "the server's answer has no audit");
  print(*shown, command.on.json, told(*shown, *audit));
  const bool concluded = audit->member("accepted") != nullptr;
  return concluded && !flag_of(*audit, "accepted") ? 1 : 0;
}

Result<int> self_check(Remote& remote, const SelfCheckCommand& command) {
  const auto body = remote.post("/v1/self-checks", "", "");
  if (!body) return tl::unexpected(body.error());
  const auto answer = read_answer(*body);
  if (!answer) return tl::unexpected(answer.error());
  const bool passed = flag_of(*answer, "passed");
  std::string text;
  const Json* checks = answer->member("checks");
  if (checks != nullptr && checks->array() != nullptr) {
    for (const Json& one : *checks->array())
      text += fmt::format("{:8} {}: {}\n", printable(text_of(one, "check")),
                          flag_of(one, "passed") ? "holds" : "DOES NOT HOLD",
                          printable(text_of(one, "what")));
  }
  print(*answer, command.json,
        text + fmt::format("{}; on the record as event {}", passed ? "all hold" : "not all hold",
                           number_of(*answer, "seq")));
  return passed ? 0 : 1;
}

}  // namespace

int run_audit_make_plan(const AuditMakePlanCommand& command) {
  return with_server(command.remote, command, make_plan);
}
int run_audit_draw(const AuditDrawCommand& command) {
  return with_server(command.on.remote, command, draw);
}
int run_audit_worksheet(const AuditWorksheetCommand& command) {
  return with_server(command.on.remote, command, worksheet);
}
int run_audit_record(const AuditRecordCommand& command) {
  return with_server(command.on.remote, command, record);
}
int run_audit_evaluate(const AuditEvaluateCommand& command) {
  return with_server(command.on.remote, command, evaluate);
}
int run_audit_selfcheck(const SelfCheckCommand& command) {
  return with_server(command.remote, command, self_check);
}

}  // namespace alpr::api
