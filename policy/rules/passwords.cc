// A person takes their account with both halves of a code, and changes their own password.
#include <array>

#include "policy/registers/people.h"
#include "policy/rules/access.h"
#include "policy/rules/codes.h"
#include "policy/rules/people.h"
#include "policy/rules/roles.h"
#include "policy/rules/sessions.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kWithdrawers{Role::kItUnit, Role::kAdministrator, Role::kChiefDesignee};
constexpr std::string_view kArgon2id = "$argon2id$";
constexpr std::string_view kPbkdf2 = "$pbkdf2-sha256$";

std::optional<Error> hash_fault(const std::string& hash) {
  const bool known = hash.starts_with(kArgon2id) || hash.starts_with(kPbkdf2);
  if (known && hash.size() <= kShortTextMax && chain::valid_utf8(hash)) return std::nullopt;
  return Error{ErrorCode::kMalformed,
               "the password's hash is neither an encoded Argon2id nor a PBKDF2-SHA-256 hash"};
}

PasswordSet password_set(const Moment& moment, PasswordCause cause, const std::string& username,
                         const std::string& hash) {
  PasswordSet record{moment.policy->version, cause, username, std::nullopt, std::nullopt};
  (hash.starts_with(kPbkdf2) ? record.pbkdf2_sha256 : record.argon2id) = hash;
  return record;
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

}  // namespace

void close_sessions(const Moment& moment, Decision& decision, const UserRow& user,
                    std::optional<Sequence> but, SessionEnd reason) {
  for (const Sequence session : user.sessions) {
    if (session == but) continue;
    decision.then(SessionClosed{moment.policy->version, session, reason, user.username});
  }
}

Decision decide(const State& state, const SetPassword& command, const std::string& hash,
                const Moment& moment) {
  if (auto fault = hash_fault(hash)) return not_judged(*fault);
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
  decision.then(password_set(moment, PasswordCause::kActivation, command.username, hash));
  close_sessions(moment, decision, **user, std::nullopt, SessionEnd::kPasswordSet);
  return decision;
}

Decision decide(const State& state, const Actor& actor, const PasswordChange& change,
                const Moment& moment) {
  if (auto fault = hash_fault(change.new_hash)) return not_judged(*fault);
  const Gate open = gate(state, actor, moment, Need::kAccount);
  if (auto stop = open.stop("password.change")) return *stop;
  const auto user = find_user(state.rows, actor.username);
  if (!user) return not_judged(user.error());
  ALPR_CHECK(user->has_value());  // the gate found it
  // A wrong current password counts like a failed log-in, and a lock holds here too: a stolen
  // session must not be a place to guess.
  if (auto locked = locked_out(**user, std::nullopt, moment)) return *locked;
  if (change.matched_hash != (*user)->password_hash)
    return decide(state, FailedLogins{actor.username, 1, std::nullopt}, moment);
  Decision decision;
  decision.then(password_set(moment, PasswordCause::kChange, actor.username, change.new_hash));
  close_sessions(moment, decision, **user, actor.session, SessionEnd::kPasswordSet);
  return decision;
}

Decision decide(const State& state, const RehashPassword& command, const Moment& moment) {
  if (auto fault = hash_fault(command.new_hash)) return not_judged(*fault);
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (!*user || (*user)->password_hash != command.matched_hash)
    return Decision::not_judged(ErrorCode::kConflict, "the password was changed meanwhile");
  return Decision{}.then(
      password_set(moment, PasswordCause::kRehash, command.username, command.new_hash));
}

Decision decide(const State& state, const Actor& actor, const WithdrawPassword& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "password.withdraw";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kWithdrawers, {"I12-L-1", "I12-K-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (!*user || (*user)->deactivated)
    return Decision::not_judged(ErrorCode::kNotFound, "no such user");
  if (command.username == actor.username) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-K-1"},
                   "own-account",
                   "Nobody withdraws their own password: change it, or ask another holder."});
  }
  if (!(*user)->password_hash)
    return Decision::not_judged(ErrorCode::kConflict, "this user has no password");
  if (blank(command.reason))
    return refuse(moment, open.actor, kAction,
                  {{"I12-K-1"}, "reason-missing", "Give the reason for withdrawing it."});
  if (auto last = last_holder(state, open.actor, kAction, command.username, std::nullopt, moment))
    return *last;
  Decision decision;
  decision.then(
      PasswordWithdrawn{moment.policy->version, command.username, command.reason, open.actor});
  close_sessions(moment, decision, **user, std::nullopt, SessionEnd::kPasswordWithdrawn);
  return decision;
}

}  // namespace alpr::policy
