// Verification of a store folder or a bundle: the chain, and erasure. Shares alpr_chain with the
// writer and nothing else.
//
// The projections in the store (registers, scoped, buckets, held) are derived from the events and
// are not looked at. Images are, with the keys to the payloads that commit to them. Level policy is
// the domain's: whoever calls brings it, and without it the level is reported as not checked, which
// never counts as holding.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/chain/kinds.h"
#include "ledger/chain/note.h"
#include "ledger/chain/types.h"
#include "ledger/chain/witness_policy.h"
#include "ledger/verify/keys.h"
#include "ledger/verify/mapped_file.h"
#include "ledger/verify/report.h"
#include "ledger/verify/source.h"

namespace alpr::verify {

inline constexpr unsigned kThreadsMax = 64;

// A whole log whose chain was walked to its end, for the domain to judge.
struct PolicyWalk {
  Source& source;
  const Keys* keys = nullptr;  // nullptr: none at hand
  std::uint64_t size = 0;
  TimeUs as_of;
  bool renew =
      false;  // the store may be written to: take a new snapshot every `renew_every` events
  std::uint64_t renew_every = 0;
  unsigned threads = 2;
  const std::function<void(std::uint64_t done, std::uint64_t total)>& progress;
  Digest root{};            // of the tree of `size` events
  bool chain_holds = true;  // level chain has no finding: each header is the one that its link says
};
// Errors are kIo, or kCorrupt for what does not read, which becomes a finding.
using PolicyCheck = std::function<Result<void>(const PolicyWalk& walk, LevelReport& report)>;

struct Options {
  Level level = Level::kErasure;
  std::optional<chain::VerifierKey>
      key;                   // the log's, from elsewhere; without it the genesis event is believed
  std::optional<Keys> keys;  // to open sealed payloads with
  std::optional<std::string> since;                    // a signed checkpoint that the auditor kept
  std::optional<chain::WitnessPolicy> witness_policy;  // whose cosignatures must be there
  // A checkpoint that the server which made a bundle handed out before: one of those it must keep.
  std::optional<std::string> served;
  std::optional<TimeUs> now;  // judged as of the later of this and the last header's time
  TimeUs wall_clock;          // stands in for `now` where the log is not a simulated one
  std::function<void(std::uint64_t done, std::uint64_t total)>
      progress;          // from the reading process, before each new snapshot
  unsigned threads = 2;  // that hash and open, the walk's own among them; 1 to kThreadsMax
  std::uint64_t renew_every = 8192;  // events between two snapshots of a live store; not 0
  PolicyCheck policy;                // of level policy
};

// Reads in a child process, so that a file that kills LMDB is a finding and not a crash. Not for a
// process with other threads. Errors are about the call or the environment, never about what the
// store says: kNotFound (no store there), kMalformed (the kept checkpoint does not read),
// kWrongVersion (a store of another format), kIo.
Result<Report> verify_store(const std::filesystem::path& store, const chain::KindRegistry& kinds,
                            const Options& options);

// The same of a bundle (docs/event-format.md, section 9). kMalformed: it is no bundle, or a partial
// one and Options::since does not reach to where it begins.
Result<Report> verify_bundle(const MappedFile& bundle, const chain::KindRegistry& kinds,
                             const Options& options);

// The same in this process, for a caller that can afford to die.
Result<Report> verify_store_here(const std::filesystem::path& store,
                                 const chain::KindRegistry& kinds, const Options& options);
Result<Report> verify_bundle_here(const MappedFile& bundle, const chain::KindRegistry& kinds,
                                  const Options& options);

}  // namespace alpr::verify
