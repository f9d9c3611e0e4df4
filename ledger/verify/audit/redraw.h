// A sample audit repeated from the log alone: was the population what the headers say, the size
// what the figures say, the draw what the seed says, and the conclusion what the verdicts add up
// to (I12-K-5, K-7).
//
// The chain is verified first: nothing else is worth comparing. What stays for a person is whether
// the beacon's value is the one that its source published, and whether the verdicts are true.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/kinds.h"
#include "ledger/verify/mapped_file.h"
#include "ledger/verify/source.h"
#include "ledger/verify/verify.h"

namespace alpr::audit {

// One part of an audit. Not there yet: no `equal`.
struct Part {
  std::string name;  // chain, plan, population, size, seed, sample, verdicts, conclusion
  std::optional<bool> equal;
  std::string what;  // what differs, or what was found equal; printable ASCII
};

struct Report {
  std::uint64_t audit = 0;
  bool anchored = false;  // against a key that the auditor brought
  bool simulated = false;
  std::uint64_t size = 0;  // of the log
  std::vector<Part> parts;
  std::string beacon;  // source, round, value and time, to be compared with what was published

  // Nothing that is there differs.
  bool holds() const;
};
std::string to_json(const Report& report);  // one line, without its line feed
std::string to_text(const Report& report);

// Options: key, since, threads and witness_policy count. kMalformed: the log is not whole (a
// partial bundle), or the event is no audit's plan. kNotFound, kIo, kWrongVersion. In this process.
Result<Report> redraw(verify::Source& source, const verify::Options& options, std::uint64_t audit);

// The same in a child process, so that a file that kills its reader is a finding: kCorrupt.
struct Answer {
  bool holds = false;
  std::string json;
  std::string text;
};
Result<Answer> redraw_store(const std::filesystem::path& store, const verify::Options& options,
                            std::uint64_t audit);
Result<Answer> redraw_bundle(const verify::MappedFile& bundle, const verify::Options& options,
                             std::uint64_t audit);

}  // namespace alpr::audit
