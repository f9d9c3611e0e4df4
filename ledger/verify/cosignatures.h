// Whether enough witnesses vouch for the log's checkpoints: a witness policy against the kept ones,
// and the one that the auditor brought. One thread.
//
// The newest checkpoint of a running log was signed a moment ago, and its cosignatures are on their
// way. So the newest one that has the quorum must cover all events but those of the last hour,
// which is also how far behind C2SP tlog-witness lets a witness be. A cosignature's time is a
// second clock's: it cannot lie before the events that it covers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/chain/note.h"
#include "ledger/chain/witness_policy.h"
#include "ledger/verify/report.h"

namespace alpr::verify {

// The cosignatures by these keys that the note bears; none is an empty list. A false one is an
// error: kBadSignature, kMalformed.
Result<std::vector<chain::Verified>> cosignatures_of(const chain::Note& note,
                                                     const std::vector<chain::VerifierKey>& keys);

class Cosignatures {
 public:
  explicit Cosignatures(chain::WitnessPolicy policy)
      : policy_(std::move(policy)), keys_(policy_.witness_keys()) {}

  // Of every size in turn: the header time of its last event.
  void grown_to(std::uint64_t size, TimeUs last_time);
  // A checkpoint whose root is that of this size. Findings: a witness's signature that is false.
  void seen(const chain::Note& note, std::uint64_t size, TimeUs last_time, LevelReport& report);
  void finish(TimeUs last_time, bool simulated, LevelReport& report) const;

 private:
  chain::WitnessPolicy policy_;
  std::vector<chain::VerifierKey> keys_;
  std::optional<std::uint64_t> covered_;   // the largest size that the quorum cosigned
  std::optional<TimeUs> first_uncovered_;  // header time of the first event behind it
  std::optional<std::uint64_t> early_;     // the first size that was cosigned before its events
};

}  // namespace alpr::verify
