// `plateledger audit` on a running server: each asks by the API, with a person's log-in, and
// returns the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/commands/remote.h"

namespace alpr::api {

struct AuditReconcileCommand {
  RemoteOptions remote;
  std::string file;                    // the vendor's export, or "-"
  std::optional<std::string> profile;  // a TOML file; none: the built-in "flock"
  std::string from, until;             // RFC 3339
  std::optional<std::int64_t> tolerance_seconds;
  std::optional<std::int64_t> gap_seconds;
  bool json = false;
};
// 1 where something differs.
int run_audit_reconcile(const AuditReconcileCommand& command);

// What is not given is the server's to say.
struct AuditMakePlanCommand {
  RemoteOptions remote;
  std::string population;           // QUERIES, ...
  std::string from, to;             // RFC 3339
  std::vector<std::string> strata;  // each a JSON object as of POST /v1/audits
  std::vector<std::int64_t> certain;
  std::optional<std::string> method, spread;
  std::optional<std::int64_t> risk_bp, tolerable_bp, expected_bp, n;
  std::string beacon, round;
  std::string beacon_at;  // RFC 3339
  std::string reason;
  bool json = false;
};
// Makes the plan, and says its size in a paragraph.
int run_audit_make_plan(const AuditMakePlanCommand& command);

struct AuditCommand {
  RemoteOptions remote;
  std::int64_t audit = 0;  // the plan's event
  bool json = false;
};

struct AuditDrawCommand {
  AuditCommand on;
  std::string value;         // of the beacon
  std::string published_at;  // RFC 3339
};
// Enters the beacon's value; the second person's who enters the same draws.
int run_audit_draw(const AuditDrawCommand& command);

struct AuditWorksheetCommand {
  AuditCommand on;
  std::string out;  // a new file that ends in .csv, .xlsx or .json
};
int run_audit_worksheet(const AuditWorksheetCommand& command);

struct AuditRecordCommand {
  AuditCommand on;
  std::string file;  // the filled-in worksheet: a workbook or CSV
};
int run_audit_record(const AuditRecordCommand& command);

struct AuditEvaluateCommand {
  AuditCommand on;
  std::optional<std::string> finding;  // given: concludes the audit with these words
};
// What the audit has shown. 1 where it is concluded and not accepted.
int run_audit_evaluate(const AuditEvaluateCommand& command);

struct SelfCheckCommand {
  RemoteOptions remote;
  bool json = false;
};
// 1 where a check does not hold.
int run_audit_selfcheck(const SelfCheckCommand& command);

}  // namespace alpr::api
