#include "api/audit_sheet.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "policy/records/audit_worksheets.h"
#include "policy/registers/csv_record.h"

namespace alpr::api {
namespace {

constexpr std::size_t kRowsMax = 20'000;

// What stands before the tests' columns.
const std::vector<std::string> kAbout{
    "audit",           "item",      "stratum", "drawn",   "kind",
    "recorded_at_utc", "leaf_hash", "record",  "related", "marking"};

std::vector<std::string> test_codes(policy::AuditPopulation population) {
  std::vector<std::string> codes;
  for (const std::int64_t kind : policy::audited_kinds(population)) {
    for (const policy::AuditTest& test : policy::audit_tests(kind))
      if (std::ranges::find(codes, test.code) == codes.end()) codes.emplace_back(test.code);
  }
  return codes;
}

std::vector<std::string> columns_of(policy::AuditPopulation population) {
  std::vector<std::string> columns = kAbout;
  for (std::string& code : test_codes(population)) columns.push_back(std::move(code));
  columns.emplace_back("evidence");
  columns.emplace_back("note");
  return columns;
}

std::string test_cell(const WorksheetItem& item, std::string_view code) {
  const auto tests = policy::audit_tests(item.kind);
  const auto of_kind = [&](const policy::AuditTest& test) { return test.code == code; };
  if (std::ranges::none_of(tests, of_kind)) return "-";
  for (const policy::TestResult& result : item.results)
    if (result.test == code) return std::string(policy::to_text(result.verdict));
  return "";
}

tl::unexpected<Error> bad(std::size_t line, const std::string& what) {
  return fail(ErrorCode::kMalformed, fmt::format("line {}: {}", line, what));
}

// Nothing: a row without a verdict.
Result<std::optional<policy::JudgedItem>> judged_row(const std::vector<std::string>& cells,
                                                     const std::vector<std::string>& columns,
                                                     std::size_t line) {
  policy::JudgedItem judged;
  const auto item = chain::parse_decimal(cells[1]);
  if (!item) return bad(line, "item: expected the number of an event");
  judged.item = {*item};
  for (std::size_t i = kAbout.size(); i + 2 < cells.size(); ++i) {
    if (cells[i].empty() || forms::original(cells[i]) == "-") continue;
    const auto verdict = policy::enum_from_text<policy::ItemVerdict>(cells[i]);
    if (!verdict)
      return bad(line,
                 columns[i] + ": expected one of " + policy::enum_choices<policy::ItemVerdict>());
    judged.results.push_back({columns[i], *verdict});
  }
  if (judged.results.empty()) return std::nullopt;
  judged.evidence = forms::original(cells[cells.size() - 2]);
  judged.note = forms::original(cells.back());
  return judged;
}

void add_person(std::vector<std::string>& people, const chain::Json* who) {
  const chain::Json* name = who ? who->member("username") : nullptr;
  if (name && name->string()) people.push_back(*name->string());
}

}  // namespace

std::vector<std::string> people_in(const chain::EventView& event) {
  std::vector<std::string> people;
  const auto payload = chain::parse_canonical(event.json);
  if (!payload) return people;
  add_person(people, &*payload);  // who a training is of
  for (const char* role : {"by", "requester"}) add_person(people, payload->member(role));
  return people;
}

Result<forms::Sheet> audit_sheet(const policy::AuditRow& audit, TimeUs made_at,
                                 const std::vector<WorksheetItem>& items,
                                 const std::string& marking) {
  forms::Sheet sheet("Audit worksheet", made_at, columns_of(audit.plan.population));
  const std::vector<std::string> codes = test_codes(audit.plan.population);
  for (const WorksheetItem& item : items) {
    std::vector<std::string> cells{chain::decimal(audit.audit.value),
                                   chain::decimal(item.item.value),
                                   item.stratum,
                                   std::to_string(item.drawn),
                                   item.kind_name,
                                   chain::format_time(item.recorded_at),
                                   chain::hex(item.leaf),
                                   item.record,
                                   item.related,
                                   marking};
    for (const std::string& code : codes) cells.push_back(test_cell(item, code));
    cells.push_back(item.evidence);
    cells.push_back(item.note);
    if (!sheet.add(cells))
      return fail(ErrorCode::kTooLarge,
                  "more than one spreadsheet takes: take the worksheet as JSON");
  }
  return sheet;
}

Result<policy::RecordVerdicts> read_audit_sheet(const policy::AuditRow& audit,
                                                std::string_view csv) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // as spreadsheets write it
  if (csv.starts_with(kByteOrderMark)) csv.remove_prefix(kByteOrderMark.size());
  if (!chain::valid_utf8(csv)) return bad(1, "the file is not UTF-8");
  const std::vector<std::string> columns = columns_of(audit.plan.population);
  policy::RecordReader reader(csv);
  std::vector<std::string> cells;
  auto more = reader.next(cells);
  if (!more || !*more || cells != columns)
    return bad(1, "the columns must be those of this audit's worksheet, in its order");
  policy::RecordVerdicts verdicts{audit.audit, {}};
  for (std::size_t rows = 0;; ++rows) {
    more = reader.next(cells);
    if (!more) return bad(reader.line(), more.error().detail);
    if (!*more) break;
    if (rows >= kRowsMax) return bad(reader.line(), "too many rows");
    if (cells.size() != columns.size())
      return bad(reader.line(),
                 fmt::format("{} cells instead of {}", cells.size(), columns.size()));
    if (cells.front() != chain::decimal(audit.audit.value))
      return bad(reader.line(), "audit: a row of another audit's worksheet");
    auto judged = judged_row(cells, columns, reader.line());
    if (!judged) return tl::unexpected(judged.error());
    if (*judged) verdicts.verdicts.push_back(std::move(**judged));
  }
  if (verdicts.verdicts.empty())
    return fail(ErrorCode::kMalformed, "no row has a verdict: nothing is filled in");
  return verdicts;
}

}  // namespace alpr::api
