// Level erasure: a second walk, over headers and payloads together. Every payload is either there
// and matches its commitment, or gone and covered by a tombstone that was due and not barred by a
// hold. One thread.
#pragma once

#include <filesystem>

#include "ledger/chain/error.h"
#include "ledger/chain/kinds.h"
#include "ledger/verify/chain_level.h"
#include "ledger/verify/reader.h"
#include "ledger/verify/report.h"
#include "ledger/verify/verify.h"

namespace alpr::verify {

// As of `as_of`, for the events [0, state.size). Errors: kIo. Damage is a finding.
Result<void> check_erasure(Reader& reader, const std::filesystem::path& store,
                           const chain::KindRegistry& kinds, const Options& options,
                           Snapshots snapshots, const ChainState& state, TimeUs as_of,
                           LevelReport& report);

}  // namespace alpr::verify
