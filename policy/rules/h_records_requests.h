// Section H and the end of E: requests of the public. They are entered, answered and closed here
// and nowhere else: the sharing of section I refuses them (I12-H-1, E-6). Pure; the sequencer's
// thread.
#pragma once

#include <optional>
#include <string>

#include "policy/records/records_requests.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// COORDINATOR or ADMINISTRATOR, as are all of these -> records.requested.
struct EnterRecordsRequest {
  std::optional<std::string> requester;
  std::optional<std::string> received_on;  // YYYY-MM-DD, not after today
  std::optional<std::string> statute;
  std::optional<std::string> record_class;
  std::optional<std::string> described;
  template <typename M>
  void members(M& m) {
    m("requester", requester);
    m("received_on", received_on);
    m("statute", statute);
    m("record_class", record_class);
    m("described", described);
  }
};
Decision decide(const State& state, const Actor& actor, const EnterRecordsRequest& command,
                const Moment& moment);

// -> records.decided, with `exception` where a non-investigatory record is not disclosed whole.
// kNotFound, kConflict: answered already.
struct DecideRecordsRequest {
  Sequence request;
  std::optional<std::string> outcome;
  std::optional<std::string> basis;
  std::optional<std::string> reason;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("outcome", outcome);
    m("basis", basis);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const DecideRecordsRequest& command,
                const Moment& moment);

// -> records.closed. Refused before it is answered; kNotFound, kConflict: closed already.
struct CloseRecordsRequest {
  Sequence request;
  std::optional<std::string> how;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("how", how);
  }
};
Decision decide(const State& state, const Actor& actor, const CloseRecordsRequest& command,
                const Moment& moment);

}  // namespace alpr::policy
