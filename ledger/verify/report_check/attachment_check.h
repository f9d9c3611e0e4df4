// An attachment of the annual report, checked (I12-C2B-8, K-3): each of its records is of the
// signed log, of the kinds and the time that it says, and in order. Against a log also that none is
// left out: its headers are counted, for which no key is needed.
//
// Pure but for the source; one thread. Source: docs/event-format.md, section 4.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/note.h"
#include "ledger/chain/witness_policy.h"
#include "ledger/verify/report.h"
#include "ledger/verify/source.h"

namespace alpr::report_check {

inline constexpr std::size_t kAttachmentMax = std::size_t{64} << 20;  // bytes

struct CheckedAttachment {
  bool anchored = false;  // checked against a key that the holder brought
  std::string attachment;
  std::string edition;
  std::string origin;
  std::string marking;
  TimeUs from;
  TimeUs until;
  std::uint64_t size = 0;           // of the log, up to which it was made
  std::vector<std::uint64_t> seqs;  // of its records
  // Events of these kinds and this time in the log that it was held against; nullopt: none was.
  std::optional<std::uint64_t> in_log;
  std::vector<verify::Finding> findings;

  bool holds() const { return findings.empty(); }
};

// kMalformed: it does not read as an attachment at all; kTooLarge. What reads and does not fit is a
// finding. Keys and cosignatures as of verify::check_receipt().
Result<CheckedAttachment> check_attachment(
    std::string_view json, const std::optional<chain::VerifierKey>& key,
    const std::optional<chain::WitnessPolicy>& policy = std::nullopt);

// Adds a finding for each event of the log that belongs in it and is not there. The source's chain
// is to be verified first. kNotFound: the log ends before the attachment's size; kCorrupt and kIo
// as of the source.
Result<void> hold_against(CheckedAttachment& checked, verify::Source& source);

std::string to_json(const CheckedAttachment& checked);  // one line, without its line feed
std::string to_text(const CheckedAttachment& checked);  // for people; the verdict last

}  // namespace alpr::report_check
