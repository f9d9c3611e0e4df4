// The register of policy versions, adopted and proposed.
//
// All rows are permanent. Written by fold_policies alone, on the sequencer's thread; the find and
// list functions read whatever snapshot they are given, on any thread. They fail with kCorrupt when
// a row does not read back.
#pragma once

#include <optional>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "policy/records/policies.h"

namespace alpr::policy {

struct PolicyRow {
  Sequence adopted;
  std::int64_t version = 0;
  TimeUs effective;
  std::string department;
  Digest parameters_sha256{};
  Parameters parameters;
  std::optional<Sequence> proposal;
  template <typename M>
  void members(M& m) {
    m("adopted", adopted);
    m("version", version);
    m("effective", effective);
    m("department", department);
    m("parameters_sha256", parameters_sha256);
    m("parameters", parameters);
    m("proposal", proposal);
  }
};

struct PolicyProposalRow {
  Sequence proposal;
  RequestState state = RequestState::kPending;
  PolicyProposed asked;
  template <typename M>
  void members(M& m) {
    m("proposal", proposal);
    m("state", state);
    m("asked", asked);
  }
};

struct SettingsRow {
  Sequence event;
  Digest sha256{};
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("sha256", sha256);
  }
};
// Of the last settings.in-force; nullopt where there was none yet.
Result<std::optional<SettingsRow>> settings_in_force(const chain::RegisterReader& rows);

Result<void> fold_policies(const chain::EventView& event, chain::RegisterWriter& rows);

// The newest version whose effective time is not after `now` (I12-HDR-1). kNotFound in a log
// without its first commit.
Result<PolicyRow> policy_in_force(const chain::RegisterReader& rows, TimeUs now);

// Versions are numbered without a gap, from 1 (I12-HDR-1).
Result<std::optional<PolicyRow>> find_policy(const chain::RegisterReader& rows,
                                             std::int64_t version);

// All versions, the oldest first; the last may lie in the future.
Result<std::vector<PolicyRow>> list_policies(const chain::RegisterReader& rows);

Result<std::optional<PolicyProposalRow>> find_policy_proposal(const chain::RegisterReader& rows,
                                                              Sequence proposal);
Result<std::vector<PolicyProposalRow>> list_policy_proposals(const chain::RegisterReader& rows,
                                                             std::size_t limit);

}  // namespace alpr::policy
