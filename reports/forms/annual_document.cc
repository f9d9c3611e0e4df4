#include "reports/forms/annual_document.h"

#include "reports/forms/annual_table.h"
#include "reports/forms/area_map.h"
#include "reports/forms/bar_chart.h"

namespace alpr::forms {
namespace {

using figures::AnnualReport;
using figures::Figure;
using figures::ReportElement;

class Writer {
 public:
  Writer(const AnnualReport& report, const std::vector<std::string>& found)
      : report_(report), found_(found), table_(report) {}

  Document write() && {
    const std::string days = days_of(report_.from, report_.until);
    document_.title = std::string(kReportTitle) + ", " + days;
    document_.subject = "Log " + report_.origin;
    document_.footer = "Licence plate readers, " + days;
    document_.made_at = report_.as_of;
    add(Heading{1, document_.title, "report"});
    for (const std::string& warning : warnings_of(report_, found_))
      add(Paragraph{Paragraph::Kind::kWarning, warning});
    about();
    for (const ReportElement& element : report_.elements) this->element(element);
    return std::move(document_);
  }

 private:
  void add(Block block) { document_.blocks.push_back(std::move(block)); }
  void text(std::string_view words, Paragraph::Kind kind = Paragraph::Kind::kNormal) {
    if (!words.empty()) add(Paragraph{kind, std::string(words)});
  }
  static std::string anchor(const ReportElement& element) { return "element-" + element.letter; }
  static std::string title(const ReportElement& element) {
    return element.letter + ". " + element.title;
  }

  void about() {
    add(Heading{2, "About this report", "about"});
    text(report_.scope);
    DocumentTable facts{"Of which log and period", {{"What", 1}, {"Value", 3}}, {}};
    for (const auto& [name, value] : facts_of(report_)) facts.rows.push_back({name, value});
    add(std::move(facts));
    for (const std::string& note : notes_of(report_)) text(note);
    text(kHowToCheck);
    add(Heading{2, "Contents", "contents"});
    for (const ReportElement& element : report_.elements)
      add(ContentsLine{title(element), anchor(element)});
  }

  // A column for each period, which share the width that is left beside the others.
  void add_figure_columns(DocumentTable& table, int weight) const {
    const auto periods = static_cast<int>(table_.periods().size());
    for (const std::string& period : table_.periods())
      table.columns.push_back({periods == 1 ? "Figure" : period, weight / periods, true});
  }

  void element(const ReportElement& element) {
    add(Heading{2, title(element), anchor(element)});
    text(element.note);
    std::vector<const Figure*> singles;
    for (const Figure& figure : report_.figures)
      if (figure.element == element.letter && is_single(figure)) singles.push_back(&figure);
    if (!singles.empty()) add_singles(element.letter, singles);
    for (const Figure& figure : report_.figures)
      if (figure.element == element.letter && !is_single(figure)) add_figure(figure);
  }

  void add_singles(const std::string& letter, const std::vector<const Figure*>& singles) {
    add(Heading{3, "Element " + letter + ": single figures", "singles-" + letter});
    for (const Figure* figure : singles) {
      Drawing drawing = table_.over_years(*figure);
      if (drawing.empty()) continue;
      text(drawing.title);
      add(std::move(drawing));
    }
    DocumentTable figures{"", {{"What", 120}}, {}};
    DocumentTable how{"", {{"What", 30}, {"How it is counted", 55}, {"Asked for by", 15}}, {}};
    add_figure_columns(figures, 180);
    for (const Figure* figure : singles) {
      std::vector<std::string> cells = table_.texts(*figure)[0];
      cells[0] = figure->label;
      figures.rows.push_back(std::move(cells));
      how.rows.push_back({figure->label, how_counted(*figure), figure->rule});
    }
    figures.caption = "Single figures";
    how.caption = "How each is counted";
    add(std::move(figures));
    add(std::move(how));
  }

  void add_figure(const Figure& figure) {
    add(Heading{3, figure.label, "figure-" + std::to_string(++figures_)});
    if (is_drawn(figure)) {
      Drawing drawing = bar_chart(figure);
      if (!drawing.empty()) add(std::move(drawing));
    }
    if (figure.id == kMappedFigure) add_map(figure);
    DocumentTable table{"", {{"Which", 120}}, table_.texts(figure)};
    add_figure_columns(table, 180);
    add(std::move(table));
    text(how_counted(figure) + " (" + figure.rule + ")", Paragraph::Kind::kSmall);
  }

  void add_map(const Figure& figure) {
    DeploymentMap map = deployment_map(report_, figure);
    if (!map.drawing.empty()) {
      add(std::move(map.drawing));
      add(DocumentTable{"The map's areas",
                        {{map.heads[0], 50}, {map.heads[1], 150}, {map.heads[2], 100, true}},
                        std::move(map.rows)});
    }
    text(map.note, Paragraph::Kind::kSmall);
  }

  const AnnualReport& report_;
  const std::vector<std::string>& found_;
  AnnualTable table_;
  Document document_;
  std::size_t figures_ = 0;
};

}  // namespace

Document annual_document(const AnnualReport& report, const std::vector<std::string>& found) {
  return Writer(report, found).write();
}

}  // namespace alpr::forms
