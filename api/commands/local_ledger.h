// A store that no server has open, for the administration that is done on it: the same service, the
// same log-in and the same rules as behind the API, without a socket. Nobody acts unnamed.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "api/commands/key_options.h"
#include "api/key_custody.h"
#include "api/service.h"
#include "api/sessions.h"

namespace alpr::api {

// A person who logs in for one command.
struct PersonOptions {
  std::string username;
  std::optional<std::filesystem::path> password_file;  // else asked for on the terminal
  std::optional<std::string> code;  // of the second factor; else asked for where they have one
};

struct LedgerOptions {
  std::filesystem::path store;
  std::optional<std::filesystem::path> config;
  KeyOptions keys;
};

class LocalLedger {
 public:
  // kLocked where a server has it: what can be done there goes through its API. Errors as of
  // Service::start. `clock` is the system's but for tests.
  static Result<std::unique_ptr<LocalLedger>> open(
      const LedgerOptions& options,
      std::shared_ptr<const store::Clock> clock = std::make_shared<store::SystemClock>());

  Service& service() { return *service_; }
  // Logs in, on the record. kUnauthenticated.
  Result<policy::Actor> log_in(const PersonOptions& person);
  // Logs everybody out, on the record.
  ~LocalLedger();

 private:
  LocalLedger() = default;
  Result<std::optional<std::string>> code_of(const PersonOptions& person) const;

  std::unique_ptr<Service> service_;
  std::unique_ptr<Sessions> sessions_;
  std::vector<std::string> tokens_;
  bool second_factor_required_ = false;
};

// The exit code, with what was wrong on stderr where it is not 0.
int finish(const Outcome& outcome);

}  // namespace alpr::api
