#include "policy/registers/oversight.h"

#include "policy/registers/people_fold.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

chain::RowKey cost_key(std::int64_t year, CostCategory category) {
  return chain::RowKey()
      .number(static_cast<std::uint64_t>(year))
      .number(static_cast<std::uint64_t>(category));
}

Result<void> on(const ComplaintRecorded& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  const Sequence seq = event.header.seq;
  return write_row(rows, table::kComplaints, seq_key(seq),
                   ComplaintRow{seq, event.header.time, e, {}, {}, {}, {}});
}

Result<void> on(const ComplaintAnswered& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  auto row =
      need_row<ComplaintRow>(rows, table::kComplaints, seq_key(e.complaint), "complaint.recorded");
  if (!row) return tl::unexpected(row.error());
  row->answered = event.header.seq;
  row->answered_at = event.header.time;
  row->finding = e.finding;
  row->answer = e.answer;
  return write_row(rows, table::kComplaints, seq_key(e.complaint), *row);
}

Result<void> on(const BreachRecorded& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  const Sequence seq = event.header.seq;
  return write_row(rows, table::kBreaches, seq_key(seq), BreachRow{seq, event.header.time, e, {}});
}

Result<void> on(const BreachStepRecorded& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  auto row = need_row<BreachRow>(rows, table::kBreaches, seq_key(e.breach), "breach.recorded");
  if (!row) return tl::unexpected(row.error());
  row->steps.push_back({e.step, event.header.seq, event.header.time, e.note});
  return write_row(rows, table::kBreaches, seq_key(e.breach), *row);
}

Result<void> on(const ViolationRecorded& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  const Sequence seq = event.header.seq;
  return write_row(rows, table::kViolations, seq_key(seq),
                   ViolationRow{seq, event.header.time, e, {}, {}, {}, {}});
}

Result<void> on(const ViolationDecided& e, const chain::EventView& event,
                chain::RegisterWriter& rows) {
  auto row =
      need_row<ViolationRow>(rows, table::kViolations, seq_key(e.violation), "violation.recorded");
  if (!row) return tl::unexpected(row.error());
  row->decided = event.header.seq;
  row->decided_at = event.header.time;
  row->finding = e.finding;
  row->sanction = e.sanction;
  return write_row(rows, table::kViolations, seq_key(e.violation), *row);
}

Result<void> on(const CostRecorded& e, const chain::EventView& event, chain::RegisterWriter& rows) {
  return write_row(
      rows, table::kCosts, cost_key(e.year, e.category),
      CostRow{event.header.seq, event.header.time, e.year, e.category, e.cents, e.funding});
}

}  // namespace

Result<std::optional<ComplaintRow>> find_complaint(const chain::RegisterReader& rows, Sequence of) {
  return read_row<ComplaintRow>(rows, table::kComplaints, seq_key(of));
}

Result<std::optional<BreachRow>> find_breach(const chain::RegisterReader& rows, Sequence of) {
  return read_row<BreachRow>(rows, table::kBreaches, seq_key(of));
}

Result<std::optional<ViolationRow>> find_violation(const chain::RegisterReader& rows, Sequence of) {
  return read_row<ViolationRow>(rows, table::kViolations, seq_key(of));
}

Result<std::vector<ComplaintRow>> list_complaints(const chain::RegisterReader& rows, Sequence from,
                                                  std::size_t limit) {
  return list_rows_from<ComplaintRow>(rows, table::kComplaints, seq_key(from), limit);
}

Result<std::vector<BreachRow>> list_breaches(const chain::RegisterReader& rows, Sequence from,
                                             std::size_t limit) {
  return list_rows_from<BreachRow>(rows, table::kBreaches, seq_key(from), limit);
}

Result<std::vector<ViolationRow>> list_violations(const chain::RegisterReader& rows, Sequence from,
                                                  std::size_t limit) {
  return list_rows_from<ViolationRow>(rows, table::kViolations, seq_key(from), limit);
}

Result<std::vector<CostRow>> list_costs(const chain::RegisterReader& rows, std::size_t limit) {
  return list_rows<CostRow>(rows, table::kCosts, {}, limit);
}

Result<void> fold_oversight(const chain::EventView& event, chain::RegisterWriter& rows) {
  return fold_any<ComplaintRecorded, ComplaintAnswered, BreachRecorded, BreachStepRecorded,
                  ViolationRecorded, ViolationDecided, CostRecorded>(
      event, [&](const auto& record) { return on(record, event, rows); });
}

}  // namespace alpr::policy
