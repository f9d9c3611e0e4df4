// A sample audit's population from the store's headers: closed when it is planned, walked again
// when it is drawn. Any thread; not the sequencer's, for it reads every header of the time asked
// for.
#pragma once

#include <functional>

#include "ledger/chain/header.h"
#include "ledger/store/store.h"
#include "policy/registers/audits.h"
#include "policy/rules/k_audits.h"
#include "reports/figures/stratify.h"

namespace alpr::api {

// Visits the headers below `size` whose time lies in [from, to), in order.
Result<void> walk_headers(const store::Store& store, std::uint64_t size, TimeUs from, TimeUs to,
                          const std::function<Result<void>(const chain::Header&)>& visit);

struct Closing {
  policy::ClosedPopulation closed;
  figures::PlanQuestion question;
  figures::PlanSizes sizes;
};
// At the kept checkpoint that the command names, or the newest, which is kept from here on.
// kRefused: there can be no such plan; kNotFound: no such checkpoint is kept.
Result<Closing> close_population(store::Store& store, const policy::PlanAudit& command);

// What follows from a beacon's value. kMalformed: it is no value of the plan's beacon.
Result<policy::Drawn> draw_audit(const store::Store& store, const policy::AuditRow& audit,
                                 std::string_view typed);

}  // namespace alpr::api
