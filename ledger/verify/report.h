// What a verification found: the report, its JSON (docs/architecture.md, "The command line") and
// its text. Pure data and pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

// Each level includes the ones before it.
enum class Level : std::uint8_t { kChain = 0, kErasure = 1, kPolicy = 2 };
std::string_view to_string(Level level);
Result<Level> parse_level(std::string_view text);  // kMalformed

struct Finding {
  std::optional<std::uint64_t> seq;  // the event it is about, where there is one
  std::string rule;                  // requirement ID, or the part of the format that is broken
  std::string what;                  // printable ASCII; never a plate, never a key
};

inline constexpr std::size_t kFindingsKept = 1000;

struct LevelReport {
  Level level = Level::kChain;
  std::optional<bool> holds;  // nullopt: not checked, which never counts as holding
  std::uint64_t checked = 0;
  std::uint64_t not_checked = 0;
  std::uint64_t findings_count = 0;  // all of them; the first kFindingsKept are in `findings`
  std::vector<Finding> findings;
  std::string note;  // why it was not checked
  // Level policy with a saved state: the event at which this run began, after the state of the run
  // before it, and the SHA-256 of the state that it saved itself.
  std::optional<std::uint64_t> begun_at;
  std::optional<Digest> state_sha256;

  // Keeps the finding, or only counts it, and makes the level not hold. Escapes what is not
  // printable ASCII.
  void add(std::optional<std::uint64_t> seq, std::string_view rule, std::string_view what);
};

struct Report {
  bool anchored = false;  // checked against a key that the auditor brought
  bool simulated = false;
  TimeUs as_of;  // the time at which due dates were judged
  std::uint64_t size = 0;
  Digest root{};
  std::int64_t took_us = 0;
  std::vector<LevelReport> levels;

  // Every level that was asked for was checked and has no finding.
  bool holds() const;
};

std::string printable(std::string_view text);  // other bytes than printable ASCII as \xNN

std::string to_json(const Report& report);  // one line, without its line feed
std::string to_text(
    const Report& report);  // for people; a line per level, findings, the verdict last

// For handing a report from the reading process to its parent.
std::string encode(const Report& report);
Result<Report> decode_report(std::string_view text);  // kMalformed

}  // namespace alpr::verify
