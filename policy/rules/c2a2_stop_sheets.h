// Section C.2(A)(2): the stops' "computer generated spreadsheet" (I12-C2A2-2), given to the
// custodians of the data and on the record before it is given (I12-F-2, L-2, L-3). Pure.
#pragma once

#include "policy/records/stops.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// Trained, and COORDINATOR or ADMINISTRATOR: the sheet has plates, names and narratives.
Gate gate_stop_sheets(const State& state, const Actor& actor, const Moment& moment);

// As stops.disclosed has it.
struct DiscloseStops {
  SheetForm form{};
  std::int64_t size = 0;
  TimeUs from;
  TimeUs to;
  std::int64_t stops = 0;
  std::int64_t follow_ups = 0;
  Digest sha256{};
};
// stops.disclosed.
Decision decide(const State& state, const Actor& actor, const DiscloseStops& command,
                const Moment& moment);

}  // namespace alpr::policy
