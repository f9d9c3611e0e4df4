#include "policy/rules/second_factor.h"

#include <array>

#include "policy/rules/access.h"
#include "policy/rules/people.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kRemovers{Role::kItUnit, Role::kAdministrator, Role::kChiefDesignee};
constexpr std::size_t kBoxMax = 400;  // bytes, base64

}  // namespace

Decision decide(const State& state, const Actor& actor, const OfferSecondFactor& command,
                const Moment& moment) {
  ALPR_CHECK(!command.secret.empty());
  if (auto fault = text_fault("secret", command.secret, kBoxMax)) return not_judged(*fault);
  const Gate open = gate(state, actor, moment, Need::kAccount);
  if (auto stop = open.stop("second-factor.offer")) return *stop;
  const auto user = find_user(state.rows, actor.username);
  if (!user) return not_judged(user.error());
  ALPR_CHECK(user->has_value());  // the gate found it
  // A stolen session is no place to guess, nor to put a factor of one's own on an account.
  const OpenSession& shown = command.shown;
  if (auto locked = locked_out(**user, shown.client, moment)) return *locked;
  if (shown.matched_hash != (*user)->password_hash)
    return wrong_guess(LoginFailure::kWrongPassword, **user, shown.client, moment);
  const auto taken = take_second_factor(**user, shown);
  if (!taken) return wrong_guess(LoginFailure::kWrongSecondFactor, **user, shown.client, moment);
  return Decision{}.then(SecondFactorOffered{moment.policy->version, command.secret,
                                             taken->totp_step, taken->recovery_code, open.actor});
}

Decision decide(const State& state, const Actor& actor, const ConfirmSecondFactor& command,
                const Moment& moment) {
  ALPR_CHECK(command.recovery_codes.size() == kRecoveryCodes);
  const Gate open = gate(state, actor, moment, Need::kAccount);
  if (auto stop = open.stop("second-factor.confirm")) return *stop;
  const auto user = find_user(state.rows, actor.username);
  if (!user) return not_judged(user.error());
  ALPR_CHECK(user->has_value());
  const auto& offered = (*user)->offered_factor;
  if (!offered)
    return Decision::not_judged(ErrorCode::kConflict, "no second factor was offered to you");
  if (auto locked = locked_out(**user, std::nullopt, moment)) return *locked;
  if (!command.totp || command.totp->factor != offered->offered)
    return wrong_guess(LoginFailure::kWrongSecondFactor, **user, std::nullopt, moment);
  Decision decision;
  decision.then(SecondFactorConfirmed{moment.policy->version, offered->offered, command.totp->step,
                                      command.recovery_codes, open.actor});
  close_sessions(moment, decision, **user, actor.session, SessionEnd::kSecondFactor);
  return decision;
}

std::optional<Decision> second_factor_missing(const State& state, const Actor& actor,
                                              const Moment& moment) {
  const auto session = find_session(state.rows, actor.session);
  if (!session) return not_judged(session.error());
  const auto user = find_user(state.rows, actor.username);
  if (!user) return not_judged(user.error());
  const bool shown = *session && (*session)->second_factor;
  if (shown || (*user && (*user)->user_class == UserClass::kAuditor)) return std::nullopt;
  return refuse(moment, actor, "session.use",
                {{"I12-F-1", "I12-K-1"},
                 "second-factor-missing",
                 "This department asks for a second factor: enrol one at /v1/me/second-factor, or "
                 "log in with its code."});
}

Decision decide(const State& state, const Actor& actor, const RemoveSecondFactor& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "second-factor.remove";
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kRemovers, {"I12-L-1", "I12-K-1"});
  if (auto stop = open.stop(kAction)) return *stop;
  const auto user = find_user(state.rows, command.username);
  if (!user) return not_judged(user.error());
  if (!*user || (*user)->deactivated)
    return Decision::not_judged(ErrorCode::kNotFound, "no such user");
  if (command.username == actor.username) {
    return refuse(moment, open.actor, kAction,
                  {{"I12-K-1"},
                   "own-account",
                   "Nobody takes their own second factor away: another holder does."});
  }
  if (!(*user)->second_factor)
    return Decision::not_judged(ErrorCode::kConflict, "this user has no second factor");
  if (blank(command.reason))
    return refuse(moment, open.actor, kAction,
                  {{"I12-K-1"}, "reason-missing", "Give the reason for removing it."});
  Decision decision;
  decision.then(
      SecondFactorRemoved{moment.policy->version, command.username, command.reason, open.actor});
  close_sessions(moment, decision, **user, std::nullopt, SessionEnd::kSecondFactor);
  return decision;
}

}  // namespace alpr::policy
