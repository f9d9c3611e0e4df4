// The second factor of an account: time-based codes (TOTP, RFC 6238) from a device that the person
// has, and recovery codes for when they have it no longer.
//
// The secret of the codes stands in no event: `secret` is a box that only the server opens, with a
// key that no auditor is given (docs/decisions/0020-passwords-and-second-factors.md).
#pragma once

#include "policy/records/actor.h"
#include "policy/records/people.h"

namespace alpr::policy {

struct SecondFactorOffered {
  static constexpr KindSpec kKind{
      55, "second-factor.offered", chain::Retention::kPermanent, chain::Form::kByMember,
      "a person was shown the secret of a second factor; it counts once they gave a code of it"};
  std::int64_t policy = 0;
  std::string secret;                     // sealed box, base64
  std::optional<std::int64_t> totp_step;  // of the factor in force, as in session.opened
  std::optional<std::int64_t> recovery_code;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("secret", secret);
    m("totp_step", totp_step);
    m("recovery_code", recovery_code);
    m("by", by);
  }
};

struct SecondFactorConfirmed {
  static constexpr KindSpec kKind{
      56, "second-factor.confirmed", chain::Retention::kPermanent, chain::Form::kByMember,
      "from here on log-ins of this account need a code (I12-F-1, K-1)"};
  std::int64_t policy = 0;
  Sequence offered;
  std::int64_t totp_step = 0;              // of the code that was given: not used again
  std::vector<CodeDigest> recovery_codes;  // one use each
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("offered", offered);
    m("totp_step", totp_step);
    m("recovery_codes", recovery_codes);
    m("by", by);
  }
};

struct SecondFactorRemoved {
  static constexpr KindSpec kKind{
      57, "second-factor.removed", chain::Retention::kPermanent, chain::Form::kByMember,
      "a second person took a lost second factor from an account (I12-K-1)"};
  std::int64_t policy = 0;
  std::string username;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("username", username);
    m("reason", reason);
    m("by", by);
  }
};

}  // namespace alpr::policy
