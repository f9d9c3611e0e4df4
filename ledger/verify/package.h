// A package of released events, checked offline: what a recipient was given of a log. Its content
// is what the release's event committed to, each payload is what its header committed to, and each
// header and the release are in the signed log. Pure; any thread.
// Source: docs/event-format.md, section 4.3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/kinds.h"
#include "ledger/chain/note.h"
#include "ledger/chain/witness_policy.h"
#include "ledger/verify/report.h"

namespace alpr::verify {

inline constexpr std::size_t kPackageMax = std::size_t{64} << 20;  // bytes
inline constexpr std::size_t kPackagedEventsMax = 10'000;

struct PackageReport {
  bool anchored = false;  // checked against a key that the holder brought
  std::string origin;     // of the log, as the release's checkpoint says
  std::string marking;    // whose data it is
  std::uint64_t events = 0;
  std::uint64_t release = 0;  // seq of its event
  std::vector<Finding> findings;

  // Findings only say what does not fit; a package without one holds.
  bool holds() const { return findings.empty(); }
};

// kMalformed: it does not read as a package at all; kTooLarge. What reads and does not fit is a
// finding. Keys and cosignatures as of check_receipt().
Result<PackageReport> check_package(
    std::string_view json, const chain::KindRegistry& kinds,
    const std::optional<chain::VerifierKey>& key,
    const std::optional<chain::WitnessPolicy>& policy = std::nullopt);

std::string to_json(const PackageReport& report);  // one line, without its line feed
std::string to_text(const PackageReport& report);  // for people; the verdict last

}  // namespace alpr::verify
