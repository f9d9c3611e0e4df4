#include "reports/forms/annual_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "ledger/chain/encoding.h"
#include "reports/forms/bar_chart.h"
#include "reports/forms/html_text.h"

namespace alpr::forms {
namespace {

using figures::AnnualReport;
using figures::Figure;
using figures::FigureRow;
using figures::PriorFigure;
using figures::PriorPeriod;

constexpr std::array<std::string_view, 4> kDrawn{"B1.reads.month", "B1.hits.month",
                                                 "C2B.queries.purpose", "G4.lateness"};
constexpr std::array<std::string_view, 5> kOverYears{"B1.reads", "B1.hits", "C2B.queries",
                                                     "C2B2.latency.median", "G4.lateness.maximum"};
constexpr std::string_view kNotCounted = "not counted without keys";

bool is_of_months(const Figure& figure) {
  return figure.id == "B1.reads.month" || figure.id == "B1.hits.month";
}

const PriorFigure* prior_of(const PriorPeriod& period, const std::string& id) {
  const auto found = std::find_if(period.figures.begin(), period.figures.end(),
                                  [&](const PriorFigure& one) { return one.id == id; });
  return found == period.figures.end() ? nullptr : &*found;
}

}  // namespace

std::string days_of(TimeUs from, TimeUs until) {
  return chain::format_time(from).substr(0, 10) + " to " +
         chain::format_time({until.value - 1}).substr(0, 10);
}

std::string value_text(const FigureRow& row) {
  if (!row.value || (*row.value == 0 && row.of.value_or(0) == 0)) return "none";
  if (!row.of) return grouped(*row.value);
  const std::string counted =
      (*row.value == 0 ? "none" : grouped(*row.value)) + " of " + grouped(*row.of);
  return *row.of <= 0 ? counted : counted + " (" + percent(*row.value, *row.of) + ")";
}

AnnualTable::AnnualTable(const AnnualReport& report) : report_(report) {
  periods_.push_back(days_of(report.from, report.until));
  if (!report.compared) return;
  for (const PriorPeriod& period : report.compared->periods)
    periods_.push_back(days_of(period.from, period.until));
}

std::vector<ComparedRow> AnnualTable::rows(const Figure& figure) const {
  std::vector<ComparedRow> rows;
  std::unordered_map<std::string, std::size_t> places;
  const auto at_key = [&](const std::string& key) -> ComparedRow& {
    const auto [place, is_new] = places.emplace(key, rows.size());
    if (is_new) rows.push_back({key, std::vector<const FigureRow*>(periods_.size(), nullptr)});
    return rows[place->second];
  };
  for (const FigureRow& row : figure.rows) at_key(row.key).values[0] = &row;
  if (!report_.compared) return rows;
  for (std::size_t i = 0; i < report_.compared->periods.size(); ++i) {
    const PriorFigure* prior = prior_of(report_.compared->periods[i], figure.id);
    if (prior == nullptr) continue;
    for (std::size_t n = 0; n < prior->rows.size(); ++n) {
      const bool beside = is_of_months(figure) && n < figure.rows.size();
      at_key(beside ? figure.rows[n].key : prior->rows[n].key).values[i + 1] = &prior->rows[n];
    }
  }
  return rows;
}

std::vector<std::vector<std::string>> AnnualTable::texts(const Figure& figure) const {
  std::vector<std::vector<std::string>> texts;
  for (const ComparedRow& row : rows(figure)) {
    std::vector<std::string> cells{row.key.empty() ? std::string(kNotNamed) : row.key};
    for (const FigureRow* value : row.values) cells.push_back(value ? value_text(*value) : "none");
    if (!figure.computed) cells[1] = kNotCounted;
    texts.push_back(std::move(cells));
  }
  if (!texts.empty()) return texts;
  std::vector<std::string> none(periods_.size() + 1, "none");
  if (!figure.computed) std::fill(none.begin() + 1, none.end(), kNotCounted);
  return {none};
}

Drawing AnnualTable::over_years(const Figure& figure) const {
  const bool wanted =
      std::find(kOverYears.begin(), kOverYears.end(), figure.id) != kOverYears.end();
  if (!wanted || !is_single(figure) || periods_.size() < 2) return {};
  const std::vector<ComparedRow> all = rows(figure);
  std::vector<BarRow> bars;
  for (std::size_t i = periods_.size(); i-- > 0;) {
    const FigureRow* value = all[0].values[i];
    bars.push_back({periods_[i], value ? value->value.value_or(0) : 0});
  }
  return bar_chart(figure.label + ", over the years", bars);
}

bool is_single(const Figure& figure) {
  return figure.rows.size() == 1 && figure.rows[0].key.empty();
}

bool is_drawn(const Figure& figure) {
  return std::find(kDrawn.begin(), kDrawn.end(), figure.id) != kDrawn.end();
}

std::string how_counted(const Figure& figure) {
  return figure.definition + (figure.needs_keys ? " Needs keys to be counted again." : "");
}

std::vector<std::string> warnings_of(const AnnualReport& report,
                                     const std::vector<std::string>& found) {
  std::vector<std::string> warnings = found;
  if (report.simulated) warnings.emplace_back("Of a simulated log: none of this happened.");
  if (report.as_of < report.until)
    warnings.emplace_back(
        "The period is not over: what came after the checkpoint is not in this report.");
  return warnings;
}

std::vector<std::string> notes_of(const AnnualReport& report) {
  if (!report.compared) return {};
  std::vector<std::string> notes;
  const auto counted = static_cast<std::int64_t>(report.compared->periods.size());
  const std::string began = chain::format_time(report.compared->began).substr(0, 10);
  if (counted < report.compared->asked)
    notes.push_back(fmt::format(
        "Compared with {} of {} earlier years: the log began on {}, and what was before it is "
        "left out.",
        counted, report.compared->asked, began));
  if (counted > 0 && report.compared->periods.back().from < report.compared->began)
    notes.push_back(
        "The period " +
        days_of(report.compared->periods.back().from, report.compared->periods.back().until) +
        " is counted from the log's beginning on " + began + ".");
  return notes;
}

std::vector<std::pair<std::string, std::string>> facts_of(const AnnualReport& report) {
  return {{"Events from", chain::format_time(report.from)},
          {"to before", chain::format_time(report.until)},
          {"Log", report.origin},
          {"Checkpoint, size", grouped(report.size)},
          {"Checkpoint, root", chain::hex(report.root)},
          {"Last event under it", chain::format_time(report.as_of)}};
}

}  // namespace alpr::forms
