#include "reports/forms/public_site.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "reports/forms/html_text.h"
#include "reports/forms/page_style.h"
#include "reports/forms/public_sections.h"

namespace alpr::forms {
namespace {

constexpr std::size_t kColumnsMax = 5;  // columns of the table of periods

std::string day(TimeUs time) { return chain::format_time(time).substr(0, 10); }
std::string days(const PublicPeriod& period) {
  return day(period.from) + " to " + day({period.until.value - 1});
}
std::string page_name(const PublicPeriod& period) {
  return "periods/" + day(period.from) + "-" + day({period.until.value - 1}) + ".html";
}

std::string notices(const PublicPeriod& period) {
  std::string html;
  if (period.simulated)
    html += "<p class=\"warning\">Of a simulated log: none of this happened.</p>\n";
  if (period.as_of < period.until)
    html +=
        "<p class=\"warning\">The period is not over: what came after the checkpoint is not on "
        "this page.</p>\n";
  return html;
}

// A column for each of the newest periods.
std::string comparison(const PublicSite& site) {
  const std::size_t columns = std::min(site.periods.size(), kColumnsMax);
  if (columns < 2) return "";
  std::string html =
      "<section aria-labelledby=\"periods\">\n<h2 id=\"periods\">Periods side by side</h2>\n"
      "<div class=\"wide\" role=\"region\" aria-labelledby=\"periods\" tabindex=\"0\">\n<table>\n"
      "<caption>Periods</caption>\n<thead><tr><th scope=\"col\">What</th>";
  for (std::size_t i = 0; i < columns; ++i)
    html += "<th scope=\"col\">" + days(site.periods[i]) + "</th>";
  html += "</tr></thead>\n<tbody>\n";
  const auto row = [&](std::string_view name, const auto& value) {
    html += fmt::format("<tr><th scope=\"row\">{}</th>", name);
    for (std::size_t i = 0; i < columns; ++i)
      html += "<td class=\"number\">" + value(site.periods[i]) + "</td>";
    html += "</tr>\n";
  };
  row("Reads", [](const PublicPeriod& p) { return grouped(p.reads); });
  row("Hits", [](const PublicPeriod& p) { return grouped(p.hits); });
  row("Hit rate", [](const PublicPeriod& p) { return rate_text(p.hit_rate); });
  row("Misread rate", [](const PublicPeriod& p) { return rate_text(p.misread_rate); });
  row("Searches", [](const PublicPeriod& p) { return grouped(p.queries); });
  row("Searches refused", [](const PublicPeriod& p) { return grouped(p.queries_refused); });
  row("Reads given to others", [](const PublicPeriod& p) { return grouped(p.reads_released); });
  row("Holds in force at the end", [](const PublicPeriod& p) { return grouped(p.holds_in_force); });
  row("Overdue purges", [](const PublicPeriod& p) { return grouped(p.overdue); });
  return html + "</tbody>\n</table>\n</div>\n</section>\n";
}

std::string other_pages(const PublicSite& site, std::size_t shown) {
  if (site.periods.size() < 2) return "";
  const std::string up = shown == 0 ? "" : "../";
  std::string html = "<nav aria-label=\"Periods\">\n<ul>\n";
  for (std::size_t i = 0; i < site.periods.size(); ++i) {
    const std::string name = days(site.periods[i]);
    html += i == shown ? "<li aria-current=\"page\">" + name + "</li>\n"
                       : fmt::format("<li><a href=\"{}{}\">{}</a></li>\n", up,
                                     i == 0 ? "index.html" : page_name(site.periods[i]), name);
  }
  return html + "</ul>\n</nav>\n";
}

std::string term(std::string_view name, std::string_view value) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(value));
}

