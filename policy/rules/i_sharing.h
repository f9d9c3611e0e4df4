// Section I: a request for data is entered by one member with its grounds, decided by the
// Administrator, who is another, and may be withdrawn. Whatever the order forbids is
// sharing.refused with its stage. Pure; the sequencer's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/records/sharing.h"
#include "policy/registers/sharing.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

inline constexpr std::size_t kSharedReadsMax = 500;        // of a request
inline constexpr std::size_t kDocumentBytesMax = 700'000;  // its base64 fits an event
inline constexpr std::string_view kDocumentType = "application/pdf";

// A trained member -> document.filed. kMalformed: empty, too long, or no PDF.
struct FileDocument {
  std::string bytes;
};
Decision decide(const State& state, const Actor& actor, const FileDocument& command,
                const Moment& moment);

// A trained member -> sharing.requested. Of a hit its read is asked for, of a query what it
// disclosed and is still there. Refused, too, where it repeats an open request
// (repeated_requests.h). kNotFound: recipient, document or query; kGone: a read or hit that
// is not there (any more).
struct RequestSharing {
  Sequence recipient;
  std::optional<std::vector<Sequence>> reads;
  std::optional<std::vector<Sequence>> hits;
  std::optional<Sequence> query;
  SharingGrounds grounds;
  template <typename M>
  void members(M& m) {
    m("recipient", recipient);
    m("reads", reads);
    m("hits", hits);
    m("query", query);
    m("grounds", grounds);
  }
};
Decision decide(const State& state, const Actor& actor, const RequestSharing& command,
                const Moment& moment);

// ADMINISTRATOR, not who entered it -> sharing.decided (I12-I-8, I-13, I-14). kNotFound; kConflict:
// decided or withdrawn before.
struct DecideSharing {
  Sequence request;
  std::optional<std::string> outcome;
  std::optional<std::string> reason;
  std::optional<Attestations> attestations;  // HONORED: that what C3 and E-3 forbid was looked for
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("outcome", outcome);
    m("reason", reason);
    m("attestations", attestations);
  }
};
Decision decide(const State& state, const Actor& actor, const DecideSharing& command,
                const Moment& moment);

// Who entered it, or COORDINATOR, until it is released -> sharing.withdrawn. kNotFound, kConflict.
struct WithdrawSharing {
  Sequence request;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const WithdrawSharing& command,
                const Moment& moment);

// The folder of requests is for COORDINATOR and ADMINISTRATOR (I12-I-9).
Gate gate_sharing_list(const State& state, const Actor& actor, const Moment& moment);

// ---- shared with the rules of releases ----

// sharing.refused at a stage.
struct RefusedAt {
  SharingStage stage{};
  std::optional<Sequence> recipient;
  std::optional<Sequence> request;
  std::optional<SharingGrounds> grounds;
};
Decision refuse_sharing(const Moment& moment, const Actor& by, const RefusedAt& at,
                        Refusal refusal);

// The request, or the decision that ends the command: a request of the public is refused here
// (I12-H-1), an unknown one is kNotFound.
struct SharingFound {
  std::optional<SharingRow> row;
  std::optional<Decision> stopped;
};
SharingFound need_sharing(const State& state, const Actor& by, Sequence request, SharingStage stage,
                          const Moment& moment);

// What the order forbids of this request now: its grounds against the recipient of today. Errors of
// the registers as of need_sharing.
Result<std::optional<Refusal>> judge_again(const State& state, const SharingRow& row);

}  // namespace alpr::policy
