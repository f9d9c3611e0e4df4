#include "policy/registers/policies.h"

#include "policy/records/system.h"
#include "policy/registers/rows.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kVersionsMax = 10'000;

chain::RowKey version_key(std::int64_t version) {
  return chain::RowKey().number(static_cast<std::uint64_t>(version));
}

Result<void> decided(chain::RegisterWriter& rows, Sequence proposal, RequestState state) {
  auto row = need_row<PolicyProposalRow>(rows, table::kPolicyProposals, seq_key(proposal),
                                         "policy proposal");
  if (!row) return tl::unexpected(row.error());
  row->state = state;
  return write_row(rows, table::kPolicyProposals, seq_key(proposal), *row);
}

}  // namespace

Result<PolicyRow> policy_in_force(const chain::RegisterReader& rows, TimeUs now) {
  auto versions = list_policies(rows);
  if (!versions) return tl::unexpected(versions.error());
  // The first has nothing before it that could be in force, however the clock stands.
  for (auto row = versions->rbegin(); row != versions->rend(); ++row)
    if (row->effective <= now || row->version == versions->front().version) return std::move(*row);
  return fail(ErrorCode::kNotFound, "no policy has been adopted in this log");
}

Result<std::optional<PolicyRow>> find_policy(const chain::RegisterReader& rows,
                                             std::int64_t version) {
  return read_row<PolicyRow>(rows, table::kPolicyVersions, version_key(version));
}

Result<std::vector<PolicyRow>> list_policies(const chain::RegisterReader& rows) {
  return list_rows<PolicyRow>(rows, table::kPolicyVersions, {}, kVersionsMax);
}

Result<std::optional<PolicyProposalRow>> find_policy_proposal(const chain::RegisterReader& rows,
                                                              Sequence proposal) {
  return read_row<PolicyProposalRow>(rows, table::kPolicyProposals, seq_key(proposal));
}

Result<std::vector<PolicyProposalRow>> list_policy_proposals(const chain::RegisterReader& rows,
                                                             std::size_t limit) {
  return list_rows<PolicyProposalRow>(rows, table::kPolicyProposals, {}, limit);
}

Result<std::optional<SettingsRow>> settings_in_force(const chain::RegisterReader& rows) {
  return read_row<SettingsRow>(rows, table::kSettings, chain::RowKey().number(0));
}

Result<void> fold_policies(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case PolicyAdopted::kKind.number: {
      const auto e = from_event<PolicyAdopted>(event);
      if (!e) return tl::unexpected(e.error());
      if (e->proposal)
        if (auto done = decided(rows, *e->proposal, RequestState::kApproved); !done) return done;
      return write_row(rows, table::kPolicyVersions, version_key(e->version),
                       PolicyRow{event.header.seq, e->version, e->effective, e->department,
                                 e->parameters_sha256, e->parameters, e->proposal});
    }
    case PolicyProposed::kKind.number: {
      auto asked = from_event<PolicyProposed>(event);
      if (!asked) return tl::unexpected(asked.error());
      return write_row(
          rows, table::kPolicyProposals, seq_key(event.header.seq),
          PolicyProposalRow{event.header.seq, RequestState::kPending, std::move(*asked)});
    }
    case PolicyDenied::kKind.number: {
      const auto e = from_event<PolicyDenied>(event);
      if (!e) return tl::unexpected(e.error());
      return decided(rows, e->proposal, RequestState::kDenied);
    }
    case SettingsInForce::kKind.number: {
      const auto e = from_event<SettingsInForce>(event);
      if (!e) return tl::unexpected(e.error());
      return write_row(rows, table::kSettings, chain::RowKey().number(0),
                       SettingsRow{event.header.seq, e->sha256});
    }
    default:
      return {};
  }
}

}  // namespace alpr::policy
