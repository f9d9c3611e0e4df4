// Level erasure: a second walk, over headers and payloads together. Every payload is either there
// and matches its commitment, or gone and covered by a tombstone that was due and not barred by a
// hold. One thread.
#pragma once

#include "ledger/chain/error.h"
#include "ledger/chain/kinds.h"
#include "ledger/verify/chain_level.h"
#include "ledger/verify/report.h"
#include "ledger/verify/source.h"
#include "ledger/verify/verify.h"

namespace alpr::verify {

// As of `as_of`, for the events [0, state.size). Errors: kIo. Damage is a finding. Of a partial
// bundle payloads are compared with their headers, and erasure itself is not checked: its
// tombstones are about events that it does not have.
Result<void> check_erasure(Source& source, const chain::KindRegistry& kinds, const Options& options,
                           Snapshots snapshots, const ChainState& state, TimeUs as_of,
                           LevelReport& report);

}  // namespace alpr::verify
