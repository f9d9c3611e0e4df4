// The commands of `plateledger`, each returning the process's exit code: 0 done, 1 a check found
// something, 2 bad usage or input, 3 the environment failed. main.cc parses the command line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "api/commands/key_options.h"
#include "ledger/chain/error.h"

namespace alpr::api {

struct InitCommand {
  std::filesystem::path store;
  std::string origin;
  std::string department = "Oakland Police Department";
  KeyOptions keys;
  std::vector<std::string> holders;  // "IT_UNIT=jdoe:Jane Doe:SWORN", four of them
  std::vector<std::string> hosts;    // names in the TLS certificate
  bool json = false;
};
int run_init(const InitCommand& command);
// The same at these places; `predecessor` is the genesis member of a log that follows a lost one.
int init_log(const InitCommand& command, const store::StorePlaces& places,
             const std::optional<chain::Json>& predecessor);

struct ServeCommand {
  std::filesystem::path store;
  std::optional<std::filesystem::path> config;
  KeyOptions keys;
};
// Until SIGINT or SIGTERM.
int run_serve(const ServeCommand& command);

struct CompactCommand {
  std::filesystem::path store;
  bool json = false;
};
// Of a stopped store: takes the bytes of what was purged out of its file.
int run_compact(const CompactCommand& command);
struct ExportCommand {
  std::filesystem::path store;
  std::string out;           // a new file, or "-"
  std::uint64_t from = 0;    // the first event
  bool with_sealed = false;  // sealed boxes too
  bool json = false;
};
int run_export(const ExportCommand& command);

// Of one sample by flags, or of each line of a table on standard input.
struct AuditSizeCommand {
  std::int64_t risk_bp = 500;  // basis points
  std::int64_t tolerable_bp = 500;
  std::int64_t expected_bp = 100;
  std::optional<std::int64_t> population;  // none: so large that it does not run out
  bool csv = false;
  bool json = false;
};
int run_audit_size(const AuditSizeCommand& command);
struct AuditPlanCommand {
  std::int64_t risk_bp = 500;
  std::int64_t tolerable_bp = 500;
  std::int64_t expected_bp = 100;
  std::vector<std::int64_t> populations;  // of the strata
  std::optional<std::int64_t> n;
  bool each = false;
  bool json = false;
};
// One paragraph on why a sample has the size it has; needs no store.
int run_audit_plan(const AuditPlanCommand& command);
struct AuditBoundCommand {
  std::int64_t risk_bp = 500;  // basis points
  std::optional<std::int64_t> population;
  std::int64_t n = 0;
  std::int64_t k = 0;
  bool csv = false;
  bool json = false;
};
int run_audit_bound(const AuditBoundCommand& command);

struct DemoCommand {
  std::optional<std::filesystem::path> keep;  // keeps the store there
  bool serve = false;                         // leaves the server up afterwards
};
int run_demo(const DemoCommand& command);

// Says the error on stderr and gives its exit code.
int complain(const Error& error);

// Blocks SIGINT and SIGTERM in this thread and those it starts, from the constructor on; wait()
// returns when one comes, or after `seconds` (false).
class StopSignal {
 public:
  StopSignal();
  bool wait(int seconds);
};

}  // namespace alpr::api
