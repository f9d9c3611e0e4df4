// The worksheet of a sample audit as a table, filled in and given back (I12-K-5). Pure; any thread.
//
// One row per item: audit, item (its seq), stratum, drawn (in which place; 0: looked at in any
// case), kind, recorded_at_utc, leaf_hash, record (the event as canonical JSON), related (of an
// approval the request), then a column per test, evidence, note. In the tests' columns a reviewer
// writes PASS, DEVIATION or UNEXAMINABLE; "-" stands where a test is not for this kind. Rows
// without a verdict are left for later. Cells are harmless for spreadsheet programs
// (forms/sheet.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/registers/audits.h"
#include "policy/rules/k_audits.h"
#include "reports/forms/sheet.h"

namespace alpr::api {

struct WorksheetItem {
  Sequence item;
  std::string stratum;
  std::int64_t drawn = 0;
  std::int64_t kind = 0;
  std::string kind_name;
  TimeUs recorded_at;
  Digest leaf{};
  std::string record;
  std::string related;
  std::vector<policy::TestResult> results;  // empty: not judged yet
  std::string evidence;
  std::string note;
  std::vector<std::string> people = {};  // whose act it is; not shown
  template <typename M>
  void members(M& m) {
    m("item", item);
    m("stratum", stratum);
    m("drawn", drawn);
    m("kind", kind);
    m("kind_name", kind_name);
    m("recorded_at", recorded_at);
    m("leaf", leaf);
    m("record", record);
    m("related", related);
    m("results", results);
    m("evidence", evidence);
    m("note", note);
  }
};

// The usernames of those whose act the event is, or who it is about.
std::vector<std::string> people_in(const chain::EventView& event);

// `made_at`: when the audit was seeded; `marking`: whose data it is, on each row. kTooLarge.
Result<forms::Sheet> audit_sheet(const policy::AuditRow& audit, TimeUs made_at,
                                 const std::vector<WorksheetItem>& items,
                                 const std::string& marking);

// What a reviewer gave back: the judged rows. kMalformed names the first line or row that is wrong
// and what is wrong with it: other columns than the worksheet's, another audit's rows, a word that
// is no verdict. kTooLarge: a workbook over the limits of forms/xlsx_reader.h.
Result<policy::RecordVerdicts> read_audit_csv(const policy::AuditRow& audit, std::string_view csv);
// The same of a workbook, whose sheet is called as the worksheet's or is its only one.
Result<policy::RecordVerdicts> read_audit_xlsx(const policy::AuditRow& audit, BytesView workbook);

}  // namespace alpr::api
