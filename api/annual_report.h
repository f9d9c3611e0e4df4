// The annual report's figures over this store (I12-B-1, K-3, L-5). Any thread; reading only.
#pragma once

#include "ledger/chain/note.h"
#include "ledger/store/store.h"
#include "reports/figures/annual.h"

namespace alpr::api {

// Of the events under the checkpoint. Takes the log's headers block by block, without those of what
// was purged and its summaries count, and opens the payloads of those kinds that are counted by
// their members; what it holds is a block and the counts. So many `years` before the period are
// counted beside it; kMalformed where they cannot be compared.
Result<figures::AnnualReport> annual_report(const store::Store& store, const chain::Checkpoint& at,
                                            const figures::Period& period, std::int64_t years = 0);

}  // namespace alpr::api
