#include "policy/registers/reports.h"

#include <algorithm>

#include "policy/records/policies.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

chain::RowKey year_key(std::int64_t year) {
  return chain::RowKey().number(static_cast<std::uint64_t>(year));
}

Result<void> fold_disclosed(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto given = from_event<ReportDisclosed>(event);
  if (!given) return tl::unexpected(given.error());
  const ReportRow row{event.header.seq, given->size,  given->root,  given->as_of,
                      given->from,      given->until, given->sha256};
  return write_row(rows, table::kReports, seq_key(row.report), row);
}

Result<void> fold_issued(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto issued = from_event<ReportIssued>(event);
  if (!issued) return tl::unexpected(issued.error());
  auto row = report_year(rows, issued->year);
  if (!row) return tl::unexpected(row.error());
  row->deliveries.push_back(
      {issued->recipient, event.header.seq, event.header.time, issued->report, issued->sha256});
  return write_row(rows, table::kReportYears, year_key(row->year), *row);
}

Result<void> fold_extended(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto extended = from_event<ReportExtended>(event);
  if (!extended) return tl::unexpected(extended.error());
  auto row = report_year(rows, extended->year);
  if (!row) return tl::unexpected(row.error());
  row->extension = event.header.seq;
  row->extended_until = extended->until;
  return write_row(rows, table::kReportYears, year_key(row->year), *row);
}

// The first commit's: the log owes a report of this year and of those after it.
Result<void> fold_adopted(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto adopted = from_event<PolicyAdopted>(event);
  if (!adopted) return tl::unexpected(adopted.error());
  if (adopted->policy) return {};
  return write_row(rows, table::kReportsSince, year_key(0), ReportsSinceRow{event.header.time});
}

}  // namespace

bool ReportYearRow::has(ReportRecipient recipient) const {
  return std::any_of(deliveries.begin(), deliveries.end(),
                     [&](const ReportDelivery& one) { return one.recipient == recipient; });
}

bool ReportYearRow::delivered() const {
  const auto& all = EnumTexts<ReportRecipient>::texts;
  return std::all_of(all.begin(), all.end(), [&](const auto& one) { return has(one.first); });
}

Result<std::optional<ReportRow>> find_report(const chain::RegisterReader& rows, Sequence report) {
  return read_row<ReportRow>(rows, table::kReports, seq_key(report));
}

Result<ReportYearRow> report_year(const chain::RegisterReader& rows, std::int64_t year) {
  auto row = read_row<ReportYearRow>(rows, table::kReportYears, year_key(year));
  if (!row) return tl::unexpected(row.error());
  if (*row) return std::move(**row);
  return ReportYearRow{year, {}, std::nullopt, std::nullopt};
}

Result<std::optional<TimeUs>> reports_since(const chain::RegisterReader& rows) {
  const auto row = read_row<ReportsSinceRow>(rows, table::kReportsSince, year_key(0));
  if (!row) return tl::unexpected(row.error());
  return *row ? std::optional<TimeUs>((*row)->at) : std::nullopt;
}

Result<void> fold_reports(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case PolicyAdopted::kKind.number:
      return fold_adopted(event, rows);
    case ReportDisclosed::kKind.number:
      return fold_disclosed(event, rows);
    case ReportIssued::kKind.number:
      return fold_issued(event, rows);
    case ReportExtended::kKind.number:
      return fold_extended(event, rows);
    default:
      return {};
  }
}

}  // namespace alpr::policy
