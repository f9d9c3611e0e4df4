#include "reports/forms/annual_sheet.h"

#include "ledger/chain/encoding.h"
#include "reports/forms/annual_table.h"

namespace alpr::forms {
namespace {

using figures::AnnualReport;
using figures::Figure;
using figures::FigureRow;

std::string number(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "";
}

// The columns of the report's own period, and then two of each earlier one.
class Rows {
 public:
  explicit Rows(const AnnualReport& report)
      : table_(report),
        sheet_("Annual report", report.as_of, columns(report)),
        earlier_(2 * (table_.periods().size() - 1)) {}

  void add_figure(const Figure& figure) {
    const std::vector<ComparedRow> rows = table_.rows(figure);
    for (const ComparedRow& row : rows) add(figure, row.key, row.values);
    if (rows.empty()) add(figure, "", {});
  }
  void add_about(const std::string& name, const std::string& value) {
    std::vector<std::string> cells{"about", name, "", value, "", "", "", "", "", ""};
    cells.resize(cells.size() + earlier_);
    fits_ = fits_ && sheet_.add(cells);
  }
  Result<Sheet> done() && {
    if (!fits_) return fail(ErrorCode::kTooLarge, "more than one spreadsheet takes");
    return std::move(sheet_);
  }

 private:
  static std::vector<std::string> columns(const AnnualReport& report) {
    std::vector<std::string> names{"record", "id",      "key",  "value",      "of",
                                   "label",  "element", "rule", "definition", "needs_keys"};
    if (!report.compared) return names;
    for (const figures::PriorPeriod& period : report.compared->periods) {
      const std::string from = chain::format_time(period.from).substr(0, 10);
      names.push_back("value from " + from);
      names.push_back("of from " + from);
    }
    return names;
  }
  void add(const Figure& figure, const std::string& key,
           const std::vector<const FigureRow*>& values) {
    const auto value = [&](std::size_t i) {
      return i < values.size() && values[i] ? number(values[i]->value) : "";
    };
    const auto of = [&](std::size_t i) {
      return i < values.size() && values[i] ? number(values[i]->of) : "";
    };
    std::vector<std::string> cells{"figure",
                                   figure.id,
                                   key,
                                   value(0),
                                   of(0),
                                   figure.label,
                                   figure.element,
                                   figure.rule,
                                   figure.definition,
                                   figure.needs_keys ? "yes" : "no"};
    for (std::size_t i = 1; i < table_.periods().size(); ++i) {
      cells.push_back(value(i));
      cells.push_back(of(i));
    }
    fits_ = fits_ && sheet_.add(cells);
  }

  AnnualTable table_;
  Sheet sheet_;
  std::size_t earlier_;
  bool fits_ = true;
};

}  // namespace

Result<Sheet> annual_sheet(const AnnualReport& report) {
  Rows rows(report);
  for (const Figure& figure : report.figures) rows.add_figure(figure);
  rows.add_about("log", report.origin);
  rows.add_about("simulated", report.simulated ? "yes" : "no");
  rows.add_about("checkpoint_size", std::to_string(report.size));
  rows.add_about("checkpoint_root", chain::hex(report.root));
  rows.add_about("as_of", chain::format_time(report.as_of));
  rows.add_about("from", chain::format_time(report.from));
  rows.add_about("until", chain::format_time(report.until));
  return std::move(rows).done();
}

}  // namespace alpr::forms
