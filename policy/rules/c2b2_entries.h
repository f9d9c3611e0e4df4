// Section C.2(B) 2: the department's own entries, each approved by the Administrator before it
// matches anything.
//
// I12-C2B2-1 to 8, C2A1-2, A-4, A-5, C3-4, L-2, AMB-3 (no bypass). Pure. A job that approves or
// removes must end its batch (see registers/plate_index.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/registers/hotlists.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// Any trained member -> hotlist.entry-requested. An update is a request that supersedes an entry.
// What the order requires is optional here so that its absence is a refusal on the record.
struct RequestEntry {
  std::optional<std::string> plate;  // this or `descriptor`, or both
  std::optional<std::string>
      descriptor;                      // of a person or vehicle without a known plate (I12-C2B2-8)
  std::optional<std::string> purpose;  // one of BoloPurpose (I12-C2A1-2)
  std::optional<std::string> case_number;        // I12-C2B2-5
  std::optional<std::string> offense_report_no;  // I12-C2B2-1
  std::optional<std::string> justification;      // I12-C2B2-6
  TimeUs expires_at;                             // at most a year ahead
  std::optional<KnownAttributes> attributes;
  std::optional<bool> not_protected_characteristic;  // I12-C3-4: must be true
  std::optional<Sequence> supersedes;                // the entry's request
  template <typename M>
  void members(M& m) {
    m("plate", plate);
    m("descriptor", descriptor);
    m("purpose", purpose);
    m("case_number", case_number);
    m("offense_report_no", offense_report_no);
    m("justification", justification);
    m("expires_at", expires_at);
    m("attributes", attributes);
    m("not_protected_characteristic", not_protected_characteristic);
    m("supersedes", supersedes);
  }
};
Decision decide(const State& state, const Actor& actor, const RequestEntry& command,
                const Moment& moment);

// ADMINISTRATOR, not the requester -> hotlist.entry-approved or hotlist.entry-denied. kNotFound: no
// such request; kConflict: already decided, withdrawn, expired, or what it supersedes is not active
// any more.
struct DecideEntry {
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
Decision decide(const State& state, const Actor& actor, const DecideEntry& command,
                const Moment& moment);

// The requester, ADMINISTRATOR or COORDINATOR -> hotlist.entry-removed, of an active or a pending
// entry.
struct RemoveEntry {
  Sequence request;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const RemoveEntry& command,
                const Moment& moment);

// Trained members only (I12-A-5) -> entries.disclosed, before anything is shown. `entries` is what
// would be shown.
struct ListEntries {
  std::optional<EntryState> state;
  std::optional<std::int64_t> limit;  // 1 to kEntriesShownMax, which is the default
  template <typename M>
  void members(M& m) {
    m("state", state);
    m("limit", limit);
  }
};
inline constexpr std::int64_t kEntriesShownMax = 200;
// Newest first.
Result<std::vector<EntryRow>> select_entries(const State& state, const ListEntries& command,
                                             const Moment& moment);
Decision decide(const State& state, const Actor& actor, const ListEntries& command,
                const std::vector<EntryRow>& entries, const Moment& moment);

}  // namespace alpr::policy
