// Which keys may have signed a checkpoint of which size. Pure; one thread.
//
// The genesis event names the first key; key.rotated, committed under the key before it, names the
// next one. From the next commit on the new key signs. A commit has one header time, so a
// checkpoint whose last event has the rotation's time may still be the commit that carried the
// rotation: there either key will do, later only the new one. At least one kept checkpoint of that
// commit must bear the old key's signature; otherwise anybody could write a genesis that names a
// key of somebody else's, rotate away from it at once, and never need it. A rotation's proof is the
// new key's signature over
//   "key.rotated" LF origin LF decimal(seq of the rotation) LF vkey of the new key LF.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/error.h"
#include "ledger/chain/header.h"
#include "ledger/chain/note.h"

namespace alpr::verify {

class LogKeys {
 public:
  LogKeys(std::string origin, std::optional<chain::VerifierKey> given)
      : origin_(std::move(origin)), given_(std::move(given)) {}

  // kMalformed when the key is of another name or type.
  Result<void> begin(const chain::VerifierKey& genesis);
  // `payload` is key.rotated's. kMalformed, kBadSignature.
  Result<void> rotate(const chain::Header& header, const chain::Json& payload);

  // What was rotated so far is vouched for by what the auditor kept.
  void vouch();

  // For the tree of this size whose last event has this time. Empty: no key is known.
  std::vector<chain::VerifierKey> known(std::uint64_t size, TimeUs last_time) const;
  // To be told who signed a checkpoint of this size.
  void signed_by(std::uint64_t size, TimeUs last_time, const std::vector<chain::Verified>& signers);
  // The seqs of rotations that no checkpoint by the key before them vouches for.
  std::vector<std::uint64_t> unvouched() const;
  // The auditor's key is one of this log's; nullopt when the auditor brought none.
  std::optional<bool> given_is_ours() const;

 private:
  struct Epoch {
    std::uint64_t seq = 0;
    TimeUs time;
    chain::VerifierKey key;
    bool vouched = false;  // signed for by the key before
  };
  std::string origin_;
  std::optional<chain::VerifierKey> given_;
  std::vector<Epoch> epochs_;
};

std::string rotation_text(std::string_view origin, std::uint64_t seq, std::string_view vkey);

}  // namespace alpr::verify
