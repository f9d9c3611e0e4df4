// Receipts of a made store's events, as the server would write them; made with alpr_chain alone.
#pragma once

#include <string>
#include <vector>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/payload.h"
#include "tests/ledger/verify/store_maker.h"

namespace alpr::verify::testing {

enum class Disclose { kOpen, kAll };

// The receipt of event `seq` against the kept checkpoint of this size. `rotations` are the seqs of
// key.rotated events before it, each proven against the checkpoint of size seq+1.
chain::Json make_receipt(StoreMaker& maker, std::uint64_t seq, std::uint64_t size,
                         Disclose disclose = Disclose::kOpen,
                         const std::vector<std::uint64_t>& rotations = {}, std::uint8_t key = 0);

std::string make_tlog_proof(const StoreMaker& maker, std::uint64_t seq, std::uint64_t size);

}  // namespace alpr::verify::testing
