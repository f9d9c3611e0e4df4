#include "policy/registers/fold.h"

#include "policy/registers/audits.h"
#include "policy/registers/checks.h"
#include "policy/registers/devices.h"
#include "policy/registers/gaps.h"
#include "policy/registers/hits.h"
#include "policy/registers/holds.h"
#include "policy/registers/hotlists.h"
#include "policy/registers/outlines.h"
#include "policy/registers/oversight.h"
#include "policy/registers/people.h"
#include "policy/registers/policies.h"
#include "policy/registers/queries.h"
#include "policy/registers/reads.h"
#include "policy/registers/recipients.h"
#include "policy/registers/records_requests.h"
#include "policy/registers/reports.h"
#include "policy/registers/reviews.h"
#include "policy/registers/sharing.h"
#include "policy/registers/shift_lists.h"
#include "policy/registers/source_grants.h"

namespace alpr::policy {
namespace {

using TopicFold = Result<void> (*)(const chain::EventView&, chain::RegisterWriter&);

// In the order in which a topic may read another's rows of the same event.
constexpr TopicFold kTopics[] = {
    fold_policies,   fold_people,  fold_credentials,      fold_devices,   fold_reads,
    fold_hotlists,   fold_hits,    fold_queries,          fold_holds,     fold_shift_lists,
    fold_recipients, fold_sharing, fold_records_requests, fold_reviews,   fold_audits,
    fold_reports,    fold_gaps,    fold_checks,           fold_oversight, fold_source_grants,
    fold_outlines,
};

}  // namespace

chain::Fold fold() {
  return [](const chain::EventView& event, chain::RegisterWriter& rows) -> Result<void> {
    for (const TopicFold topic : kTopics) {
      if (auto folded = topic(event, rows); !folded) return folded;
    }
    return {};
  };
}

}  // namespace alpr::policy
