#include "api/audit_sheet.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "policy/records/audit_worksheets.h"
#include "policy/registers/csv_record.h"
#include "reports/forms/xlsx_reader.h"

namespace alpr::api {
namespace {

constexpr std::size_t kRowsMax = 20'000;
constexpr const char* kTitle = "Audit worksheet";

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

// A row as it was given back, from either form.
struct GivenRow {
  std::string_view word;  // what it is called there: line or row
  std::size_t number = 0;
  std::vector<std::string> cells;
};

tl::unexpected<Error> bad(const GivenRow& row, const std::string& what) {
  return fail(ErrorCode::kMalformed, fmt::format("{} {}: {}", row.word, row.number, what));
}

// Nothing: a row without a verdict.
Result<std::optional<policy::JudgedItem>> judged_row(const GivenRow& row,
                                                     const std::vector<std::string>& columns) {
  const std::vector<std::string>& cells = row.cells;
  policy::JudgedItem judged;
  const auto item = chain::parse_decimal(cells[1]);
  if (!item) return bad(row, "item: expected the number of an event");
  judged.item = {*item};
  for (std::size_t i = kAbout.size(); i + 2 < cells.size(); ++i) {
    if (cells[i].empty() || forms::original(cells[i]) == "-") continue;
    const auto verdict = policy::enum_from_text<policy::ItemVerdict>(cells[i]);
    if (!verdict)
      return bad(row,
                 columns[i] + ": expected one of " + policy::enum_choices<policy::ItemVerdict>());
    judged.results.push_back({columns[i], *verdict});
  }
  if (judged.results.empty()) return std::nullopt;
  judged.evidence = forms::original(cells[cells.size() - 2]);
  judged.note = forms::original(cells.back());
  return judged;
}

// Takes the rows one after the other, so that the first that is wrong is the one that is named.
class Judged {
 public:
  explicit Judged(const policy::AuditRow& audit)
      : audit_(audit), columns_(columns_of(audit.plan.population)), verdicts_{audit.audit, {}} {}

  std::size_t width() const { return columns_.size(); }
  Result<void> header(const GivenRow& row) const {
    if (row.cells != columns_)
      return bad(row, "the columns must be those of this audit's worksheet, in its order");
    return {};
  }
  Result<void> take(const GivenRow& row) {
    if (++rows_ > kRowsMax) return bad(row, "too many rows");
    if (row.cells.size() != columns_.size())
      return bad(row, fmt::format("{} cells instead of {}", row.cells.size(), columns_.size()));
    if (row.cells.front() != chain::decimal(audit_.audit.value))
      return bad(row, "audit: a row of another audit's worksheet");
    auto judged = judged_row(row, columns_);
    if (!judged) return tl::unexpected(judged.error());
    if (*judged) verdicts_.verdicts.push_back(std::move(**judged));
    return {};
  }
  Result<policy::RecordVerdicts> finish() {
    if (verdicts_.verdicts.empty())
      return fail(ErrorCode::kMalformed, "no row has a verdict: nothing is filled in");
    return std::move(verdicts_);
  }

 private:
  const policy::AuditRow& audit_;
  const std::vector<std::string> columns_;
  policy::RecordVerdicts verdicts_;
  std::size_t rows_ = 0;
};

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
  forms::Sheet sheet(kTitle, made_at, columns_of(audit.plan.population));
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

Result<policy::RecordVerdicts> read_audit_csv(const policy::AuditRow& audit, std::string_view csv) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // as spreadsheets write it
  if (csv.starts_with(kByteOrderMark)) csv.remove_prefix(kByteOrderMark.size());
  GivenRow row{"line", 1, {}};
  if (!chain::valid_utf8(csv)) return bad(row, "the file is not UTF-8");
  Judged judged(audit);
  policy::RecordReader reader(csv);
  auto more = reader.next(row.cells);
  if (!more || !*more) row.cells.clear();
  if (auto taken = judged.header(row); !taken) return tl::unexpected(taken.error());
  while ((more = reader.next(row.cells)) && *more) {
    row.number = reader.line();
    if (auto taken = judged.take(row); !taken) return tl::unexpected(taken.error());
  }
  row.number = reader.line();
  if (!more) return bad(row, more.error().detail);
  return judged.finish();
}

Result<policy::RecordVerdicts> read_audit_xlsx(const policy::AuditRow& audit, BytesView workbook) {
  auto rows = forms::read_xlsx(workbook, kTitle);
  if (!rows) return tl::unexpected(rows.error());
  Judged judged(audit);
  GivenRow row{"row", 1, {}};
  if (!rows->empty()) row = {"row", rows->front().number, std::move(rows->front().cells)};
  if (auto taken = judged.header(row); !taken) return tl::unexpected(taken.error());
  for (std::size_t i = 1; i < rows->size(); ++i) {
    row = {"row", (*rows)[i].number, std::move((*rows)[i].cells)};
    // A workbook has no empty cells at a row's end.
    if (row.cells.size() < judged.width()) row.cells.resize(judged.width());
    if (auto taken = judged.take(row); !taken) return tl::unexpected(taken.error());
  }
  return judged.finish();
}

}  // namespace alpr::api
