// Section L: the annual report (I12-L-5, B-1, K-3). Its figures name no person and no vehicle, so
// no training is asked for; who was given them is on the record first (I12-F-2). Pure; any thread.
#pragma once

#include <vector>

#include "policy/records/reports.h"
#include "policy/registers/reports.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

// COORDINATOR, ADMINISTRATOR or PAC_AUDITOR.
Gate gate_reports(const State& state, const Actor& actor, const Moment& moment);

// As report.disclosed has it.
struct DiscloseReport {
  ReportForm form{};
  std::int64_t size = 0;
  Digest root{};
  TimeUs as_of;
  TimeUs from;
  TimeUs until;
  Digest sha256{};
};
// report.disclosed.
Decision decide(const State& state, const Actor& actor, const DiscloseReport& command,
                const Moment& moment);

// COORDINATOR or ADMINISTRATOR, trained: plates and narratives are in it, and the server sees them
// on their way to the Commission.
Gate gate_sealed_attachment(const State& state, const Actor& actor, const Moment& moment);

// As attachment.disclosed has it.
struct DiscloseAttachment {
  Attachment attachment{};
  std::int64_t size = 0;
  TimeUs from;
  TimeUs until;
  std::int64_t events = 0;
  Digest sha256{};
  Edition edition = Edition::kPublic;
  std::optional<Digest> sealed_to = {};
};
// attachment.disclosed.
Decision decide(const State& state, const Actor& actor, const DiscloseAttachment& command,
                const Moment& moment);

// COORDINATOR -> report.issued. The report is one that was given out, of a whole year that was over
// at its checkpoint. kNotFound: no such report.disclosed.
struct DeliverReport {
  Sequence report;
  std::optional<std::string> recipient;  // CHIEF, PAC, PUBLIC_SAFETY_COMMITTEE
  std::optional<std::string> delivery;   // how it is handed over
  template <typename M>
  void members(M& m) {
    m("report", report);
    m("recipient", recipient);
    m("delivery", delivery);
  }
};
Decision decide(const State& state, const Actor& actor, const DeliverReport& command,
                const Moment& moment);

// COORDINATOR -> report.extended: once for a year, by 60 days at most (OMC 9.64.040).
struct ExtendReport {
  std::int64_t year = 0;
  TimeUs until;
  std::optional<std::string> granted_by;
  std::optional<std::string> reason;
  template <typename M>
  void members(M& m) {
    m("year", year);
    m("until", until);
    m("granted_by", granted_by);
    m("reason", reason);
  }
};
Decision decide(const State& state, const Actor& actor, const ExtendReport& command,
                const Moment& moment);

// The year that a report is of: the one its middle lies in.
std::int64_t report_year_of(TimeUs from, TimeUs until);

// How far a year's report is: delivered to all three recipients or due.
struct ReportYear {
  ReportYearRow row;
  TimeUs due;         // the end of 15 March of the year after, or of the extension
  bool over = false;  // the year is
};
// From the log's first year to the present one, oldest first; of the last kReportYearsMax.
inline constexpr std::int64_t kReportYearsMax = 50;
Result<std::vector<ReportYear>> report_years(const State& state, const Moment& moment);

}  // namespace alpr::policy
