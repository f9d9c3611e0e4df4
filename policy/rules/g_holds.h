// Section G: keeping named events beyond 30 days, for the three reasons of the order alone
// (I12-G-2), and letting them go (I12-G-3). Pure; the sequencer's thread.
#pragma once

#include "policy/records/holds.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

inline constexpr std::size_t kHeldEventsMax = 10'000;

struct RequestHold {
  std::vector<Sequence> events;
  std::string reason;  // ACTIVE_CRIMINAL, MISSING_OR_AT_RISK, OTHER_AGENCY_LEGAL_OBLIGATION;
                       // another: refused
  std::string case_number;
  std::optional<LegalInstrument> instrument;  // for OTHER_AGENCY_LEGAL_OBLIGATION
  std::string justification;
  TimeUs review_by;  // within 90 days
  template <typename M>
  void members(M& m) {
    m("events", events);
    m("reason", reason);
    m("case_number", case_number);
    m("instrument", instrument);
    m("justification", justification);
    m("review_by", review_by);
  }
};

struct DecideHold {
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

struct ReleaseHold {
  Sequence hold;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("hold", hold);
    m("reason", reason);
  }
};

// An event as the caller found it in the log.
struct EventFacts {
  Sequence seq;
  chain::Retention retention{};
  TimeUs time;
  bool have_payload = false;
};

// Who: a trained sworn member or the Coordinator. Several breaches are told at once.
Decision decide(const State& state, const Actor& actor, const RequestHold& command,
                const Moment& moment);
// Who: Coordinator or Administrator, never the requester. `events` are the requested ones as they
// stand now: each must be a thirty-day event that is not past due. On approval the decision's event
// is hold.placed.
Decision decide(const State& state, const Actor& actor, const DecideHold& command,
                const std::vector<EventFacts>& events, const Moment& moment);
// Who: Coordinator or Administrator.
Decision decide(const State& state, const Actor& actor, const ReleaseHold& command,
                const Moment& moment);

}  // namespace alpr::policy
