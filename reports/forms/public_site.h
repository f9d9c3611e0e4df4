// The public's pages: what the readers did, period by period, and how anybody checks it (I12-L-5).
// Static HTML that runs and fetches nothing, made of public_facts.h's types alone, so no plate,
// name or case number gets in. Pure; the same reports give the same bytes; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/note.h"
#include "reports/forms/public_facts.h"

namespace alpr::forms {

inline constexpr std::size_t kSitePeriodsMax = 20;

// Signed by the log, later than all that is on the site; verified when the site is put together.
struct SiteCheckpoint {
  std::string note;  // verbatim
  std::string vkey;
  std::int64_t size = 0;
  Digest root{};
};

struct PublicSite {
  std::string origin;                 // of the log
  std::vector<PublicPeriod> periods;  // newest first, one at least, none within another
  std::optional<SiteCheckpoint> checkpoint;
};

// A log's signed checkpoint, and the key that it is held against.
struct CheckpointGiven {
  std::string note;
  chain::VerifierKey key;
};

// kMalformed: no report or more than kSitePeriodsMax, reports of different logs, periods that
// overlap, a row that no report has, or a checkpoint of another log or from before a report.
// kBadSignature: the checkpoint is not signed with the key.
Result<PublicSite> gather_site(const std::vector<figures::AnnualReport>& reports,
                               const std::optional<CheckpointGiven>& checkpoint);

struct SiteFile {
  std::string name;  // relative, '/' between folders
  std::string bytes;
};
// index.html with the newest period, a page for each earlier one, and checkpoint.txt.
std::vector<SiteFile> site_files(const PublicSite& site);

}  // namespace alpr::forms
