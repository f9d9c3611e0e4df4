// Roles: asked for by one person, granted by a second to a third, for a time (policy-brief section
// 10, rule 4; I12-L-1, L-2, HDR-2). Pure.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "policy/records/enums.h"
#include "policy/registers/people.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// CHIEF_DESIGNEE, ADMINISTRATOR or IT_UNIT, not for oneself -> role.grant-requested.
struct RequestRoleGrant {
  std::string username;
  Role role{};
  TimeUs from;
  std::optional<TimeUs> until;
  std::string justification;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("role", role);
    m("from", from);
    m("until", until);
    m("justification", justification);
  }
};
Decision decide(const State& state, const Actor& actor, const RequestRoleGrant& command,
                const Moment& moment);

// CHIEF_DESIGNEE or ADMINISTRATOR, neither the requester nor the grantee -> role.granted or
// role.grant-denied. kNotFound: no such request; kConflict: already decided.
struct DecideRoleGrant {
  Sequence request;
  Verdict verdict{};
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("verdict", verdict);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const DecideRoleGrant& command,
                const Moment& moment);

// CHIEF_DESIGNEE, ADMINISTRATOR, IT_UNIT, or the holder -> role.ended. Refused when nobody could
// grant roles afterwards.
struct EndRole {
  std::string username;
  Sequence grant;  // seq of role.granted
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("grant", grant);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const EndRole& command,
                const Moment& moment);

// Whether roles could still be granted by two persons if `without` (and, of theirs, only `grant`
// when given) were gone: an approver and another person who may ask. A department that loses this
// is locked out of its own log. Who has no password cannot act and does not count.
Result<bool> roles_stay_grantable(const State& state, std::string_view without,
                                  std::optional<Sequence> grant, const Moment& moment);
// The refusal of an action that would leave it so (I12-L-2), its error, or nothing.
std::optional<Decision> last_holder(const State& state, const Actor& actor, std::string_view action,
                                    std::string_view without, std::optional<Sequence> grant,
                                    const Moment& moment);

}  // namespace alpr::policy
