// The registers of audits: plans, what was drawn, what reviewers found; checks of the system.
//
// All rows are permanent. Written by fold_audits alone; the rest reads any snapshot on any thread
// and fails with kCorrupt when a row does not read back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/event.h"
#include "policy/records/audits.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

enum class AuditState { kPlanned, kSeeded, kConcluded };
template <>
struct EnumTexts<AuditState> {
  static constexpr std::array texts{std::pair{AuditState::kPlanned, "PLANNED"},
                                    std::pair{AuditState::kSeeded, "SEEDED"},
                                    std::pair{AuditState::kConcluded, "CONCLUDED"}};
};

// What somebody last read as the beacon's value.
struct SeedEntryRow {
  Actor by;
  std::string value;
  TimeUs published_at;
  template <typename M>
  void members(M& m) {
    m("by", by);
    m("value", value);
    m("published_at", published_at);
  }
};

// The open part of audit.seeded, but for the samples, which are rows of their own.
struct SeedRow {
  Sequence event;
  std::string value;
  TimeUs published_at;
  Digest seed{};
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("value", value);
    m("published_at", published_at);
    m("seed", seed);
  }
};

struct AuditRow {
  Sequence audit;
  AuditState state{};
  TimeUs planned_at;
  AuditPlanned plan;
  std::vector<SeedEntryRow> entries;  // the last of each person
  std::optional<SeedRow> seed;
  std::int64_t judged = 0;      // items, the certain ones too
  std::int64_t deviations = 0;  // among them
  std::optional<Sequence> conclusion;
  std::optional<AuditConcluded> concluded;
  template <typename M>
  void members(M& m) {
    m("audit", audit);
    m("state", state);
    m("planned_at", planned_at);
    m("plan", plan);
    m("entries", entries);
    m("seed", seed);
    m("judged", judged);
    m("deviations", deviations);
    m("conclusion", conclusion);
    m("concluded", concluded);
  }
};

struct ItemFinding {
  Sequence event;  // audit.verdict-recorded
  std::vector<TestResult> results;
  bool deviation = false;
  std::string evidence;
  std::string note;
  std::string by;  // username
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("results", results);
    m("deviation", deviation);
    m("evidence", evidence);
    m("note", note);
    m("by", by);
  }
};

struct AuditItemRow {
  Sequence item;
  std::optional<std::int64_t> stratum;  // of the plan's, from 0; absent: one of the certain items
  std::int64_t drawn = 0;               // in which place, from 1; 0: certain
  std::optional<ItemFinding> finding;   // the one that counts
  template <typename M>
  void members(M& m) {
    m("item", item);
    m("stratum", stratum);
    m("drawn", drawn);
    m("finding", finding);
  }
};

// Of one population, for ever: who plans again until a draw suits is seen here.
struct AuditCountRow {
  AuditPopulation population{};
  std::int64_t planned = 0;
  std::int64_t seeded = 0;
  std::int64_t concluded = 0;
  template <typename M>
  void members(M& m) {
    m("population", population);
    m("planned", planned);
    m("seeded", seeded);
    m("concluded", concluded);
  }
};

struct SelfCheckRow {
  Sequence event;  // system.checked
  TimeUs at;
  bool passed = false;
  std::vector<SystemCheckResult> checks;
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("at", at);
    m("passed", passed);
    m("checks", checks);
  }
};

// What the items add up to now.
struct StratumTally {
  std::int64_t examined = 0;
  std::int64_t deviations = 0;
};
struct AuditTally {
  std::vector<StratumTally> strata;
  std::int64_t certain_deviations = 0;
  std::int64_t left = 0;  // items without a finding, the certain ones too
};

Result<std::optional<AuditRow>> find_audit(const chain::RegisterReader& rows, Sequence audit);
Result<std::vector<AuditRow>> list_audits(const chain::RegisterReader& rows, std::size_t limit);
Result<AuditCountRow> audit_count(const chain::RegisterReader& rows, AuditPopulation population);
// Of those that were ever planned.
Result<std::vector<AuditCountRow>> list_audit_counts(const chain::RegisterReader& rows);
Result<std::optional<AuditItemRow>> find_audit_item(const chain::RegisterReader& rows,
                                                    Sequence audit, Sequence item);
// By rising seq; none before the audit is seeded.
Result<std::vector<AuditItemRow>> list_audit_items(const chain::RegisterReader& rows,
                                                   Sequence audit);
Result<AuditTally> tally_audit(const chain::RegisterReader& rows, const AuditRow& audit);

// Oldest first.
Result<std::vector<SelfCheckRow>> list_self_checks(const chain::RegisterReader& rows,
                                                   std::size_t limit);

// Folds kinds 116 to 118, 120, 121 and 123.
Result<void> fold_audits(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
