// Log-in and log-out (I12-F-1, K-1, C3-8). Pure: passwords are compared outside, where the time it
// takes is spent.
#pragma once

#include <optional>
#include <string>

#include "policy/records/sessions.h"
#include "policy/registers/people.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// A time-based code, matched outside against the secret of the factor that was offered at `factor`.
struct MatchedTotp {
  Sequence factor;
  std::int64_t step = 0;  // which 30 seconds since 1970 the code is of
};

// -> session.opened (its seq is the session), and session.flagged behind it where others of the
// person's are open; or login.failed and at the fifth wrong password or code in a row within 15
// minutes account.locked. All failures read alike from outside, also whether it was the password
// or the code. A name that is nobody's is not stored.
struct OpenSession {
  std::string username;
  std::optional<std::string> client;  // where from, as the server saw it; at most 200 bytes
  std::optional<std::string>
      matched_hash;  // the stored hash that the password matched; absent: none
  std::optional<MatchedTotp> totp = {};
  std::optional<std::string> recovery_code = {};  // as it was typed
};
Decision decide(const State& state, const OpenSession& attempt, const Moment& moment);

// What of the account's second factor was shown; of no kind where the account has none. nullopt: it
// does not fit, or was used before. Whoever takes it records it, so that it is not taken twice.
struct TakenFactor {
  std::optional<SecondFactor> kind;
  std::optional<std::int64_t> totp_step;
  std::optional<std::int64_t> recovery_code;
};
std::optional<TakenFactor> take_second_factor(const UserRow& user, const OpenSession& shown);

// One text for every cause, so that an answer does not tell which names exist or are locked, or
// whether it was the password.
Refusal login_refusal();

// While an account is locked no guess at it is judged, in an open session neither: the refusal,
// or nothing where it is not.
std::optional<Decision> locked_out(const UserRow& user, const std::optional<std::string>& client,
                                   const Moment& moment);

// A wrong password or code, given at a log-in or in a session: login.failed, and account.locked
// when it is one too many.
Decision wrong_guess(LoginFailure reason, const UserRow& user,
                     const std::optional<std::string>& client, const Moment& moment);

// Attempts of one minute that the server did not pass on one by one -> one login.failed with their
// count, and account.locked when they suffice. `username` is stored only when it is somebody's.
struct FailedLogins {
  std::optional<std::string> username;
  std::int64_t count = 0;
  std::optional<std::string> client;
};
Decision decide(const State& state, const FailedLogins& attempts, const Moment& moment);

// A request came from another address than the session's last one -> session.moved. Back at the
// address that it left less than five minutes ago it is used from two places at once: then also
// session.flagged, and session.closed, TWO_PLACES (I12-C3-8, decision 0047). Nothing where it is
// there already. kNotFound: no such session is open.
struct MoveSession {
  Sequence session;
  std::string client;  // at most 200 bytes
};
inline constexpr std::int64_t kTwoPlacesUs = 300 * kSecondUs;
Decision decide(const State& state, const MoveSession& command, const Moment& moment);

// COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE, of a session of somebody else -> session.reviewed.
// kNotFound: no such flag, or reviewed already.
struct ReviewSession {
  Sequence flag;
  FlagFinding finding{};
  std::string note;
  template <typename M>
  void members(M& m) {
    m("flag", flag);
    m("finding", finding);
    m("note", note);
  }
};
Decision decide(const State& state, const Actor& actor, const ReviewSession& command,
                const Moment& moment);

// -> session.closed. kNotFound: no such session, or closed already.
struct CloseSession {
  Sequence session;
  SessionEnd reason{};
};
Decision decide(const State& state, const CloseSession& command, const Moment& moment);

}  // namespace alpr::policy
