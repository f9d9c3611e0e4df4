// A receipt of one event, checked offline: what GET /v1/events/{event}/receipt hands out. Header,
// leaf hash, member list against the commitment, inclusion path, the checkpoint's signature, and
// the rotations that lead from the auditor's key to the one that signed. Pure; any thread.
// Source: docs/event-format.md, section 4.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/header.h"
#include "ledger/chain/kinds.h"
#include "ledger/chain/note.h"
#include "ledger/chain/witness_policy.h"
#include "ledger/verify/report.h"

namespace alpr::verify {

inline constexpr std::size_t kReceiptMax = std::size_t{16} << 20;  // bytes
inline constexpr std::size_t kRotationsMax = 1024;                 // in one receipt

struct ShownMember {
  std::string name;
  std::string value;  // canonical JSON
};

struct ReceiptReport {
  bool anchored = false;  // checked against a key that the holder brought
  std::string origin;
  chain::Header header;
  std::string kind;        // of the registry; empty when it has none of this number
  std::uint64_t size = 0;  // of the tree that was signed
  Digest root{};
  std::vector<ShownMember> shown;
  std::uint64_t withheld = 0;    // members that only their digests stand for
  std::optional<bool> cosigned;  // as a witness policy asks; nullopt: none was given
  std::vector<Finding> findings;

  // Findings only say what does not fit; a receipt without one holds.
  bool holds() const { return findings.empty(); }
};

// kMalformed: it does not read as a receipt at all; kTooLarge. What reads and does not fit is a
// finding. Without `key` the receipt's own verifier key is believed. With `policy` its checkpoint
// must bear the quorum's cosignatures.
Result<ReceiptReport> check_receipt(
    std::string_view json, const chain::KindRegistry& kinds,
    const std::optional<chain::VerifierKey>& key,
    const std::optional<chain::WitnessPolicy>& policy = std::nullopt);

std::string to_json(const ReceiptReport& report);  // one line, without its line feed
std::string to_text(const ReceiptReport& report);  // for people; the verdict last

}  // namespace alpr::verify