std::string checking(const PublicSite& site, const PublicPeriod& period, bool first_page) {
  std::string html =
      "<section aria-labelledby=\"check\">\n<h2 id=\"check\">How to check this page</h2>\n"
      "<p>Every number is counted from the department's log, an append-only record that is signed "
      "and that anybody entitled to it can count again. This page holds at this checkpoint:</p>\n"
      "<dl>\n";
  html += term("Log", site.origin);
  html += term("Events", grouped(period.size));
  html += term("Root", chain::hex(period.root));
  html += term("Last event", chain::format_time(period.as_of));
  html += "</dl>\n";
  if (site.checkpoint && first_page) {
    html += fmt::format(
        "<p>The current checkpoint, of {} events, is in <a href=\"checkpoint.txt\">checkpoint.txt"
        "</a>. Keep a copy: from then on the log cannot be cut or rewritten before it without your "
        "seeing it. It is signed with this key, which you should also ask somebody else for:</p>\n"
        "<pre>{}</pre>\n<pre>{}</pre>\n",
        grouped(site.checkpoint->size), escaped(site.checkpoint->vkey),
        escaped(site.checkpoint->note));
  }
  html +=
      "<ol>\n<li>Ask the Privacy Advisory Commission for the annual report of this period as JSON, "
      "and for a bundle of the log.</li>\n"
      "<li><code>plateledger-verify --bundle BUNDLE --key KEY --since CHECKPOINT</code> says "
      "whether the log is whole and goes on from the checkpoint that you kept.</li>\n"
      "<li><code>plateledger-verify report FILE --bundle BUNDLE --key KEY</code> counts every "
      "figure again and names each that differs.</li>\n"
      "<li><code>plateledger report public --report FILE --out DIR</code> makes this site from the "
      "report, byte for byte.</li>\n</ol>\n"
      "<p>Times and months are UTC. Rates have 95 % intervals (Clopper and Pearson), rounded "
      "outwards: so far chance alone could move them. What the log cannot prove, its threat model "
      "says.</p>\n</section>\n";
  return html;
}

std::string page(const PublicSite& site, std::size_t shown) {
  const PublicPeriod& period = site.periods[shown];
  std::string html = page_begin("Licence plate readers in public, " + days(period));
  html += "<header>\n<h1>Licence plate readers in public: " + days(period) + "</h1>\n";
  html += notices(period) +
          "<p>What the police department's licence plate readers did, counted from its log. No "
          "plate, person or case is named on these pages.</p>\n</header>\n<main>\n";
  html += other_pages(site, shown);
  if (shown == 0) html += comparison(site);
  html += public_sections(period);
  return html + checking(site, period, shown == 0) + "</main>\n" + std::string(kPageEnd);
}

Result<SiteCheckpoint> checked(const CheckpointGiven& given, const PublicSite& site) {
  const auto head = chain::open_checkpoint(given.note, site.origin, {given.key});
  if (!head) return fail(head.error().code, "checkpoint: " + head.error().detail);
  SiteCheckpoint checkpoint{given.note, chain::format_vkey(given.key),
                            static_cast<std::int64_t>(head->size), head->root};
  for (const PublicPeriod& period : site.periods) {
    if (period.size > checkpoint.size)
      return fail(ErrorCode::kMalformed,
                  fmt::format("checkpoint: it is of {} events, and a report of {}: bring a newer "
                              "one",
                              checkpoint.size, period.size));
    if (period.size == checkpoint.size && period.root != checkpoint.root)
      return fail(ErrorCode::kMalformed,
                  "checkpoint: a report of as many events has another root: it is of another "
                  "history");
  }
  return checkpoint;
}

}  // namespace

Result<PublicSite> gather_site(const std::vector<figures::AnnualReport>& reports,
                               const std::optional<CheckpointGiven>& checkpoint) {
  if (reports.empty() || reports.size() > kSitePeriodsMax)
    return fail(ErrorCode::kMalformed,
                fmt::format("a site is of 1 to {} reports", kSitePeriodsMax));
  PublicSite site;
  site.origin = reports.front().origin;
  if (!chain::valid_key_name(site.origin))
    return fail(ErrorCode::kMalformed, "the first report's origin is no name of a log");
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const auto which = [&](std::string_view what) {
      return fail(ErrorCode::kMalformed, fmt::format("report {}: {}", i + 1, what));
    };
    if (reports[i].origin != site.origin)
      return which("it is of another log than the first: " + reports[i].origin);
    auto period = public_period(reports[i]);
    if (!period) return which(period.error().detail);
    site.periods.push_back(std::move(*period));
  }
  std::sort(site.periods.begin(), site.periods.end(),
            [](const PublicPeriod& a, const PublicPeriod& b) { return b.from < a.from; });
  for (std::size_t i = 1; i < site.periods.size(); ++i) {
    if (site.periods[i - 1].from < site.periods[i].until)
      return fail(ErrorCode::kMalformed, "two reports' periods overlap: " + days(site.periods[i]) +
                                             " and " + days(site.periods[i - 1]));
  }
  if (checkpoint) {
    auto held = checked(*checkpoint, site);
    if (!held) return tl::unexpected(held.error());
    site.checkpoint = std::move(*held);
  }
  return site;
}

std::vector<SiteFile> site_files(const PublicSite& site) {
  std::vector<SiteFile> files{{"index.html", page(site, 0)}};
  for (std::size_t i = 1; i < site.periods.size(); ++i)
    files.push_back({page_name(site.periods[i]), page(site, i)});
  if (site.checkpoint) files.push_back({"checkpoint.txt", site.checkpoint->note});
  return files;
}

}  // namespace alpr::forms
