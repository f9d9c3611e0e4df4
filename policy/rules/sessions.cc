#include "policy/rules/sessions.h"

#include <algorithm>

#include "policy/registers/people.h"
#include "policy/rules/parameters.h"
#include "policy/rules/people.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

// One text for every cause, so that an answer does not tell which names exist or are locked.
Refusal login_refusal() {
  return {{"I12-F-1", "I12-K-1"},
          "login-failed",
          "The user name or password is wrong, or the account cannot be used now. Five wrong "
          "passwords within 15 "
          "minutes lock an account for 30 minutes."};
}

Decision failed(const Moment& moment, LoginFailure reason, std::int64_t count,
                const std::optional<std::string>& username,
                const std::optional<std::string>& client) {
  LoginFailed record;
  record.policy = moment.policy->version;
  record.reason = reason;
  record.count = count;
  record.username = username;
  record.client = client;
  Decision decision;
  decision.refusal = login_refusal();
  decision.then(record);
  return decision;
}

// Why this account cannot log in whatever the password.
std::optional<LoginFailure> standing_failure(const UserRow& user, TimeUs now) {
  if (user.deactivated) return LoginFailure::kDeactivated;
  if (!user.argon2id) return LoginFailure::kNotActivated;
  if (user.locked_until && now < *user.locked_until) return LoginFailure::kLocked;
  return std::nullopt;
}

Decision wrong_passwords(const UserRow& user, std::int64_t count,
                         const std::optional<std::string>& client, const Moment& moment) {
  const TimeUs now = moment.now;
  Decision decision = failed(moment, LoginFailure::kWrongPassword, count, user.username, client);
  const TimeUs window_start{now.value -
                            moment.policy->parameters.login_failures_seconds * kSecondUs};
  const auto recent = std::count_if(user.failures.begin(), user.failures.end(),
                                    [&](TimeUs failure) { return window_start < failure; });
  const std::int64_t failures = recent + count;
  if (failures < moment.policy->parameters.login_failures_max) return decision;
  AccountLocked locked;
  locked.policy = moment.policy->version;
  locked.until = {now.value + moment.policy->parameters.login_lock_seconds * kSecondUs};
  locked.failures = failures;
  locked.username = user.username;
  return decision.then(locked);
}

// The user behind a name that somebody typed; nobody for names that no user can have.
Result<std::optional<UserRow>> user_typed(const State& state, const std::string& username) {
  if (!valid_username(username)) return std::optional<UserRow>();
  return find_user(state.rows, username);
}

}  // namespace

Decision decide(const State& state, const OpenSession& attempt, const Moment& moment) {
  if (attempt.client) {
    if (auto fault = text_fault("client", *attempt.client, kShortTextMax))
      return Decision::not_judged(fault->code, fault->detail);
  }
  const auto found = user_typed(state, attempt.username);
  if (!found) return Decision::not_judged(found.error().code, found.error().detail);
  if (!*found) return failed(moment, LoginFailure::kUnknownUser, 1, std::nullopt, attempt.client);
  const UserRow& user = **found;
  if (const auto failure = standing_failure(user, moment.now))
    return failed(moment, *failure, 1, user.username, attempt.client);
  // Compared with the row as it stands now: the password may have changed since it was matched.
  if (attempt.matched_argon2id != user.argon2id)
    return wrong_passwords(user, 1, attempt.client, moment);

  const auto open = static_cast<std::int64_t>(user.sessions.size());
  if (open >= moment.policy->parameters.sessions_per_user_max) {
    return refuse(moment, std::nullopt, "session.open",
                  {{"I12-C3-8", "I12-K-1"},
                   "too-many-sessions",
                   "Too many sessions of this account are open: log out of one, or wait until it "
                   "times out."});
  }
  SessionOpened record;
  record.policy = moment.policy->version;
  record.concurrent = open;
  record.username = user.username;
  record.name = user.name;
  record.organisation = user.organisation;
  record.client = attempt.client;
  return Decision{}.then(record);
}

Decision decide(const State& state, const FailedLogins& attempts, const Moment& moment) {
  constexpr std::int64_t kCountMax = 1'000'000'000;
  if (auto fault = number_fault("count", attempts.count, 1, kCountMax))
    return Decision::not_judged(fault->code, fault->detail);
  if (attempts.client) {
    if (auto fault = text_fault("client", *attempts.client, kShortTextMax))
      return Decision::not_judged(fault->code, fault->detail);
  }
  const auto found = user_typed(state, attempts.username.value_or(""));
  if (!found) return Decision::not_judged(found.error().code, found.error().detail);
  if (!*found)
    return failed(moment, LoginFailure::kUnknownUser, attempts.count, std::nullopt,
                  attempts.client);
  if (const auto failure = standing_failure(**found, moment.now))
    return failed(moment, *failure, attempts.count, (*found)->username, attempts.client);
  return wrong_passwords(**found, attempts.count, attempts.client, moment);
}

Decision decide(const State& state, const CloseSession& command, const Moment& moment) {
  const auto session = find_session(state.rows, command.session);
  if (!session) return Decision::not_judged(session.error().code, session.error().detail);
  if (!*session) return Decision::not_judged(ErrorCode::kNotFound, "no such session is open");
  SessionClosed record;
  record.policy = moment.policy->version;
  record.session = command.session;
  record.reason = command.reason;
  record.username = (*session)->username;
  return Decision{}.then(record);
}

}  // namespace alpr::policy
