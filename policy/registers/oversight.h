// The registers of complaints, breaches, violations and costs (OMC 9.64.010(1) E, F, G and J). Fold
// from permanent events alone.
#pragma once

#include <algorithm>

#include "ledger/chain/event.h"
#include "policy/records/oversight.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

struct ComplaintRow {
  Sequence complaint;
  TimeUs recorded_at;
  ComplaintRecorded recorded;
  std::optional<Sequence> answered;  // its complaint.answered
  std::optional<TimeUs> answered_at;
  std::optional<OversightFinding> finding;
  std::optional<std::string> answer;
  template <typename M>
  void members(M& m) {
    m("complaint", complaint);
    m("recorded_at", recorded_at);
    m("recorded", recorded);
    m("answered", answered);
    m("answered_at", answered_at);
    m("finding", finding);
    m("answer", answer);
  }
};

struct BreachStepRow {
  BreachStep step{};
  Sequence event;
  TimeUs at;
  std::string note;
  template <typename M>
  void members(M& m) {
    m("step", step);
    m("event", event);
    m("at", at);
    m("note", note);
  }
};

struct BreachRow {
  Sequence breach;
  TimeUs recorded_at;
  BreachRecorded recorded;
  std::vector<BreachStepRow> steps;  // each once, as they came
  template <typename M>
  void members(M& m) {
    m("breach", breach);
    m("recorded_at", recorded_at);
    m("recorded", recorded);
    m("steps", steps);
  }
  bool has(BreachStep step) const {
    return std::any_of(steps.begin(), steps.end(),
                       [&](const BreachStepRow& one) { return one.step == step; });
  }
};

struct ViolationRow {
  Sequence violation;
  TimeUs recorded_at;
  ViolationRecorded recorded;
  std::optional<Sequence> decided;  // its violation.decided
  std::optional<TimeUs> decided_at;
  std::optional<OversightFinding> finding;
  std::optional<Sanction> sanction;
  template <typename M>
  void members(M& m) {
    m("violation", violation);
    m("recorded_at", recorded_at);
    m("recorded", recorded);
    m("decided", decided);
    m("decided_at", decided_at);
    m("finding", finding);
    m("sanction", sanction);
  }
};

struct CostRow {
  Sequence event;
  TimeUs recorded_at;
  std::int64_t year = 0;
  CostCategory category{};
  std::int64_t cents = 0;
  std::string funding;
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("recorded_at", recorded_at);
    m("year", year);
    m("category", category);
    m("cents", cents);
    m("funding", funding);
  }
};

// kCorrupt where a row does not read back; any snapshot on any thread.
Result<std::optional<ComplaintRow>> find_complaint(const chain::RegisterReader& rows, Sequence of);
Result<std::optional<BreachRow>> find_breach(const chain::RegisterReader& rows, Sequence of);
Result<std::optional<ViolationRow>> find_violation(const chain::RegisterReader& rows, Sequence of);
// Those from event `from` on, oldest first.
Result<std::vector<ComplaintRow>> list_complaints(const chain::RegisterReader& rows, Sequence from,
                                                  std::size_t limit);
Result<std::vector<BreachRow>> list_breaches(const chain::RegisterReader& rows, Sequence from,
                                             std::size_t limit);
Result<std::vector<ViolationRow>> list_violations(const chain::RegisterReader& rows, Sequence from,
                                                  std::size_t limit);
// By year and category; those that stand.
Result<std::vector<CostRow>> list_costs(const chain::RegisterReader& rows, std::size_t limit);
Result<void> fold_oversight(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
