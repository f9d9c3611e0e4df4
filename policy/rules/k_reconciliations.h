// Section K: a vendor's own list of searches held against the queries on the record (I12-K-5): who
// may ask for it, and which of the vendor's reasons the order allows. Comparing is done by
// reports/figures. Pure; decide() on the sequencer's thread, the rest on any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/records/policies.h"
#include "policy/records/reconciliations.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

struct ReconcileExport {
  TimeUs from;
  TimeUs until;
};
// What the caller found; see the members of ExportReconciled.
struct ReconciledExport {
  std::int64_t size = 0;
  std::string profile;
  Digest profile_sha256{};
  Digest file_sha256{};
  std::int64_t rows = 0;
  std::int64_t queries = 0;
  std::int64_t matched = 0;
  std::vector<DifferenceCount> differences;
  Digest result_sha256{};
  std::vector<Sequence> disclosed;
};

// A trained COORDINATOR or ADMINISTRATOR: other people's queries are shown.
Gate gate_reconciliation(const State& state, const Actor& actor, const Moment& moment);
// export.reconciled, before the result is shown.
Decision decide(const State& state, const Actor& actor, const ReconcileExport& command,
                const ReconciledExport& found, const Moment& moment);

// What is wrong with a vendor's reason for a search. `purpose`: what it stands for, by its own text
// or a profile; nullopt: nothing that is known.
struct ReasonRefusal {
  Difference difference{};  // REASON_MISSING or REASON_NOT_ALLOWED
  std::string_view rule;
  std::string what;
};
std::optional<ReasonRefusal> judge_reason(const Parameters& parameters, std::string_view reason,
                                          std::optional<QueryPurpose> purpose);

}  // namespace alpr::policy
