// `plateledger audit` on a running server: each asks by the API, with a person's log-in, and
// returns the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

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

}  // namespace alpr::api
