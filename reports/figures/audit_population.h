// A plan's population from a log's headers, and what is drawn of it: the server plans and draws
// with this, and whoever doubts it does the same with the headers alone (I12-K-5). Where queries
// are in strata by purpose, with their open members too. Pure; one thread per walk.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ledger/chain/header.h"
#include "policy/records/audits.h"
#include "reports/figures/stratify.h"

namespace alpr::figures {

struct Population {
  std::vector<policy::AuditStratum> strata;  // with their sizes and lists
  std::vector<std::vector<Sequence>> items;  // of each, rising
  std::vector<Sequence> certain;             // rising
  std::vector<Sequence> strays;              // certain items that are in no stratum
};

class PopulationWalk {
 public:
  // Of the strata names, kinds and times count.
  PopulationWalk(std::vector<policy::AuditStratum> strata, std::vector<Sequence> certain);
  // Whether it depends on a query's purpose to which stratum this event belongs.
  bool needs_purpose(const chain::Header& header) const;
  // Each below the checkpoint, in order. A query whose purpose is needed and does not read is in
  // none of the strata that name purposes.
  void see(const chain::Header& header, std::optional<policy::QueryPurpose> purpose = {});
  Population finish();  // once

 private:
  std::vector<Sequence> certain_;
  std::vector<Sequence> seen_;  // of the certain ones
  Population found_;
};

PlanQuestion question_of(const policy::AuditPlanned& plan);

// In the order of the tickets. The strata's items are numbered through.
std::vector<policy::AuditSample> draw_samples(const policy::AuditPlanned& plan,
                                              std::span<const std::vector<Sequence>> items,
                                              const Digest& seed);

// What the plan's strata have shown, with so many deviations in each. kMalformed.
Result<Evaluation> evaluate(const policy::AuditPlanned& plan,
                            std::span<const std::int64_t> deviations);

}  // namespace alpr::figures
