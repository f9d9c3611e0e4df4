// Section L and OMC 9.64.010(1): complaints, breaches, violations and cost are on the record, so
// that the annual report counts them and none is forgotten. Who complains, whose violation it is
// and what happened stay sealed. Pure; decide() on the sequencer's thread.
#pragma once

#include "policy/registers/oversight.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// COORDINATOR, ADMINISTRATOR or PAC_AUDITOR: complaints, breaches, costs.
Gate gate_oversight(const State& state, const Actor& actor, const Moment& moment);
// COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE: they are about members.
Gate gate_violations(const State& state, const Actor& actor, const Moment& moment);

// COORDINATOR or ADMINISTRATOR -> complaint.recorded.
struct RecordComplaint {
  std::optional<std::string> subject;
  std::optional<TimeUs> received;  // not in the future
  std::optional<std::string> what;
  template <typename M>
  void members(M& m) {
    m("subject", subject);
    m("received", received);
    m("what", what);
  }
};
Decision decide(const State& state, const Actor& actor, const RecordComplaint& command,
                const Moment& moment);

// The same -> complaint.answered. kNotFound; kConflict: it is answered.
struct AnswerComplaint {
  Sequence complaint;
  std::optional<std::string> finding;
  std::optional<std::string> answer;
  template <typename M>
  void members(M& m) {
    m("complaint", complaint);
    m("finding", finding);
    m("answer", answer);
  }
};
Decision decide(const State& state, const Actor& actor, const AnswerComplaint& command,
                const Moment& moment);

// COORDINATOR, ADMINISTRATOR or IT_UNIT -> breach.recorded.
struct RecordBreach {
  std::optional<std::string> breach;
  std::optional<TimeUs> discovered;  // not in the future
  std::optional<std::string> what;
  template <typename M>
  void members(M& m) {
    m("breach", breach);
    m("discovered", discovered);
    m("what", what);
  }
};
Decision decide(const State& state, const Actor& actor, const RecordBreach& command,
                const Moment& moment);

// The same -> breach.step-recorded: each step once, CLOSED after all others. kNotFound.
struct RecordBreachStep {
  Sequence breach;
  std::optional<std::string> step;
  std::optional<std::string> note;
  template <typename M>
  void members(M& m) {
    m("breach", breach);
    m("step", step);
    m("note", note);
  }
};
Decision decide(const State& state, const Actor& actor, const RecordBreachStep& command,
                const Moment& moment);

// COORDINATOR, ADMINISTRATOR or CHIEF_DESIGNEE -> violation.recorded.
struct RecordViolation {
  std::optional<std::string> rule;
  std::optional<Sequence> event;  // of the log, before now
  std::optional<std::string> username;
  std::optional<std::string> what;
  template <typename M>
  void members(M& m) {
    m("rule", rule);
    m("event", event);
    m("username", username);
    m("what", what);
  }
};
Decision decide(const State& state, const Actor& actor, const RecordViolation& command,
                const Moment& moment);

// ADMINISTRATOR or CHIEF_DESIGNEE, neither who recorded it nor whose it is -> violation.decided. A
// sanction only where it is sustained. kNotFound; kConflict: it is decided.
struct DecideViolation {
  Sequence violation;
  std::optional<std::string> finding;
  std::optional<std::string> sanction;
  std::optional<std::string> reason;
  template <typename M>
  void members(M& m) {
    m("violation", violation);
    m("finding", finding);
    m("sanction", sanction);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const DecideViolation& command,
                const Moment& moment);

// COORDINATOR or ADMINISTRATOR -> cost.recorded.
struct RecordCost {
  std::int64_t year = 0;
  std::optional<std::string> category;
  std::int64_t cents = 0;
  std::optional<std::string> funding;
  template <typename M>
  void members(M& m) {
    m("year", year);
    m("category", category);
    m("cents", cents);
    m("funding", funding);
  }
};
Decision decide(const State& state, const Actor& actor, const RecordCost& command,
                const Moment& moment);

}  // namespace alpr::policy
