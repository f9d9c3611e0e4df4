// Annual reports that were given out, and how far each year's is delivered (I12-L-5). Folds from
// permanent events alone.
#pragma once

#include "ledger/chain/event.h"
#include "policy/records/reports.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

// A report.disclosed.
struct ReportRow {
  Sequence report;
  std::int64_t size = 0;
  Digest root{};
  TimeUs as_of;
  TimeUs from;
  TimeUs until;
  Digest sha256{};
  template <typename M>
  void members(M& m) {
    m("report", report);
    m("size", size);
    m("root", root);
    m("as_of", as_of);
    m("from", from);
    m("until", until);
    m("sha256", sha256);
  }
};

struct ReportDelivery {
  ReportRecipient recipient{};
  Sequence event;
  TimeUs at;
  Sequence report;
  Digest sha256{};
  template <typename M>
  void members(M& m) {
    m("recipient", recipient);
    m("event", event);
    m("at", at);
    m("report", report);
    m("sha256", sha256);
  }
};

struct ReportYearRow {
  std::int64_t year = 0;
  std::vector<ReportDelivery> deliveries;  // in order; a corrected report may come again
  std::optional<Sequence> extension;
  std::optional<TimeUs> extended_until;
  template <typename M>
  void members(M& m) {
    m("year", year);
    m("deliveries", deliveries);
    m("extension", extension);
    m("extended_until", extended_until);
  }
  bool has(ReportRecipient recipient) const;
  bool delivered() const;  // to all three
};

struct ReportsSinceRow {
  TimeUs at;
  template <typename M>
  void members(M& m) {
    m("at", at);
  }
};

// kCorrupt where a row does not read back; any snapshot on any thread.
Result<std::optional<ReportRow>> find_report(const chain::RegisterReader& rows, Sequence report);
// An empty row where nothing is recorded of the year.
Result<ReportYearRow> report_year(const chain::RegisterReader& rows, std::int64_t year);
// When the log began; nullopt: it has no first commit.
Result<std::optional<TimeUs>> reports_since(const chain::RegisterReader& rows);
Result<void> fold_reports(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
