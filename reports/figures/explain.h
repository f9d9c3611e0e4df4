// Why a sample has the size it has, in words for somebody who is no statistician (I12-K-7). Pure;
// any thread.
#pragma once

#include <cstdint>
#include <string>

#include "policy/records/audits.h"
#include "reports/figures/stratify.h"

namespace alpr::figures {

// "5 %", "0.25 %".
std::string percent_text(std::int64_t basis_points);

// One paragraph. `sizes` are plan_sizes() of the question.
std::string explain(const PlanQuestion& question, const PlanSizes& sizes);

// One sentence on what an audit has shown. It begins with "Not statistically significant" where
// fewer items were planned than were needed: such a sample is recorded and says nothing more than
// its limit.
std::string conclusion_text(const policy::AuditPlanned& plan,
                            const policy::AuditConcluded& concluded);

}  // namespace alpr::figures
