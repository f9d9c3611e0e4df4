// Log-in and log-out (I12-F-1, K-1, C3-8). Pure: passwords are compared outside, where the time it
// takes is spent.
#pragma once

#include <optional>
#include <string>

#include "policy/records/sessions.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// -> session.opened (its seq is the session), or login.failed and at the fifth wrong password in a
// row within 15 minutes account.locked. All failures read alike from outside. A name that is
// nobody's is not stored.
struct OpenSession {
  std::string username;
  std::optional<std::string> client;  // where from, as the server saw it; at most 200 bytes
  std::optional<std::string>
      matched_argon2id;  // the stored hash that the password matched; absent: none
};
Decision decide(const State& state, const OpenSession& attempt, const Moment& moment);

// Attempts of one minute that the server did not pass on one by one -> one login.failed with their
// count, and account.locked when they suffice. `username` is stored only when it is somebody's.
struct FailedLogins {
  std::optional<std::string> username;
  std::int64_t count = 0;
  std::optional<std::string> client;
};
Decision decide(const State& state, const FailedLogins& attempts, const Moment& moment);

// -> session.closed. kNotFound: no such session, or closed already.
struct CloseSession {
  Sequence session;
  SessionEnd reason{};
};
Decision decide(const State& state, const CloseSession& command, const Moment& moment);

}  // namespace alpr::policy
