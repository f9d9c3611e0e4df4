// Versions of the order's parameters: a whole document, asked for by one person and adopted by
// another (I12-HDR-1, HDR-2, L-1; policy-brief section 10, rule 9). Pure; the sequencer's thread.
#pragma once

#include <string>

#include "policy/records/policies.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// POLICY_COORDINATOR or ADMINISTRATOR -> policy.proposed. Refused when the version is not the next
// one, when it would have been in force already, or when the parameters go beyond the order.
struct ProposePolicy {
  std::int64_t version = 0;
  std::string order;
  TimeUs effective;
  Parameters parameters;
  Digest document_sha256{};
  std::string justification;
};
Decision decide(const State& state, const Actor& actor, const ProposePolicy& command,
                const Moment& moment);

// CHIEF_DESIGNEE, not the proposer -> policy.adopted or policy.denied. kNotFound: no such proposal;
// kConflict: decided already.
struct DecidePolicy {
  Sequence proposal;
  Verdict verdict{};
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("proposal", proposal);
    m("verdict", verdict);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const DecidePolicy& command,
                const Moment& moment);

inline constexpr std::size_t kSettingsMax = 256 * 1024;  // bytes of a configuration

// A server starts with these settings -> settings.in-force, or nothing where they are those of
// before (I12-F-0). kMalformed: not UTF-8, or too long.
struct StartWithSettings {
  std::string text;  // of the configuration; empty: none was given
};
Decision decide(const State& state, const StartWithSettings& command, const Moment& moment);

}  // namespace alpr::policy
