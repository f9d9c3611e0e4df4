#include "reports/figures/audit_population.h"

#include <algorithm>

#include "reports/figures/selection.h"

namespace alpr::figures {
namespace {

bool may_have(const policy::AuditStratum& stratum, const chain::Header& header) {
  return stratum.from <= header.time && header.time < stratum.to &&
         std::ranges::find(stratum.kinds, header.kind) != stratum.kinds.end();
}

bool has(const policy::AuditStratum& stratum, const chain::Header& header,
         std::optional<policy::QueryPurpose> purpose) {
  if (!may_have(stratum, header)) return false;
  return !stratum.purposes ||
         (purpose && std::ranges::find(*stratum.purposes, *purpose) != stratum.purposes->end());
}

Spread spread_of(const policy::AuditPlanned& plan) {
  return plan.spread == policy::AuditSpread::kEach ? Spread::kEach : Spread::kProportional;
}

}  // namespace

PopulationWalk::PopulationWalk(std::vector<policy::AuditStratum> strata,
                               std::vector<Sequence> certain)
    : certain_(std::move(certain)) {
  std::ranges::sort(certain_);
  found_.items.resize(strata.size());
  found_.strata = std::move(strata);
}

bool PopulationWalk::needs_purpose(const chain::Header& header) const {
  return std::ranges::any_of(found_.strata, [&](const policy::AuditStratum& stratum) {
    return stratum.purposes && may_have(stratum, header);
  });
}

void PopulationWalk::see(const chain::Header& header, std::optional<policy::QueryPurpose> purpose) {
  for (std::size_t i = 0; i < found_.strata.size(); ++i) {
    if (!has(found_.strata[i], header, purpose)) continue;
    if (std::ranges::binary_search(certain_, header.seq)) {
      seen_.push_back(header.seq);
    } else {
      found_.items[i].push_back(header.seq);
    }
    return;  // strata do not overlap
  }
}

Population PopulationWalk::finish() {
  for (std::size_t i = 0; i < found_.strata.size(); ++i) {
    PopulationList list;
    for (const Sequence item : found_.items[i]) list.add(item);
    found_.strata[i].population = list.size();
    found_.strata[i].list_sha256 = list.finish();
  }
  std::ranges::set_difference(certain_, seen_, std::back_inserter(found_.strays));
  found_.certain = certain_;
  return std::move(found_);
}

PlanQuestion question_of(const policy::AuditPlanned& plan) {
  PlanQuestion question{plan.risk_bp, plan.tolerable_bp, plan.expected_bp, spread_of(plan), {},
                        plan.n};
  for (const policy::AuditStratum& stratum : plan.strata)
    question.populations.push_back(stratum.population);
  return question;
}

std::vector<policy::AuditSample> draw_samples(const policy::AuditPlanned& plan,
                                              std::span<const std::vector<Sequence>> items,
                                              const Digest& seed) {
  std::vector<policy::AuditSample> samples;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < plan.strata.size(); ++i) {
    const auto count = static_cast<std::int64_t>(items[i].size());
    policy::AuditSample sample{plan.strata[i].name, {}};
    for (const std::int64_t ordinal : draw(seed, first, count, plan.strata[i].n))
      sample.items.push_back(items[i][static_cast<std::size_t>(ordinal)]);
    samples.push_back(std::move(sample));
    first += count;
  }
  return samples;
}

Result<Evaluation> evaluate(const policy::AuditPlanned& plan,
                            std::span<const std::int64_t> deviations) {
  if (deviations.size() != plan.strata.size())
    return fail(ErrorCode::kMalformed, "not as many counts as there are strata");
  std::vector<StratumSeen> seen;
  for (std::size_t i = 0; i < plan.strata.size(); ++i)
    seen.push_back({plan.strata[i].population, plan.strata[i].n, deviations[i]});
  return evaluate(plan.risk_bp, plan.tolerable_bp, spread_of(plan), seen);
}

}  // namespace alpr::figures
