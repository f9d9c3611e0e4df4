// Proves that the annual report's page is whole HTML that fetches and runs nothing, that everybody
// can read it, and that no text of the log becomes markup or a formula. By taking the page apart
// again, tag by tag.
#include "reports/forms/annual_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

#include "reports/forms/annual_sheet.h"
#include "reports/forms/csv.h"
#include "reports/forms/drawing.h"
#include "reports/forms/html_text.h"
#include "tests/reports/forms/sample_report.h"

namespace alpr::forms {
namespace {

using figures::AnnualReport;
using figures::Figure;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
constexpr TimeUs kFrom{1'767'225'600 * kSecondUs};  // 2026-01-01T00:00:00Z
const std::string kHostile = "<script>alert(1)</script>\"' &amp; \xD7\x90\xD7\x91 \x07";

AnnualReport report() {
  AnnualReport made = figures::AnnualFold({kFrom, {kFrom.value + 365 * kDayUs}})
                          .report({"made.example/log", 0, {}, {}});
  for (Figure& figure : made.figures) {
    if (figure.id == "B1.reads") figure.rows[0].value = 1'234'567;
    if (figure.id == "B1.hit-rate") figure.rows[0] = {"", 25, 100'000};
    if (figure.id == "B1.reads.month") figure.rows[0].value = 1'234'567;
    if (figure.id == "B1.reads.area") {
      figure.rows = {{kHostile, 3, {}}, {"=1+1", 4, {}}, {"", 5, {}}};
      figure.rows.push_back({std::string(400, 'W'), 6, {}});
    }
  }
  made.as_of = {made.until.value + kDayUs};
  return made;
}

struct Tag {
  std::string name;  // "/p" closes
  std::string attributes;
};
std::vector<Tag> tags_of(const std::string& html) {
  static const std::regex kTag("<(/?[a-zA-Z0-9]+)([^<>]*)>");
  std::vector<Tag> tags;
  for (auto it = std::sregex_iterator(html.begin(), html.end(), kTag); it != std::sregex_iterator();
       ++it)
    tags.push_back({(*it)[1], (*it)[2]});
  return tags;
}
std::string attribute(const Tag& tag, const std::string& name) {
  const std::regex pattern(" " + name + "=\"([^\"]*)\"");
  std::smatch found;
  return std::regex_search(tag.attributes, found, pattern) ? found[1].str() : "";
}

TEST(AnnualPage, IsWholeAndNested) {
  const std::string page = annual_page(report());
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
  std::vector<std::string> open;
  std::set<std::string> ids;
  for (const Tag& tag : tags_of(page)) {
    const std::string id = attribute(tag, "id");
    EXPECT_TRUE(id.empty() || ids.insert(id).second) << id;
    if (tag.name == "meta" || tag.attributes.ends_with("/")) continue;
    if (tag.name[0] != '/') {
      open.push_back(tag.name);
      continue;
    }
    ASSERT_FALSE(open.empty()) << tag.name;
    EXPECT_EQ("/" + open.back(), tag.name);
    open.pop_back();
  }
  EXPECT_TRUE(open.empty());
  for (const Tag& tag : tags_of(page)) {
    const std::string link = attribute(tag, "href");
    if (!link.empty()) EXPECT_TRUE(ids.contains(link.substr(1))) << link;
    const std::string label = attribute(tag, "aria-labelledby");
    if (!label.empty()) EXPECT_TRUE(ids.contains(label)) << label;
  }
}

TEST(AnnualPage, FetchesAndRunsNothing) {
  const std::string page = annual_page(report());
  for (const char* word : {"<script", "javascript:", "src=", "url(", "@import",
                           "http:", "https:", "<link", "<iframe", "<object", "onload", "onclick"})
    EXPECT_THAT(page, Not(HasSubstr(word)));
}

TEST(AnnualPage, TextOfTheLogIsNoMarkup) {
  const std::string page = annual_page(report());
  EXPECT_THAT(page, HasSubstr("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; &amp;amp; "
                              "\xD7\x90\xD7\x91 \xEF\xBF\xBD</bdi>"));
  EXPECT_EQ(escaped("a\tb\nc"), "a\tb\nc");
}

TEST(AnnualPage, EveryTableSaysWhatItIs) {
  const std::vector<Tag> tags = tags_of(annual_page(report()));
  std::size_t tables = 0;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (tags[i].name == "th") EXPECT_FALSE(attribute(tags[i], "scope").empty());
    if (tags[i].name == "svg") {
      EXPECT_EQ(attribute(tags[i], "role"), "img");
      EXPECT_FALSE(attribute(tags[i], "aria-label").empty());
    }
    if (tags[i].name != "table") continue;
    ++tables;
    ASSERT_LT(i + 1, tags.size());
    EXPECT_EQ(tags[i + 1].name, "caption");
  }
  EXPECT_GT(tables, 30U);
}

TEST(AnnualPage, I12_L_5_EveryElementHasItsHeading) {
  const std::string page = annual_page(report());
  for (const char letter : std::string("ABCDEFGHIJK"))
    EXPECT_THAT(page, HasSubstr(std::string("<h2 id=\"element-") + letter + "\">" + letter + ". "));
  EXPECT_THAT(page, HasSubstr("What complaints say and how each was answered"));
}

TEST(AnnualPage, I12_B_1_NumbersAreWrittenOut) {
  const std::string page = annual_page(report());
  EXPECT_THAT(page, HasSubstr("<td class=\"number\">1,234,567</td>"));
  EXPECT_THAT(page, HasSubstr("25 of 100,000 (0.03\xC2\xA0%)"));
  EXPECT_THAT(page, HasSubstr("<td class=\"number\">none</td>"));
  EXPECT_EQ(grouped(-1'234), "-1,234");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000'000), "1,000,000");
}

TEST(AnnualPage, ItSaysWhenTheYearIsNotOverAndWhenNothingHappened) {
  AnnualReport made = report();
  EXPECT_THAT(annual_page(made), Not(HasSubstr("class=\"warning\"")));
  made.as_of = made.from;
  EXPECT_THAT(annual_page(made), HasSubstr("The period is not over"));
  EXPECT_THAT(
      annual_page(made, {"event 7 is <altered>"}),
      HasSubstr("<p class=\"warning\">event 7 is &lt;altered&gt;</p>\n<p class=\"warning\">The"));
  made.simulated = true;
  EXPECT_THAT(annual_page(made), HasSubstr("Of a simulated log"));
  for (Figure& figure : made.figures)
    if (figure.needs_keys) {
      figure.computed = false;
      figure.rows.clear();
    }
  EXPECT_THAT(annual_page(made), HasSubstr("not counted without keys"));
}

TEST(AnnualPage, TheSameReportGivesTheSameBytes) {
  EXPECT_EQ(annual_page(report()), annual_page(report()));
}

// WCAG 2.1, "relative luminance".
double luminance(const std::string& hex) {
  const std::string full =
      hex.size() == 3 ? std::string{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]} : hex;
  double sum = 0;
  const double weights[] = {0.2126, 0.7152, 0.0722};
  for (std::size_t i = 0; i < 3; ++i) {
    const double part = std::stoi(full.substr(2 * i, 2), nullptr, 16) / 255.0;
    sum += weights[i] * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
  }
  return sum;
}
double contrast(const std::string& a, const std::string& b) {
  const double x = luminance(a) + 0.05;
  const double y = luminance(b) + 0.05;
  return std::max(x, y) / std::min(x, y);
}

TEST(AnnualPage, ColoursAreFarEnoughApart) {
  const std::string page = annual_page(report());
  const std::string style =
      page.substr(page.find("<style>"), page.find("</style>") - page.find("<style>"));
  const auto colour = [&](const std::string& rule) {
    const std::regex pattern(rule + "#([0-9a-f]{3,6})");
    std::smatch found;
    EXPECT_TRUE(std::regex_search(style, found, pattern)) << rule;
    return found.empty() ? std::string("000") : found[1].str();
  };
  const std::string text = colour(R"(body\{color:)");
  const std::string paper = colour(R"(body\{[^}]*background:)");
  EXPECT_GE(contrast(text, paper), 4.5);
  EXPECT_GE(contrast(text, colour(R"(thead th\{background:)")), 4.5);
  EXPECT_GE(contrast(colour(R"(a\{color:)"), paper), 4.5);
  EXPECT_GE(contrast(colour(R"(svg text\{fill:)"), paper), 4.5);
  EXPECT_GE(contrast(colour(R"(svg rect\{fill:)"), paper), 3.0);
  EXPECT_GE(contrast(colour(R"(svg polygon\{stroke:)"), paper), 3.0);
  for (int shade = 0; shade < kShades; ++shade)
    EXPECT_GE(contrast(text, colour("shade" + std::to_string(shade) + R"(\{fill:)")), 4.5);
  EXPECT_GE(contrast(colour(R"(th,td\{border:1px solid )"), paper), 3.0);
}

TEST(AnnualSheet, HasEveryRowAndNoFormula) {
  const AnnualReport made = report();
  const auto sheet = annual_sheet(made);
  ASSERT_TRUE(sheet.has_value());
  std::size_t rows = 1 + 7;  // the columns' names, and `about`
  for (const Figure& figure : made.figures) rows += std::max<std::size_t>(figure.rows.size(), 1);
  EXPECT_EQ(sheet->rows().size(), rows);
  const std::string csv = to_csv(*sheet);
  EXPECT_THAT(csv, HasSubstr("figure,B1.reads.area,'=1+1,4,"));
  EXPECT_THAT(csv, HasSubstr("figure,B1.hit-rate,,25,100000,"));
  EXPECT_THAT(csv, HasSubstr("about,log,,made.example/log,"));
}

TEST(AnnualSheet, I12_L_5_EarlierYearsHaveColumns) {
  const auto sheet = annual_sheet(testing::sample_report());
  ASSERT_TRUE(sheet.has_value());
  const std::string csv = to_csv(*sheet);
  EXPECT_THAT(csv, HasSubstr(",needs_keys,value from 2025-01-01,of from 2025-01-01,"
                             "value from 2024-01-01,of from 2024-01-01\r\n"));
  EXPECT_THAT(csv, HasSubstr("figure,B1.reads,,500000000,,Reads,"));
  EXPECT_THAT(csv, HasSubstr(",no,111111111,,222222222,\r\n"));
  EXPECT_THAT(csv, HasSubstr("figure,B1.reads.area,Former area,,,"));
  EXPECT_THAT(csv, HasSubstr(",no,17,,34,\r\n"));
  EXPECT_THAT(csv, ::testing::Not(HasSubstr("B1.reads.month,2025-"))) << "beside 2026's months";
}

TEST(AnnualPage, I12_L_5_EarlierYearsStandBesideTheYear) {
  const std::string page = annual_page(testing::sample_report());
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\">2026-01-01 to 2026-12-31</th>"
                              "<th scope=\"col\">2025-01-01 to 2025-12-31</th>"
                              "<th scope=\"col\">2024-01-01 to 2024-12-31</th>"));
  EXPECT_THAT(page,
              HasSubstr("<td class=\"number\">500,000,000</td><td class=\"number\">111,111,111"
                        "</td><td class=\"number\">222,222,222</td>"));
  EXPECT_THAT(page, HasSubstr("<bdi>Former area</bdi></th><td class=\"number\">none</td>"));
  EXPECT_THAT(page, HasSubstr("<figcaption>Reads, over the years</figcaption>"));
  EXPECT_LT(page.find(">2024-01-01 to 2024-12-31</text>"),
            page.find(">2026-01-01 to 2026-12-31</text>"));
  EXPECT_THAT(page, HasSubstr("Compared with 2 of 4 earlier years: the log began on 2024-05-11"));
  EXPECT_THAT(page, HasSubstr("The period 2024-01-01 to 2024-12-31 is counted from"));
}

}  // namespace
}  // namespace alpr::forms
