// What a rule decides. Pure: (state, command, moment) -> Decision; no I/O, no clock, no randomness,
// so that an auditor can decide it again (architecture invariant 8).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/registers/policies.h"

namespace alpr::policy {

// The moment of the decision, as the sequencer gives it.
struct Moment {
  TimeUs now;               // header time of the events it makes
  Sequence next;            // seq that the first of them gets
  const PolicyRow* policy;  // in force at `now`, borrowed (I12-HDR-1)
};

// Why not, with the requirement IDs that decided it. `slug` is the stable end of the problem type,
// e.g. "purpose-not-allowed".
struct Refusal {
  std::vector<std::string> rules;
  std::string slug;
  std::string reason;  // says what to do; no plate, no secret
};

// The events to append. Refused commands carry their refusal event: refusals are on the record too
// (invariant 3). `conflict` / `not_found`: the command fits no state it could be judged in (an
// unknown id); nothing is appended.
struct Decision {
  std::optional<Refusal> refusal;
  std::optional<Error> error;
  std::vector<chain::Draft> events;

  template <Record R>
  Decision& then(R record) {
    events.push_back(to_draft(std::move(record)));
    return *this;
  }
  static Decision not_judged(ErrorCode code, std::string detail) {
    Decision d;
    d.error = Error{code, std::move(detail)};
    return d;
  }
};

inline Decision not_judged(const Error& error) {
  return Decision::not_judged(error.code, error.detail);
}

// Blank after trimming Unicode white space (policy-brief section 10, rule 7).
bool blank(std::string_view text);

// command.refused (permanent): actor (absent before login), action, rules, slug, reason, policy.
// Queries have their own query.refused. A refusal and its event in one.
Decision refuse(const Moment& moment, const std::optional<Actor>& actor, std::string_view action,
                Refusal refusal);

}  // namespace alpr::policy
