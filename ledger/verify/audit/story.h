// The events of one sample audit, as a log has them: their headers and what stands in clear,
// checked against the headers' commitments. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/header.h"
#include "ledger/verify/source.h"
#include "policy/records/audits.h"

namespace alpr::audit {

// Open members alone are filled.
template <typename R>
struct Told {
  chain::Header header;
  Digest leaf{};
  R record;
};

struct Story {
  std::optional<Told<policy::AuditPlanned>> plan;
  std::int64_t plans_before = 0;  // of the same population, that one included
  std::vector<Told<policy::AuditSeeded>> seeds;
  std::vector<Told<policy::AuditVerdictRecorded>> verdicts;
  std::vector<Told<policy::AuditConcluded>> conclusions;
  std::vector<std::string> unread;  // events of audits that do not read, printable
};

// Of the audit whose plan is event `audit`, from the events below `size`. kCorrupt, kIo.
Result<Story> story_of(verify::Source& source, std::uint64_t audit, std::uint64_t size);

}  // namespace alpr::audit
