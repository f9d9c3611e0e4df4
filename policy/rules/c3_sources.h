// Section C.3: data of other agencies is opened as section E authorises, source by source
// (I12-C3-b). A policy version names the list sources that need a grant (sources_by_grant); of the
// others the training gate alone decides. Pure; decide() on the sequencer's thread, the rest on
// any.
#pragma once

#include "policy/registers/source_grants.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

bool needs_grant(HotlistSource source, const Parameters& parameters);
// Open to this person now. A grant of one source opens no other.
Result<bool> source_open(const State& state, std::string_view username, HotlistSource source,
                         const Moment& moment);
Refusal source_refusal(HotlistSource source);

// ADMINISTRATOR or CHIEF_DESIGNEE, not for oneself -> source.granted; a later one takes the place
// of the one before.
struct GrantSource {
  std::optional<std::string> username;
  std::optional<std::string> source;
  std::optional<TimeUs> until;  // in the future
  std::optional<std::string> reason;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("source", source);
    m("until", until);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const GrantSource& command,
                const Moment& moment);

// COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE -> source.grant-ended. kNotFound: there is none.
struct EndSourceGrant {
  std::string username;
  std::optional<std::string> source;
  std::optional<std::string> reason;
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("source", source);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const EndSourceGrant& command,
                const Moment& moment);

// COORDINATOR, ADMINISTRATOR, CHIEF_DESIGNEE or PAC_AUDITOR.
Gate gate_source_grants(const State& state, const Actor& actor, const Moment& moment);

}  // namespace alpr::policy
