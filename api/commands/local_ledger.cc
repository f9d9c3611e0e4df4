#include "api/commands/local_ledger.h"

#include <fmt/format.h>

#include "api/commands/commands.h"
#include "api/config.h"
#include "ledger/chain/keys.h"
#include "policy/registers/people.h"
#include "policy/rules/second_factor.h"

namespace alpr::api {

Result<std::unique_ptr<LocalLedger>> LocalLedger::open(const LedgerOptions& options,
                                                       std::shared_ptr<const store::Clock> clock) {
  auto config = load_config(options.store, options.config);
  if (!config) return tl::unexpected(config.error());
  if (auto applied = apply_key_options(options.keys, Asking::kKnown, config->places); !applied)
    return tl::unexpected(applied.error());
  auto service = Service::start(config->places, std::move(clock));
  if (!service) {
    if (service.error().code == ErrorCode::kLocked)
      service.error().detail += ": stop the server, or use its API (docs/operations/keys.md)";
    return tl::unexpected(service.error());
  }
  if ((*service)->sequencer().clock_stopped()) {
    return fail(ErrorCode::kClock,
                "the clock stepped since the last event: start the server and have two people "
                "confirm it first");
  }
  std::unique_ptr<LocalLedger> ledger(new LocalLedger());
  ledger->service_ = std::move(*service);
  ledger->sessions_ = std::make_unique<Sessions>(*ledger->service_, config->api.passwords);
  ledger->second_factor_required_ = config->api.second_factor_required;
  return ledger;
}

Result<std::optional<std::string>> LocalLedger::code_of(const PersonOptions& person) const {
  if (person.code) return person.code;
  const auto user = policy::find_user(*service_->store().registers(), person.username);
  if (!user) return tl::unexpected(user.error());
  if (!*user || !(*user)->second_factor) return std::optional<std::string>();
  auto given = secret_from_terminal(fmt::format("Code of {}", person.username), Asking::kKnown)();
  if (!given) return tl::unexpected(given.error());
  std::string_view code = as_text(*given);
  if (code.ends_with('\n')) code.remove_suffix(1);
  return std::optional(std::string(code));
}

Result<policy::Actor> LocalLedger::log_in(const PersonOptions& person) {
  const AskSecret ask =
      person.password_file
          ? secret_in_file(*person.password_file)
          : secret_from_terminal(fmt::format("Password of {}", person.username), Asking::kKnown);
  auto given = ask();
  if (!given) return tl::unexpected(given.error());
  std::string_view password = as_text(*given);
  if (password.ends_with('\n')) password.remove_suffix(1);
  const auto code = code_of(person);
  if (!code) return tl::unexpected(code.error());
  Sessions::Opened opened = sessions_->open({person.username, password, *code}, "this machine");
  chain::wipe(*given);
  if (opened.outcome.refusal)
    return fail(ErrorCode::kUnauthenticated,
                fmt::format("{}: {}", person.username, opened.outcome.refusal->reason));
  if (opened.outcome.error) return tl::unexpected(*opened.outcome.error);
  tokens_.push_back("Bearer " + opened.token);
  const auto snapshot = service_->snapshot();
  if (second_factor_required_ &&
      policy::second_factor_missing(snapshot.state, *opened.actor, snapshot.moment))
    return fail(ErrorCode::kUnauthenticated,
                fmt::format("{}: this department asks for a second factor: enrol one first",
                            person.username));
  return *opened.actor;
}

LocalLedger::~LocalLedger() {
  // A session that cannot be closed now is closed by the next start.
  for (const std::string& token : tokens_)
    static_cast<void>(sessions_->close(token, policy::SessionEnd::kLogout));
}

int finish(const Outcome& outcome) {
  if (outcome.done()) return 0;
  if (outcome.error) return complain(*outcome.error);
  std::string rules;
  for (const std::string& rule : outcome.refusal->rules) rules += " " + rule;
  return complain({ErrorCode::kRefused, outcome.refusal->reason + " (" + rules.substr(1) + ")"});
}

}  // namespace alpr::api
