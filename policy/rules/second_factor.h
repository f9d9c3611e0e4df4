// The second factor: offered to a person who gave their password, in force once they gave a code of
// it (I12-F-1, K-1; CJIS IA-2). Pure: secrets, their boxes and recovery codes are made outside, and
// codes are compared with secrets there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/records/second_factor.h"
#include "policy/rules/decision.h"
#include "policy/rules/sessions.h"
#include "policy/rules/state.h"

namespace alpr::policy {

inline constexpr std::size_t kRecoveryCodes = 10;

// The person, in a session -> second-factor.offered; login.failed where the password is wrong or,
// with a factor in force already, the code of that one. A later offer takes the place of one that
// was not confirmed.
struct OfferSecondFactor {
  OpenSession shown;   // password and code, compared as for a log-in
  std::string secret;  // sealed box, base64
};
Decision decide(const State& state, const Actor& actor, const OfferSecondFactor& command,
                const Moment& moment);

// The person, in a session -> second-factor.confirmed, and session.closed for their other
// sessions. `totp` absent or of another offer: refused, and counted like a failed log-in.
// kConflict: nothing was offered.
struct ConfirmSecondFactor {
  std::optional<MatchedTotp> totp;
  std::vector<CodeDigest> recovery_codes;  // kRecoveryCodes
};
Decision decide(const State& state, const Actor& actor, const ConfirmSecondFactor& command,
                const Moment& moment);

// Where the department asks everybody for a second factor: command.refused for a session that has
// shown none, nothing for one that has, or that is an auditor's, who sees no plate (AMB-15).
std::optional<Decision> second_factor_missing(const State& state, const Actor& actor,
                                              const Moment& moment);

// IT_UNIT, ADMINISTRATOR or CHIEF_DESIGNEE, not for oneself -> second-factor.removed,
// session.closed: for a lost device whose owner has no recovery code left.
struct RemoveSecondFactor {
  std::string username;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const RemoveSecondFactor& command,
                const Moment& moment);

}  // namespace alpr::policy
