#include "policy/rules/policies.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "ledger/chain/hash.h"
#include "policy/records/system.h"
#include "policy/rules/access.h"
#include "policy/rules/parameters.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::string_view kPropose = "policy.propose";
constexpr std::string_view kDecide = "policy.decide";
constexpr std::array kProposers{Role::kPolicyCoordinator, Role::kAdministrator};
constexpr std::array kApprovers{Role::kChiefDesignee};

// A version counts from a time that has not come: nobody is judged afterwards by rules that did not
// stand (I12-HDR-1).
std::optional<Refusal> succession_refusal(std::int64_t version, TimeUs effective,
                                          const PolicyRow& newest, TimeUs now) {
  if (version != newest.version + 1)
    return Refusal{{"I12-HDR-1"},
                   "version-not-next",
                   fmt::format("The next version is {}.", newest.version + 1)};
  if (effective < now || effective <= newest.effective)
    return Refusal{{"I12-HDR-1"},
                   "effective-in-the-past",
                   "A version takes effect after it is adopted and after the one before it: give a "
                   "later time."};
  return std::nullopt;
}

std::optional<Refusal> parameters_refusal(const Parameters& parameters) {
  const auto faults = parameter_faults(parameters);
  if (faults.empty()) return std::nullopt;
  Refusal refusal{{}, "beyond-the-order", "The order does not allow:"};
  for (const ParameterFault& fault : faults) {
    if (std::find(refusal.rules.begin(), refusal.rules.end(), fault.rule) == refusal.rules.end())
      refusal.rules.push_back(fault.rule);
    if (refusal.reason.size() + fault.problem.size() < kNarrativeMax - 100)
      refusal.reason += " " + fault.problem + ";";
  }
  return refusal;
}

PolicyAdopted adopted(const PolicyProposalRow& proposal, const PolicyRow& before,
                      const DecidePolicy& command, const Actor& by, const Moment& moment) {
  PolicyAdopted record;
  record.policy = moment.policy->version;
  record.version = proposal.asked.version;
  record.order = std::string(kOrder);
  record.effective = proposal.asked.effective;
  record.department = before.department;
  record.parameters = proposal.asked.parameters;
  record.parameters_sha256 = chain::sha256(as_bytes(to_json_text(record.parameters)));
  record.before = before.parameters_sha256;
  record.changes = changed_parameters(before.parameters, record.parameters);
  record.proposal = proposal.proposal;
  record.reason = command.reason;
  record.by = by;
  return record;
}

}  // namespace

Decision decide(const State& state, const Actor& actor, const ProposePolicy& command,
                const Moment& moment) {
  if (auto fault = text_fault("justification", command.justification, kNarrativeMax))
    return not_judged(*fault);
  if (auto fault = time_fault("effective", command.effective)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kProposers, {"I12-HDR-2", "I12-L-1"});
  if (auto stop = open.stop(kPropose)) return *stop;
  if (command.order != kOrder)
    return refuse(moment, open.actor, kPropose,
                  {{"I12-HDR-1"}, "another-order", fmt::format("The order is '{}'.", kOrder)});
  if (blank(command.justification))
    return refuse(moment, open.actor, kPropose,
                  {{"I12-HDR-1"}, "required-fact-missing", "State why the parameters change."});
  const auto versions = list_policies(state.rows);
  if (!versions) return not_judged(versions.error());
  if (auto refusal =
          succession_refusal(command.version, command.effective, versions->back(), moment.now))
    return refuse(moment, open.actor, kPropose, *refusal);
  if (auto refusal = parameters_refusal(command.parameters))
    return refuse(moment, open.actor, kPropose, *refusal);
  return Decision{}.then(PolicyProposed{moment.policy->version, command.version, command.effective,
                                        command.parameters, command.document_sha256,
                                        command.justification, open.actor});
}

Decision decide(const State& state, const Actor& actor, const DecidePolicy& command,
                const Moment& moment) {
  if (auto fault = text_fault("reason", command.reason, kNarrativeMax)) return not_judged(*fault);
  const Gate open = gate_role(state, actor, moment, kApprovers, {"I12-L-1", "I12-HDR-1"});
  if (auto stop = open.stop(kDecide)) return *stop;
  const auto proposal = find_policy_proposal(state.rows, command.proposal);
  if (!proposal) return not_judged(proposal.error());
  if (!*proposal) return Decision::not_judged(ErrorCode::kNotFound, "proposal: no such proposal");
  if ((*proposal)->state != RequestState::kPending)
    return Decision::not_judged(ErrorCode::kConflict, "this proposal is decided already");
  if ((*proposal)->asked.by.username == actor.username)
    return refuse(moment, open.actor, kDecide,
                  {{"I12-L-1"},
                   "self-approval",
                   "A version is adopted by somebody other than who proposed it."});
  if (blank(command.reason))
    return refuse(moment, open.actor, kDecide,
                  {{"I12-HDR-1"}, "required-fact-missing", "State the reason of the decision."});
  if (command.verdict == Verdict::kDeny)
    return Decision{}.then(
        PolicyDenied{moment.policy->version, command.proposal, command.reason, open.actor});
  const auto versions = list_policies(state.rows);
  if (!versions) return not_judged(versions.error());
  const PolicyProposed& asked = (*proposal)->asked;
  if (auto refusal =
          succession_refusal(asked.version, asked.effective, versions->back(), moment.now))
    return refuse(moment, open.actor, kDecide, *refusal);
  return Decision{}.then(adopted(**proposal, versions->back(), command, open.actor, moment));
}

Decision decide(const State& state, const StartWithSettings& command, const Moment& moment) {
  if (auto fault = text_fault("configuration", command.text, kSettingsMax))
    return not_judged(*fault);
  const auto before = settings_in_force(state.rows);
  if (!before) return not_judged(before.error());
  const Digest sha256 = chain::sha256(as_bytes(command.text));
  if (*before && (*before)->sha256 == sha256) return {};
  return Decision{}.then(SettingsInForce{moment.policy->version, sha256, command.text});
}

}  // namespace alpr::policy
