#include "reports/forms/annual_page.h"

#include <fmt/format.h>

#include "ledger/chain/encoding.h"
#include "reports/forms/annual_table.h"
#include "reports/forms/area_map.h"
#include "reports/forms/bar_chart.h"
#include "reports/forms/html_text.h"
#include "reports/forms/page_style.h"

namespace alpr::forms {
namespace {

using figures::AnnualReport;
using figures::Figure;

// A table in a frame of its own: on a phone it is moved sideways, and the page is not.
std::string table_begin(const std::string& id, const std::string& caption) {
  return fmt::format(
      "<div class=\"wide\" role=\"region\" aria-label=\"{1}\" tabindex=\"0\">\n<table{0}>\n"
      "<caption>{1}</caption>\n<thead><tr>",
      id.empty() ? "" : " id=\"" + escaped(id) + "\"", escaped(caption));
}
constexpr std::string_view kTableEnd = "</tbody>\n</table>\n</div>\n";

std::string head(std::string_view text) { return fmt::format("<th scope=\"col\">{}</th>", text); }

// "Figure", or a head for each period.
std::string figure_heads(const AnnualTable& table) {
  if (table.periods().size() == 1) return head("Figure");
  std::string html;
  for (const std::string& period : table.periods()) html += head(period);
  return html;
}

std::string figure_cells(const std::vector<std::string>& texts) {
  std::string html;
  for (std::size_t i = 1; i < texts.size(); ++i)
    html += "<td class=\"number\">" + escaped(texts[i]) + "</td>";
  return html;
}

std::string singles_table(const AnnualTable& table, const std::string& letter,
                          const std::vector<const Figure*>& figures) {
  if (figures.empty()) return "";
  std::string html;
  for (const Figure* figure : figures) html += svg_of(table.over_years(*figure));
  html += table_begin("", "Element " + letter + ": single figures") + head("What") +
          figure_heads(table) + head("How it is counted") + head("Asked for by") +
          "</tr></thead>\n<tbody>\n";
  for (const Figure* figure : figures) {
    html += fmt::format(
        "<tr id=\"{}\"><th scope=\"row\">{}</th>{}<td class=\"text\">{}</td><td>{}</td></tr>\n",
        escaped(figure->id), escaped(figure->label), figure_cells(table.texts(*figure)[0]),
        escaped(how_counted(*figure)), escaped(figure->rule));
  }
  return html + std::string(kTableEnd);
}

std::string map_part(const AnnualReport& report, const Figure& figure) {
  const DeploymentMap map = deployment_map(report, figure);
  std::string html = svg_of(map.drawing);
  if (!map.rows.empty()) {
    html += table_begin("", "The map's areas");
    for (const std::string& text : map.heads) html += head(text);
    html += "</tr></thead>\n<tbody>\n";
    for (const std::vector<std::string>& row : map.rows)
      html += fmt::format(
          "<tr><th scope=\"row\">{}</th><td><bdi>{}</bdi></td><td class=\"number\">{}</td></tr>\n",
          row[0], escaped(row[1]), escaped(row[2]));
    html += kTableEnd;
  }
  return html + "<p class=\"how\">" + escaped(map.note) + "</p>\n";
}

std::string figure_table(const AnnualReport& report, const AnnualTable& table,
                         const Figure& figure) {
  std::string html = is_drawn(figure) ? svg_of(bar_chart(figure)) : "";
  if (figure.id == kMappedFigure) html += map_part(report, figure);
  html += table_begin(figure.id, figure.label) + head("Which") + figure_heads(table) +
          "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& texts : table.texts(figure)) {
    html += fmt::format("<tr><th scope=\"row\"><bdi>{}</bdi></th>{}</tr>\n", escaped(texts[0]),
                        figure_cells(texts));
  }
  return html + fmt::format("{}<p class=\"how\">{} ({})</p>\n", kTableEnd,
                            escaped(how_counted(figure)), escaped(figure.rule));
}

std::string element_section(const AnnualReport& report, const AnnualTable& table,
                            const figures::ReportElement& element) {
  std::vector<const Figure*> singles;
  std::string tables;
  for (const Figure& figure : report.figures) {
    if (figure.element != element.letter) continue;
    if (is_single(figure))
      singles.push_back(&figure);
    else
      tables += figure_table(report, table, figure);
  }
  std::string html = fmt::format(
      "<section aria-labelledby=\"element-{0}\">\n<h2 id=\"element-{0}\">{0}. {1}</h2>\n",
      escaped(element.letter), escaped(element.title));
  if (!element.note.empty()) html += "<p>" + escaped(element.note) + "</p>\n";
  return html + singles_table(table, element.letter, singles) + tables + "</section>\n";
}

std::string about(const AnnualReport& report) {
  std::string html =
      "<section aria-labelledby=\"about\">\n<h2 id=\"about\">About this report</h2>\n";
  html += "<p>" + escaped(report.scope) + "</p>\n<dl>\n";
  for (const auto& [name, value] : facts_of(report))
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(value));
  html += "</dl>\n";
  for (const std::string& note : notes_of(report)) html += "<p>" + escaped(note) + "</p>\n";
  return html + "<p>" + escaped(kHowToCheck) + "</p>\n</section>\n";
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

std::string annual_page(const AnnualReport& report, const std::vector<std::string>& found) {
  const std::string days = days_of(report.from, report.until);
  std::string html = page_begin("Licence plate readers, " + days) +
                     fmt::format("<header>\n<h1>{}, {}</h1>\n", kReportTitle, days);
  for (const std::string& warning : warnings_of(report, found))
    html += "<p class=\"warning\">" + escaped(warning) + "</p>\n";
  html += "</header>\n<main>\n" + about(report) + contents(report);
  const AnnualTable table(report);
  for (const figures::ReportElement& element : report.elements)
    html += element_section(report, table, element);
  return html + "</main>\n" + std::string(kPageEnd);
}

}  // namespace alpr::forms
