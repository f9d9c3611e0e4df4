#include "policy/rules/sessions.h"

#include <algorithm>
#include <array>

#include "policy/registers/people.h"
#include "policy/rules/access.h"
#include "policy/rules/codes.h"
#include "policy/rules/parameters.h"
#include "policy/rules/people.h"
#include "policy/rules/texts.h"

namespace alpr::policy {

Refusal login_refusal() {
  return {
      {"I12-F-1", "I12-K-1"},
      "login-failed",
      "The user name, the password or the code of the second factor is wrong or missing, or the "
      "account cannot be used now. Several wrong ones in a row lock an account for a time."};
}

namespace {

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
  if (!user.password_hash) return LoginFailure::kNotActivated;
  if (user.locked_until && now < *user.locked_until) return LoginFailure::kLocked;
  return std::nullopt;
}

Decision wrong_guesses(LoginFailure reason, const UserRow& user, std::int64_t count,
                       const std::optional<std::string>& client, const Moment& moment) {
  const TimeUs now = moment.now;
  Decision decision = failed(moment, reason, count, user.username, client);
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

// I12-C3-8: nobody lets another use their login; who is logged in twice is looked at.
Result<SessionFlagged> flag_of(const State& state, const UserRow& user, const OpenSession& attempt,
                               Sequence session, const Moment& moment) {
  SessionFlagged flag{moment.policy->version, session, user.sessions, false, user.username};
  for (const Sequence other : user.sessions) {
    const auto row = find_session(state.rows, other);
    if (!row) return tl::unexpected(row.error());
    if (*row && (*row)->client != attempt.client) flag.elsewhere = true;
  }
  return flag;
}

// The user behind a name that somebody typed; nobody for names that no user can have.
Result<SeenRow<UserRow>> user_typed(const State& state, const std::string& username) {
  if (!valid_username(username)) return SeenRow<UserRow>();
  return see_user(state.rows, username);
}

}  // namespace

std::optional<TakenFactor> take_second_factor(const UserRow& user, const OpenSession& shown) {
  TakenFactor taken;
  if (!user.second_factor) return taken;
  const SecondFactorRow& factor = *user.second_factor;
  if (shown.totp) {
    if (shown.totp->factor != factor.offered || shown.totp->step <= factor.last_step)
      return std::nullopt;
    taken.kind = SecondFactor::kTotp;
    taken.totp_step = shown.totp->step;
    return taken;
  }
  if (!shown.recovery_code) return std::nullopt;
  for (std::size_t i = 0; i < factor.recovery_codes.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    const bool fits = code_fits(*shown.recovery_code, factor.recovery_codes[i]);
    if (!fits || std::find(factor.used.begin(), factor.used.end(), number) != factor.used.end())
      continue;
    taken.kind = SecondFactor::kRecoveryCode;
    taken.recovery_code = number;
    return taken;
  }
  return std::nullopt;
}

std::optional<Decision> locked_out(const UserRow& user, const std::optional<std::string>& client,
                                   const Moment& moment) {
  if (!user.locked_until || *user.locked_until <= moment.now) return std::nullopt;
  return failed(moment, LoginFailure::kLocked, 1, user.username, client);
}

Decision wrong_guess(LoginFailure reason, const UserRow& user,
                     const std::optional<std::string>& client, const Moment& moment) {
  return wrong_guesses(reason, user, 1, client, moment);
}

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
  if (attempt.matched_hash != user.password_hash)
    return wrong_guess(LoginFailure::kWrongPassword, user, attempt.client, moment);
  // A missing code counts as well: else five attempts without one would tell whether the password
  // is right.
  const auto taken = take_second_factor(user, attempt);
  if (!taken) return wrong_guess(LoginFailure::kWrongSecondFactor, user, attempt.client, moment);

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
  record.second_factor = taken->kind;
  record.totp_step = taken->totp_step;
  record.recovery_code = taken->recovery_code;
  Decision decision;
  decision.then(record);
  if (open == 0) return decision;
  const auto flag = flag_of(state, user, attempt, moment.next, moment);
  if (!flag) return Decision::not_judged(flag.error().code, flag.error().detail);
  return decision.then(*flag);
}

Decision decide(const State& state, const MoveSession& command, const Moment& moment) {
  if (auto fault = text_fault("client", command.client, kShortTextMax))
    return Decision::not_judged(fault->code, fault->detail);
  const auto found = find_session(state.rows, command.session);
  if (!found) return Decision::not_judged(found.error().code, found.error().detail);
  if (!*found) return Decision::not_judged(ErrorCode::kNotFound, "no such session is open");
  const SessionRow& session = **found;
  if (session.client == command.client) return {};
  const std::int64_t version = moment.policy->version;
  Decision decision;
  decision.then(SessionMoved{version, command.session, session.username,
                             session.client.value_or(""), command.client});
  const bool back = session.left == command.client && session.left_at &&
                    moment.now.value - session.left_at->value < kTwoPlacesUs;
  if (!back) return decision;
  decision.then(SessionFlagged{version, command.session, {}, true, session.username});
  return decision.then(
      SessionClosed{version, command.session, SessionEnd::kTwoPlaces, session.username});
}

Decision decide(const State& state, const Actor& actor, const ReviewSession& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "session.review";
  constexpr std::array kReviewers{Role::kCoordinator, Role::kAdministrator, Role::kChiefDesignee};
  if (auto fault = text_fault("note", command.note, kNarrativeMax))
    return Decision::not_judged(fault->code, fault->detail);
  const Gate open = gate_role(state, actor, moment, kReviewers, {"I12-L-4", "I12-C3-8"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto flag = find_session_flag(state.rows, command.flag);
  if (!flag) return Decision::not_judged(flag.error().code, flag.error().detail);
  if (!*flag)
    return Decision::not_judged(ErrorCode::kNotFound, "no flagged session waits under this number");
  if ((*flag)->username == actor.username) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-C3-8"}, "own-session", "Another person reviews your sessions."});
  }
  if (blank(command.note))
    return refuse(moment, open.actor, kAction,
                  {{"I12-C3-8"}, "note-missing", "Say what was found out, and how."});
  return Decision{}.then(SessionReviewed{moment.policy->version, command.flag, command.finding,
                                         command.note, open.actor});
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
  return wrong_guesses(LoginFailure::kWrongPassword, **found, attempts.count, attempts.client,
                       moment);
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
