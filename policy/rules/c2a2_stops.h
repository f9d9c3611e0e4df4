// Section C.2(A)(2): every stop that came from a hot-list alert is documented, and none restricts
// anybody's freedom before the hit is fully validated (I12-C2A-1, C2A-3, C2A2-1 to 8). Pure.
#pragma once

#include <optional>
#include <string>

#include "policy/records/stops.h"
#include "policy/registers/hits.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// stop.documented. One per hit; what comes later is a follow-up (kConflict). kGone: the hit is past
// due or purged. Refused: a restriction of freedom without full validation (C2A-3); a recovery or
// other enforcement without CLETS (C2A-1); anything C2A2 requires that is missing, blank, or not of
// its form.
struct DocumentStop {
  Sequence hit;
  std::optional<StopAction> action;          // I12-C2A-3
  std::optional<std::string> justification;  // I12-C2A2-4
  std::optional<std::string> case_number;    // I12-C2A2-5: 4 to 20 of A-Z 0-9 and '-'
  std::optional<std::string> disposition;    // I12-C2A2-6: one of Disposition
  std::optional<TimeUs> responded_at;        // I12-C2A2-7: not in the future, not before the hit
  std::optional<std::string> next_steps;     // I12-C2A2-8: may say "none known"
  template <typename M>
  void members(M& m) {
    m("hit", hit);
    m("action", action);
    m("justification", justification);
    m("case_number", case_number);
    m("disposition", disposition);
    m("responded_at", responded_at);
    m("next_steps", next_steps);
  }
};
Decision decide(const State& state, const Actor& actor, const DocumentStop& command,
                const Moment& moment);

// What a member began on a hit and nobody documented: due `stop_record_seconds` of the policy in
// force after its first step (I12-C2A2-1). No plate.
struct OwedStop {
  Sequence hit;
  HitState state{};
  HotlistSource source{};
  std::string by;   // username of who took the last step
  TimeUs first_at;  // of the first step
  TimeUs last_at;   // of the last
  TimeUs due_at;    // of the record
  bool overdue = false;
  TimeUs recordable_until;  // then the hit is past its 30 days, and its stop can't be recorded
  template <typename M>
  void members(M& m) {
    m("hit", hit);
    m("state", state);
    m("source", source);
    m("by", by);
    m("first_at", first_at);
    m("last_at", last_at);
    m("due_at", due_at);
    m("overdue", overdue);
    m("recordable_until", recordable_until);
  }
};
// Oldest hit first. The system can't see whether a car was stopped: every response counts, also
// one to a misread, and is documented with what came of it, be it nothing.
Result<std::vector<OwedStop>> owed_stops(const State& state, const Moment& moment);

// COORDINATOR or ADMINISTRATOR may see all of them.
Gate gate_owed_stops(const State& state, const Actor& actor, const Moment& moment);

// stop.followed-up: the stop's record stays as it is (I12-C2A2-8). kNotFound: no such stop.
struct FollowUpStop {
  Sequence stop;
  std::string next_steps;
  template <typename M>
  void members(M& m) {
    m("stop", stop);
    m("next_steps", next_steps);
  }
};
Decision decide(const State& state, const Actor& actor, const FollowUpStop& command,
                const Moment& moment);

}  // namespace alpr::policy
