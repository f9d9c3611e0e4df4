// Level chain: one walk over the headers. Codec, seq without gaps, time never backwards, links,
// tree, tiles, checkpoints, genesis and key rotations. Gathers the facts that level erasure judges
// by. One thread.
//
// Where a header is missing or was changed, the walk goes on with the hash that the signed tile or
// the next event's link gives for it, so that one fault is one finding and not one for every later
// checkpoint. A finding already stands by then, so this can never make a log hold.
#pragma once

#include <string>

#include "ledger/chain/error.h"
#include "ledger/verify/facts.h"
#include "ledger/verify/report.h"
#include "ledger/verify/source.h"
#include "ledger/verify/verify.h"

namespace alpr::verify {

struct ChainState {
  std::string origin;
  bool simulated = false;
  bool anchored = false;
  bool complete = false;  // walked to the last event
  std::uint64_t size = 0;
  std::uint64_t from = 0;  // the first event that was looked at: not 0 in a partial bundle
  Digest root{};
  TimeUs last_time;  // the latest header time
  Facts facts;
};

// How the walk treats a store that is being written to.
enum class Snapshots { kRenewed, kOne };

// Findings go to `chain`; those about what ledger events say of erasure go to `erasure`. Errors:
// kIo, kMalformed (Options::since), kWrongVersion. Damage is a finding, after which `complete` is
// false. A partial bundle is walked from its first event on, and needs the checkpoint that the
// auditor kept: kMalformed without one that covers what came before.
Result<ChainState> check_chain(Source& source, const Options& options, Snapshots snapshots,
                               LevelReport& chain, LevelReport& erasure);

}  // namespace alpr::verify
