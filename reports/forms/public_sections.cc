#include "reports/forms/public_sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/forms/area_map.h"
#include "reports/forms/bar_chart.h"
#include "reports/forms/html_text.h"

namespace alpr::forms {
namespace {

using Cells = std::vector<std::string>;  // the first is the row's name; all are HTML

std::string table(std::string_view caption, const Cells& heads, const std::vector<Cells>& rows) {
  std::string html = fmt::format("<table>\n<caption>{}</caption>\n<thead><tr>", caption);
  for (const std::string& head : heads) html += "<th scope=\"col\">" + head + "</th>";
  html += "</tr></thead>\n<tbody>\n";
  if (rows.empty()) html += fmt::format("<tr><td colspan=\"{}\">none</td></tr>\n", heads.size());
  for (const Cells& cells : rows) {
    html += "<tr><th scope=\"row\">" + cells[0] + "</th>";
    for (std::size_t i = 1; i < cells.size(); ++i)
      html += "<td class=\"number\">" + cells[i] + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n";
}

template <typename E>
std::vector<Cells> rows_of(const Tally<E>& tally) {
  std::vector<Cells> rows;
  for (const auto& [word, count] : tally)
    rows.push_back({plain_words(policy::to_text(word)), grouped(count)});
  return rows;
}
template <typename E>
std::vector<BarRow> bars_of(const Tally<E>& tally) {
  std::vector<BarRow> rows;
  for (const auto& [word, count] : tally)
    rows.push_back({plain_words(policy::to_text(word)), count});
  return rows;
}

std::string section(std::string_view id, std::string_view title, std::string_view text,
                    const std::string& content) {
  return fmt::format(
      "<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n<p>{2}</p>\n{3}</section>\n", id,
      title, text, content);
}

// Millionths as percent, without rounding.
std::string exact_percent(std::int64_t ppm) {
  return fmt::format("{}.{:04}\xC2\xA0%", ppm / 10'000, ppm % 10'000);
}

Cells rate_row(std::string_view name, const PublicRate& rate) {
  Cells cells{fmt::format("{}: {} of {}", name, grouped(rate.value), grouped(rate.of)),
              rate_text(rate), "none"};
  if (rate.interval)
    cells[2] =
        exact_percent(rate.interval->low_ppm) + " to " + exact_percent(rate.interval->high_ppm);
  return cells;
}

std::string deployed(const PublicPeriod& period) {
  std::vector<Cells> areas;
  std::vector<MappedArea> mapped;
  for (const PublicArea& area : period.areas) {
    std::string name = area.area ? "<bdi>" + escaped(area.area->text()) + "</bdi>" : "all others";
    if (area.area && !area.corners.empty()) {
      mapped.push_back({area.area->text(), area.corners, area.readers});
      name = std::to_string(mapped.size()) + ". " + name;
    }
    areas.push_back({std::move(name), grouped(area.readers), grouped(area.reads)});
  }
  const std::string caption =
      mapped.empty() ? "By police area" : "By police area, numbered as on the map";
  return section(
      "deployed", "What is deployed",
      "Readers that were enrolled and not taken out of service at the period's end.",
      table("Readers by kind", {"Kind", "Readers"}, rows_of(period.readers)) +
          table("Readers by class of place", {"Place", "Readers"}, rows_of(period.places)) +
          svg_of(area_map(mapped)) +
          table(caption, {"Area", "Readers", "Reads in the period"}, areas));
}

std::string reads(const PublicPeriod& period) {
  std::vector<Cells> months;
  std::vector<BarRow> read_bars;
  std::vector<BarRow> hit_bars;
  for (const PublicMonth& month : period.months) {
    const std::string name = fmt::format("{:04}-{:02}", month.year, month.month);
    months.push_back({name, grouped(month.reads), grouped(month.hits)});
    read_bars.push_back({name, month.reads});
    hit_bars.push_back({name, month.hits});
  }
  months.push_back({"All", grouped(period.reads), grouped(period.hits)});
  return section(
      "reads", "Reads and hits",
      "A read is a plate that a reader saw once; it is erased after 30 days. A hit is a read of a "
      "plate that stands on one of the order's lists: it proves nothing until an officer has "
      "looked. The misread rate is of hits whose plate an officer compared with the vehicle.",
      svg_of(bar_chart("Reads by month", read_bars)) +
          svg_of(bar_chart("Hits by month", hit_bars)) +
          table("By month", {"Month", "Reads", "Hits"}, months) +
          table("Rates", {"Which", "Rate", "95 % interval"},
                {rate_row("Hits of all reads", period.hit_rate),
                 rate_row("Misreads of hits compared", period.misread_rate)}) +
          table("Hits by list", {"List", "Hits"}, rows_of(period.hits_by_list)));
}

std::string searches(const PublicPeriod& period) {
  std::vector<Cells> rules;
  std::vector<BarRow> bars;
  for (const PublicRefusal& refusal : period.refusals) {
    rules.push_back({refusal.rule.text(), grouped(refusal.refused)});
    bars.push_back({refusal.rule.text(), refusal.refused});
  }
  return section(
             "searches", "Searches",
             "Every search of stored reads names a purpose of the order's list. What was "
             "disclosed was on the record before it was shown.",
             svg_of(bar_chart("Searches by purpose", bars_of(period.purposes))) +
                 table("Searches by purpose", {"Purpose", "Searches"}, rows_of(period.purposes)) +
                 table("All searches", {"What", "Number"},
                       {{"Answered", grouped(period.queries)},
                        {"Refused", grouped(period.queries_refused)},
                        {"Reads disclosed", grouped(period.reads_disclosed)}})) +
         section("refusals", "Refusals",
                 "What the system refused, by the rule of General Order I-12 that refused it; one "
                 "refusal may name several.",
                 svg_of(bar_chart("Refusals by rule", bars)) +
                     table("Refusals by rule", {"Rule", "Refusals"}, rules));
}

std::string sharing(const PublicPeriod& period) {
  return section(
      "sharing", "Sharing",
      "Requests for data by others, what they were given, and what the order forbade.",
      table("Requests by route", {"Route", "Requests"}, rows_of(period.requests)) +
          table("Releases by who was given data", {"Who", "Releases"}, rows_of(period.releases)) +
          table("Reads given to others", {"What", "Number"},
                {{"Reads released", grouped(period.reads_released)}}) +
          table("Sharing that the order forbade, by stage", {"Stage", "Refusals"},
                rows_of(period.sharing_refused)));
}

std::string retention(const PublicPeriod& period) {
  const std::vector<BarRow> late{{"Up to 30 minutes", period.lateness[0]},
                                 {"Up to 60 minutes", period.lateness[1]},
                                 {"Over 60 minutes", period.lateness[2]}};
  std::vector<Cells> rows;
  for (const BarRow& row : late) rows.push_back({row.label, grouped(row.value)});
  return section("holds", "Holds",
                 "A hold keeps named reads for a case beyond their 30 days, until it is released.",
                 table("Holds placed by reason", {"Reason", "Holds"}, rows_of(period.holds)) +
                     table("All holds", {"What", "Number"},
                           {{"Denied", grouped(period.holds_denied)},
                            {"Released", grouped(period.holds_released)},
                            {"In force at the period's end", grouped(period.holds_in_force)},
                            {"Past their review then", grouped(period.holds_review_overdue)},
                            {"Events held then", grouped(period.held_events)}})) +
         section(
             "purges", "Purges",
             "Reads are erased 30 days after they came in: the key of each quarter of an hour is "
             "destroyed, at the latest an hour after it was due.",
             table("Purges", {"What", "Number"},
                   {{"Overdue", grouped(period.overdue)},
                    {"Purges", grouped(period.purges)},
                    {"Events erased", grouped(period.erased)},
                    {"Longest time after due, in seconds",
                     period.latest_s ? grouped(*period.latest_s) : "none"}}) +
                 svg_of(bar_chart("Purges by time after due", late)) +
                 table("Purges by time after due", {"Time", "Purges"}, rows));
}

std::string audits(const PublicPeriod& period) {
  const auto part = [](const PublicRate& rate) {
    return grouped(rate.value) + " of " + grouped(rate.of);
  };
  return section(
      "audits", "Audits",
      "Sample audits are drawn by lot, so that neither the department nor the auditor chooses.",
      table("Sample audits planned", {"Of what", "Audits"}, rows_of(period.audits)) +
          table("What audits found", {"What", "Number"},
                {{"Audits that accepted what they looked at", part(period.audits_accepted)},
                 {"Audits that were large enough", part(period.audits_significant)},
                 {"Deviations that they found", grouped(period.deviations)},
                 {"Audits of the system that it passed", part(period.system_checks_passed)},
                 {"Reviews of training records", grouped(period.training_reviews)},
                 {"Accesses without training found", grouped(period.untrained)}}));
}

}  // namespace

std::string rate_text(const PublicRate& rate) {
  return rate.of == 0 ? "none" : percent(rate.value, rate.of);
}

std::string plain_words(std::string_view word) {
  constexpr std::array<std::string_view, 6> kKept{"SVS", "NCIC", "CA", "DOJ", "BOLO", "DA"};
  std::string out;
  while (!word.empty()) {
    const std::string_view part = word.substr(0, word.find('_'));
    word.remove_prefix(std::min(word.size(), part.size() + 1));
    const bool kept = std::find(kKept.begin(), kKept.end(), part) != kKept.end();
    const bool first = out.empty();
    if (!first) out += ' ';
    for (std::size_t i = 0; i < part.size(); ++i) {
      const bool lower = !kept && !(first && i == 0) && part[i] >= 'A' && part[i] <= 'Z';
      out += lower ? static_cast<char>(part[i] - 'A' + 'a') : part[i];
    }
  }
  return out;
}

std::string public_sections(const PublicPeriod& period) {
  return deployed(period) + reads(period) + searches(period) + sharing(period) + retention(period) +
         audits(period);
}

}  // namespace alpr::forms
