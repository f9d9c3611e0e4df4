// Log-in, log-out, failures and locks (I12-K-1, F-1). Reasons and counts are open: they name
// nobody.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class SessionEnd {
  kLogout,
  kIdle,
  kRestart,
  kDeactivated,
  kPasswordSet,
  kPasswordWithdrawn,
  kSecondFactor,  // enrolled, changed or removed
  kTwoPlaces      // used from two addresses by turns
};
enum class LoginFailure {
  kUnknownUser,
  kWrongPassword,
  kLocked,
  kNotActivated,
  kDeactivated,
  kWrongSecondFactor  // the password was right; the code was missing, wrong or used before
};
// What was shown beside the password.
enum class SecondFactor { kTotp, kRecoveryCode };

template <>
struct EnumTexts<SessionEnd> {
  static constexpr std::array texts{std::pair{SessionEnd::kLogout, "LOGOUT"},
                                    std::pair{SessionEnd::kIdle, "IDLE"},
                                    std::pair{SessionEnd::kRestart, "RESTART"},
                                    std::pair{SessionEnd::kDeactivated, "DEACTIVATED"},
                                    std::pair{SessionEnd::kPasswordSet, "PASSWORD_SET"},
                                    std::pair{SessionEnd::kPasswordWithdrawn, "PASSWORD_WITHDRAWN"},
                                    std::pair{SessionEnd::kSecondFactor, "SECOND_FACTOR"},
                                    std::pair{SessionEnd::kTwoPlaces, "TWO_PLACES"}};
};
template <>
struct EnumTexts<LoginFailure> {
  static constexpr std::array texts{
      std::pair{LoginFailure::kUnknownUser, "UNKNOWN_USER"},
      std::pair{LoginFailure::kWrongPassword, "WRONG_PASSWORD"},
      std::pair{LoginFailure::kLocked, "LOCKED"},
      std::pair{LoginFailure::kNotActivated, "NOT_ACTIVATED"},
      std::pair{LoginFailure::kDeactivated, "DEACTIVATED"},
      std::pair{LoginFailure::kWrongSecondFactor, "WRONG_SECOND_FACTOR"}};
};
template <>
struct EnumTexts<SecondFactor> {
  static constexpr std::array texts{std::pair{SecondFactor::kTotp, "TOTP"},
                                    std::pair{SecondFactor::kRecoveryCode, "RECOVERY_CODE"}};
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
  std::optional<std::string> client;          // where the request came from, as the server saw it
  std::optional<SecondFactor> second_factor;  // absent: the account has none
  std::optional<std::int64_t> totp_step;      // which 30 seconds the code was of: not used again
  std::optional<std::int64_t> recovery_code;  // which of the account's, from 0: not used again
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("concurrent", concurrent);
    m("username", username);
    m("name", name);
    m("organisation", organisation);
    m("client", client);
    m.open("second_factor", second_factor);
    m("totp_step", totp_step);
    m("recovery_code", recovery_code);
  }
};

// Somebody may have been given another's login: for a person to look at (I12-C3-8).
struct SessionFlagged {
  static constexpr KindSpec kKind{
      59, "session.flagged", chain::Retention::kPermanent, chain::Form::kByMember,
      "a session that began while others of the same person were open, or that was used from two "
      "places at once, for review (I12-C3-8)"};
  std::int64_t policy = 0;
  Sequence session;
  std::vector<Sequence> others;  // that were open; none where it is this one's use that stands out
  bool elsewhere = false;        // one of them, or this one too, came from another address
  std::string username;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("session", session);
    m.open("others", others);
    m.open("elsewhere", elsewhere);
    m("username", username);
  }
};

// Written before the first request from there is answered (I12-C3-8).
struct SessionMoved {
  static constexpr KindSpec kKind{113, "session.moved", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a session that is used from another address than before "
                                  "(I12-C3-8)"};
  std::int64_t policy = 0;
  Sequence session;
  std::string username;
  std::string from;
  std::string to;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("session", session);
    m("username", username);
    m("from", from);
    m("to", to);
  }
};

enum class FlagFinding { kOwnUse, kLetOthersUse, kAccountTaken };
template <>
struct EnumTexts<FlagFinding> {
  static constexpr std::array texts{std::pair{FlagFinding::kOwnUse, "OWN_USE"},
                                    std::pair{FlagFinding::kLetOthersUse, "LET_OTHERS_USE"},
                                    std::pair{FlagFinding::kAccountTaken, "ACCOUNT_TAKEN"}};
};

struct SessionReviewed {
  static constexpr KindSpec kKind{60, "session.reviewed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what another person found out about a flagged session "
                                  "(I12-C3-8, L-4)"};
  std::int64_t policy = 0;
  Sequence flag;  // seq of session.flagged
  FlagFinding finding{};
  std::string note;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("flag", flag);
    m.open("finding", finding);
    m("note", note);
    m("by", by);
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
