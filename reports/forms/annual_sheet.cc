#include "reports/forms/annual_sheet.h"

#include "ledger/chain/encoding.h"

namespace alpr::forms {
namespace {

using figures::AnnualReport;
using figures::Figure;
using figures::FigureRow;

std::string number(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "";
}

bool add_figure(Sheet& sheet, const Figure& figure) {
  const auto add = [&](const FigureRow& row) {
    return sheet.add({"figure", figure.id, row.key, number(row.value), number(row.of), figure.label,
                      figure.element, figure.rule, figure.definition,
                      figure.needs_keys ? "yes" : "no"});
  };
  if (figure.rows.empty()) return add({});
  for (const FigureRow& row : figure.rows)
    if (!add(row)) return false;
  return true;
}

bool add_about(Sheet& sheet, std::string name, std::string value) {
  return sheet.add({"about", std::move(name), "", std::move(value), "", "", "", "", "", ""});
}

}  // namespace

Result<Sheet> annual_sheet(const AnnualReport& report) {
  Sheet sheet("Annual report", report.as_of,
              {"record", "id", "key", "value", "of", "label", "element", "rule", "definition",
               "needs_keys"});
  bool fits = true;
  for (const Figure& figure : report.figures) fits = fits && add_figure(sheet, figure);
  fits = fits && add_about(sheet, "log", report.origin) &&
         add_about(sheet, "simulated", report.simulated ? "yes" : "no") &&
         add_about(sheet, "checkpoint_size", std::to_string(report.size)) &&
         add_about(sheet, "checkpoint_root", chain::hex(report.root)) &&
         add_about(sheet, "as_of", chain::format_time(report.as_of)) &&
         add_about(sheet, "from", chain::format_time(report.from)) &&
         add_about(sheet, "until", chain::format_time(report.until));
  if (!fits) return fail(ErrorCode::kTooLarge, "more than one spreadsheet takes");
  return sheet;
}

}  // namespace alpr::forms
