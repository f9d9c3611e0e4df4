// Log-in, log-out, failures and locks (I12-K-1, F-1). Reasons and counts are open: they name
// nobody.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class SessionEnd { kLogout, kIdle, kRestart, kDeactivated, kPasswordSet };
enum class LoginFailure { kUnknownUser, kWrongPassword, kLocked, kNotActivated, kDeactivated };

template <>
struct EnumTexts<SessionEnd> {
  static constexpr std::array texts{std::pair{SessionEnd::kLogout, "LOGOUT"},
                                    std::pair{SessionEnd::kIdle, "IDLE"},
                                    std::pair{SessionEnd::kRestart, "RESTART"},
                                    std::pair{SessionEnd::kDeactivated, "DEACTIVATED"},
                                    std::pair{SessionEnd::kPasswordSet, "PASSWORD_SET"}};
};
template <>
struct EnumTexts<LoginFailure> {
  static constexpr std::array texts{std::pair{LoginFailure::kUnknownUser, "UNKNOWN_USER"},
                                    std::pair{LoginFailure::kWrongPassword, "WRONG_PASSWORD"},
                                    std::pair{LoginFailure::kLocked, "LOCKED"},
                                    std::pair{LoginFailure::kNotActivated, "NOT_ACTIVATED"},
                                    std::pair{LoginFailure::kDeactivated, "DEACTIVATED"}};
};

struct SessionOpened {
  static constexpr KindSpec kKind{
      36, "session.opened", chain::Retention::kPermanent, chain::Form::kByMember,
      "log-in (I12-K-1); concurrent counts the same person's other open sessions (I12-C3-8)"};
  std::int64_t policy = 0;
  std::int64_t concurrent = 0;
  std::string username;
  std::string name;
  std::string organisation;
  std::optional<std::string> client;  // where the request came from, as the server saw it
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("concurrent", concurrent);
    m("username", username);
    m("name", name);
    m("organisation", organisation);
    m("client", client);
  }
};

struct SessionClosed {
  static constexpr KindSpec kKind{37, "session.closed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "log-out, time-out or the end of an account (I12-K-1)"};
  std::int64_t policy = 0;
  Sequence session;  // seq of session.opened
  SessionEnd reason{};
  std::string username;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("session", session);
    m.open("reason", reason);
    m("username", username);
  }
};

struct LoginFailed {
  static constexpr KindSpec kKind{
      38, "login.failed", chain::Retention::kPermanent, chain::Form::kByMember,
      "failed log-ins (I12-K-1); a name that is nobody's is never stored, it may be a password"};
  std::int64_t policy = 0;
  LoginFailure reason{};
  std::int64_t count = 1;  // more than one when the server put a minute's attempts together
  std::optional<std::string> username;
  std::optional<std::string> client;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("reason", reason);
    m.open("count", count);
    m("username", username);
    m("client", client);
  }
};

struct AccountLocked {
  static constexpr KindSpec kKind{39, "account.locked", chain::Retention::kPermanent,
                                  chain::Form::kByMember, "too many failures in a row (I12-K-1)"};
  std::int64_t policy = 0;
  TimeUs until;
  std::int64_t failures = 0;
  std::string username;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("until", until);
    m.open("failures", failures);
    m("username", username);
  }
};

}  // namespace alpr::policy
