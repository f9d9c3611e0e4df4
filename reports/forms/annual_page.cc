#include "reports/forms/annual_page.h"

#include <fmt/format.h>

#include <array>

#include "ledger/chain/encoding.h"
#include "reports/forms/bar_chart.h"
#include "reports/forms/html_text.h"
#include "reports/forms/page_style.h"

namespace alpr::forms {
namespace {

using figures::AnnualReport;
using figures::Figure;
using figures::FigureRow;

constexpr std::array<std::string_view, 3> kDrawn{"B1.reads.month", "B1.hits.month",
                                                 "C2B.queries.purpose"};

bool drawn(const Figure& figure) {
  for (const std::string_view id : kDrawn)
    if (figure.id == id) return true;
  return false;
}

// A single number, which goes into the element's own table.
bool single(const Figure& figure) { return figure.rows.size() == 1 && figure.rows[0].key.empty(); }

// In hundredths of a percent, half up.
std::string percent(std::int64_t value, std::int64_t of) {
  const auto hundredths =
      static_cast<std::int64_t>((static_cast<__int128>(value) * 20'000 + of) / (2 * __int128{of}));
  return fmt::format("{}.{:02}\xC2\xA0%", hundredths / 100, hundredths % 100);
}

std::string value_text(const FigureRow& row) {
  if (!row.value || (*row.value == 0 && row.of.value_or(0) == 0)) return "none";
  if (!row.of) return grouped(*row.value);
  return fmt::format("{} of {} ({})", *row.value == 0 ? "none" : grouped(*row.value),
                     grouped(*row.of), percent(*row.value, *row.of));
}

std::string how(const Figure& figure) {
  return escaped(figure.definition) + (figure.needs_keys ? " Needs keys to be counted again." : "");
}

std::string singles_table(const std::string& letter, const std::vector<const Figure*>& figures) {
  if (figures.empty()) return "";
  std::string html = fmt::format(
      "<table>\n<caption>Element {}: single figures</caption>\n<thead><tr>"
      "<th scope=\"col\">What</th><th scope=\"col\">Figure</th>"
      "<th scope=\"col\">How it is counted</th><th scope=\"col\">Asked for by</th>"
      "</tr></thead>\n<tbody>\n",
      letter);
  for (const Figure* figure : figures) {
    html += fmt::format(
        "<tr id=\"{}\"><th scope=\"row\">{}</th><td class=\"number\">{}</td><td>{}</td><td>{}</td>"
        "</tr>\n",
        escaped(figure->id), escaped(figure->label),
        figure->computed ? value_text(figure->rows[0]) : "not counted without keys", how(*figure),
        escaped(figure->rule));
  }
  return html + "</tbody>\n</table>\n";
}

std::string figure_table(const Figure& figure) {
  std::string html = drawn(figure) ? svg_of(bar_chart(figure)) : "";
  html += fmt::format(
      "<table id=\"{}\">\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">"
      "Which</th><th scope=\"col\">Figure</th></tr></thead>\n<tbody>\n",
      escaped(figure.id), escaped(figure.label));
  if (!figure.computed)
    html += "<tr><td colspan=\"2\">not counted without keys</td></tr>\n";
  else if (figure.rows.empty())
    html += "<tr><td colspan=\"2\">none</td></tr>\n";
  for (const FigureRow& row : figure.rows) {
    html +=
        fmt::format("<tr><th scope=\"row\"><bdi>{}</bdi></th><td class=\"number\">{}</td></tr>\n",
                    row.key.empty() ? "not named" : escaped(row.key), value_text(row));
  }
  return html + fmt::format("</tbody>\n</table>\n<p class=\"how\">{} ({})</p>\n", how(figure),
                            escaped(figure.rule));
}

std::string element_section(const AnnualReport& report, const figures::ReportElement& element) {
  std::vector<const Figure*> singles;
  std::string tables;
  for (const Figure& figure : report.figures) {
    if (figure.element != element.letter) continue;
    if (single(figure))
      singles.push_back(&figure);
    else
      tables += figure_table(figure);
  }
  std::string html = fmt::format(
      "<section aria-labelledby=\"element-{0}\">\n<h2 id=\"element-{0}\">{0}. {1}</h2>\n",
      escaped(element.letter), escaped(element.title));
  if (!element.note.empty()) html += "<p>" + escaped(element.note) + "</p>\n";
  return html + singles_table(element.letter, singles) + tables + "</section>\n";
}

std::string term(std::string_view name, std::string_view value) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(value));
}

std::string about(const AnnualReport& report) {
  std::string html =
      "<section aria-labelledby=\"about\">\n<h2 id=\"about\">About this report</h2>\n";
  html += "<p>" + escaped(report.scope) + "</p>\n<dl>\n";
  html += term("Events from", chain::format_time(report.from));
  html += term("to before", chain::format_time(report.until));
  html += term("Log", report.origin);
  html += term("Checkpoint, size", grouped(report.size));
  html += term("Checkpoint, root", chain::hex(report.root));
  html += term("Last event under it", chain::format_time(report.as_of));
  html +=
      "</dl>\n<p>Every figure can be counted again by anybody who has the log. Fetch the same "
      "report "
      "as JSON, export the log as a bundle, and run <code>plateledger-verify report FILE --bundle "
      "BUNDLE --key VKEY</code>: it names each figure that differs. Times are UTC. "
      "<q>None</q> means that it was counted and there was none.</p>\n</section>\n";
  return html;
}

std::string contents(const AnnualReport& report) {
  std::string html = "<nav aria-label=\"Elements\">\n<ul>\n";
  for (const figures::ReportElement& element : report.elements) {
    html += fmt::format("<li><a href=\"#element-{0}\">{0}. {1}</a></li>\n", escaped(element.letter),
                        escaped(element.title));
  }
  return html + "</ul>\n</nav>\n";
}

}  // namespace

std::string annual_page(const AnnualReport& report) {
  const std::string days = chain::format_time(report.from).substr(0, 10) + " to " +
                           chain::format_time({report.until.value - 1}).substr(0, 10);
  std::string html = page_begin("Licence plate readers, " + days) +
                     "<header>\n<h1>Licence plate readers: annual surveillance report, " + days +
                     "</h1>\n";
  if (report.simulated)
    html += "<p class=\"warning\">Of a simulated log: none of this happened.</p>\n";
  if (report.as_of < report.until)
    html +=
        "<p class=\"warning\">The period is not over: what came after the checkpoint is not in "
        "this report.</p>\n";
  html += "</header>\n<main>\n" + about(report) + contents(report);
  for (const figures::ReportElement& element : report.elements)
    html += element_section(report, element);
  return html + "</main>\n" + std::string(kPageEnd);
}

}  // namespace alpr::forms
