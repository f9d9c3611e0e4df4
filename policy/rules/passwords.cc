// A person takes their account with both halves of a code, and changes their own password.
#include <algorithm>

#include "policy/registers/people.h"
#include "policy/rules/access.h"
#include "policy/rules/codes.h"
#include "policy/rules/people.h"
#include "policy/rules/sessions.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

Decision not_judged(const Error& error) { return Decision::not_judged(error.code, error.detail); }

std::optional<Error> hash_fault(const std::string& argon2id) {
  if (argon2id.starts_with("$argon2id$") && argon2id.size() <= kShortTextMax &&
      chain::valid_utf8(argon2id))
    return std::nullopt;
  return Error{ErrorCode::kMalformed, "the password's hash is not an encoded Argon2id hash"};
}

// Both digests are always compared, and so is a code for a name that is nobody's, so that neither
// half and no name can be found out from the time an answer takes.
bool codes_fit(const std::optional<UserRow>& user, const SetPassword& command, TimeUs now) {
  const bool waiting = user && user->pending && !user->deactivated;
  const PendingAccessRow nobody;
  const PendingAccessRow& pending = waiting ? *user->pending : nobody;
  const bool a_fits = code_fits(command.code_a, pending.code_a);
  const bool b_fits = code_fits(command.code_b.value_or(""), pending.code_b.value_or(CodeDigest{}));
  if (!waiting || now >= pending.expires || !a_fits) return false;
  if (pending.first_holder) return !command.code_b;
  return pending.code_b && command.code_b && b_fits;
}

void close_sessions(const Moment& moment, Decision& decision, const UserRow& user,
                    std::optional<Sequence> but) {
  for (const Sequence session : user.sessions) {
    if (session == but) continue;
    decision.then(
        SessionClosed{moment.policy->version, session, SessionEnd::kPasswordSet, user.username});
  }
}

}  // namespace

Decision decide(const State& state, const SetPassword& command, const std::string& argon2id,
                const Moment& moment) {
  if (auto fault = hash_fault(argon2id)) return not_judged(*fault);
  if (auto fault = text_fault("code_a", command.code_a, kShortTextMax)) return not_judged(*fault);
  if (auto fault = text_fault("code_b", command.code_b.value_or(""), kShortTextMax))
    return not_judged(*fault);
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (!codes_fit(*user, command, moment.now)) {
    return refuse(moment, std::nullopt, "password.set",
                  {{"I12-K-1", "I12-F-1"},
                   "codes-rejected",
                   "The name and the codes do not fit together, were used, or have expired. An "
                   "account is taken with "
                   "both halves, from the two persons who enrolled and confirmed it; ask the IT "
                   "unit for new ones."});
  }
  Decision decision;
  decision.then(
      PasswordSet{moment.policy->version, PasswordCause::kActivation, command.username, argon2id});
  close_sessions(moment, decision, **user, std::nullopt);
  return decision;
}

Decision decide(const State& state, const Actor& actor, const PasswordChange& change,
                const Moment& moment) {
  if (auto fault = hash_fault(change.argon2id)) return not_judged(*fault);
  const Gate open = gate(state, actor, moment, Need::kAccount);
  if (auto stop = open.stop("password.change")) return *stop;
  const auto user = find_user(state.rows, actor.username);
  if (!user) return not_judged(user.error());
  ALPR_CHECK(user->has_value());  // the gate found it
  // A wrong current password counts like a failed log-in: a stolen session must not be a place to
  // guess.
  if (change.matched_argon2id != (*user)->argon2id)
    return decide(state, FailedLogins{actor.username, 1, std::nullopt}, moment);
  Decision decision;
  decision.then(
      PasswordSet{moment.policy->version, PasswordCause::kChange, actor.username, change.argon2id});
  close_sessions(moment, decision, **user, actor.session);
  return decision;
}

}  // namespace alpr::policy
