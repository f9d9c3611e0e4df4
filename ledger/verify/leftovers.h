// What must have gone with a purge beside the payloads: evidence files, blobs, keys in the
// auditor's hand. One thread.
#pragma once

#include "ledger/verify/facts.h"
#include "ledger/verify/keys.h"
#include "ledger/verify/report.h"
#include "ledger/verify/source.h"

namespace alpr::verify {

// Looks into DIR/evidence/BUCKET.evd, DIR/evidence/held/SEQ.evd and DIR/blobs/ID.blob; absent
// folders are fine, and a bundle has none. `keys` may be nullptr. `log_size` ends the log as the
// facts know it.
Result<void> check_leftovers(Source& source, const Keys* keys, const Facts& facts,
                             std::uint64_t log_size, LevelReport& report);

}  // namespace alpr::verify
