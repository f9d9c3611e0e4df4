// Proves that the report's page, its PDF and the public site can be looked at: everything is within
// the page, nothing lies over anything else, the text is there, no browser complains. With a
// browser without a window, on a phone's and a desk's width, and with poppler's programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "reports/forms/annual_document.h"
#include "reports/forms/annual_page.h"
#include "reports/forms/pdf.h"
#include "reports/forms/public_site.h"
#include "tests/reports/forms/look.h"
#include "tests/reports/forms/sample_report.h"

namespace alpr::forms::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kPhone = 360;
constexpr int kDesk = 1280;

class PdfLook : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_there("pdftotext") || !is_there("pdfinfo"))
      GTEST_SKIP() << "pdftotext and pdfinfo (poppler-utils) are not here to look with";
    const auto pdf = to_pdf(annual_document(sample_report()));
    ASSERT_TRUE(pdf.has_value()) << pdf.error().detail;
    file_ = scratch_.keep("report.pdf", *pdf);
  }
  std::string told(const std::string& command) const {
    const Said said = shell(command);
    EXPECT_EQ(said.code, 0) << command << "\n" << said.out;
    EXPECT_THAT(said.out, Not(HasSubstr("Error"))) << command;
    return said.out;
  }
  Scratch scratch_;
  std::string file_;
};

TEST_F(PdfLook, I12_L_5_HasTheTextOfTheReport) {
  const std::string text = told("pdftotext -layout " + file_ + " -");
  for (const char* part :
       {"Licence plate readers: annual surveillance", "2026-01-01 to", "500,000,000", "111,111,111",
        "222,222,222", "A. Use, and type and quantity of data", "K. Changes of the policy",
        "Compared with 2 of 4 earlier years", "Former area", "<script>alert(1)</script>", "=1+1",
        "Beat 59X", "(0.16"})
    EXPECT_THAT(text, HasSubstr(part));
  for (const std::string& letter : {kHebrew.substr(0, 2), kHebrew.substr(6, 2)})
    EXPECT_THAT(text, HasSubstr(letter)) << "Hebrew";
}

TEST_F(PdfLook, I12_L_5_HasPagesTagsAndPlacesToGoTo) {
  const std::string info = told("pdfinfo " + file_);
  for (const char* part : {"Title:           Licence plate readers: annual", "Tagged:          yes",
                           "612 x 792 pts (letter)", "JavaScript:      no"})
    EXPECT_THAT(info, HasSubstr(part));
  std::smatch pages;
  ASSERT_TRUE(std::regex_search(info, pages, std::regex("Pages: +([0-9]+)")));
  EXPECT_THAT(told("pdftotext -layout " + file_ + " -"),
              HasSubstr("Page " + pages[1].str() + " of " + pages[1].str()));
  const std::string places = told("pdfinfo -dests " + file_);
  for (const char letter : std::string("ABCDEFGHIJK"))
    EXPECT_THAT(places, HasSubstr(std::string("\"element-") + letter + "\""));
  const std::string tags = told("pdfinfo -struct " + file_);
  for (const char* tag : {"H1 (block)", "H2 (block)", "H3 (block)", "P (block)", "Table (block)",
                          "TR", "TH", "TD", "Link", "Figure"})
    EXPECT_THAT(tags, HasSubstr(tag));
}

// Half an inch of every page stays white, and no word is cut off.
TEST_F(PdfLook, EveryWordIsWithinThePage) {
  const std::string words = told("pdftotext -bbox " + file_ + " -");
  const std::regex box(
      "<word xMin=\"([-0-9.]+)\" yMin=\"([-0-9.]+)\" xMax=\"([-0-9.]+)\" yMax=\"([-0-9.]+)\">");
  std::size_t seen = 0;
  for (auto it = std::sregex_iterator(words.begin(), words.end(), box);
       it != std::sregex_iterator(); ++it, ++seen) {
    EXPECT_GE(std::stod((*it)[1]), 53) << it->str();
    EXPECT_GE(std::stod((*it)[2]), 36) << it->str();
    EXPECT_LE(std::stod((*it)[3]), 612 - 53) << it->str();
    EXPECT_LE(std::stod((*it)[4]), 792 - 30) << it->str();
  }
  EXPECT_GT(seen, 2'000U);
}

// A map's shapes are where they belong and nowhere else: as a picture, a point of it each.
TEST_F(PdfLook, I12_C3_2_AMapIsDrawnInItsPlaceAlone) {
  if (!is_there("pdftoppm")) GTEST_SKIP() << "pdftoppm (poppler-utils) is not here to look with";
  Document document;
  document.title = document.footer = "map";
  document.blocks = {Paragraph{Paragraph::Kind::kNormal, "above it"},
                     Drawing{"map",
                             360,
                             400,
                             {},
                             {},
                             {{{{200, 100}, {300, 100}, {300, 300}, {200, 300}}, kShades - 1}}}};
  const auto pdf = to_pdf(document);
  ASSERT_TRUE(pdf.has_value()) << pdf.error().detail;
  const std::string picture = (scratch_.path() / "map").string();
  told("pdftoppm -gray -r 72 -singlefile " + scratch_.keep("map.pdf", *pdf) + " " + picture);
  const std::string pgm = file_text(picture + ".pgm");
  const std::string head = "P5\n612 792\n255\n";
  ASSERT_EQ(pgm.substr(0, head.size()), head);
  const auto shade_at = [&](std::size_t x, std::size_t y) {
    return static_cast<unsigned char>(pgm.at(head.size() + 612 * y + x));
  };
  // The page's margin is 54 points, and the line above it about 20 high.
  EXPECT_LT(shade_at(54 + 250, 54 + 20 + 200), 200) << "in the middle of it";
  for (std::size_t y = 90; y < 600; y += 3) {
    for (std::size_t x = 56; x < 54 + 198; x += 3) EXPECT_GT(shade_at(x, y), 250) << x << "," << y;
    for (std::size_t x = 54 + 303; x < 550; x += 3) EXPECT_GT(shade_at(x, y), 250) << x << "," << y;
  }
}

// What a page tells of itself to the page around it. Not part of any page of ours.
constexpr std::string_view kMeasure = R"(<script>
function inside_wide(e) { return e.closest('.wide') !== null; }
addEventListener('load', () => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push('scrolls sideways: ' + root.scrollWidth);
  for (const e of document.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect();
    if (!inside_wide(e) && box.right > innerWidth + 1) faults.push('too wide: ' + e.tagName);
    if (box.width > 0 && box.left < -1) faults.push('cut off left: ' + e.tagName);
  }
  for (const cell of document.querySelectorAll('th,td'))
    if (cell.scrollWidth > cell.clientWidth + 1) faults.push('over its cell: ' + cell.textContent);
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect());
    const bars = [...svg.querySelectorAll('rect')].map(b => b.getBoundingClientRect());
    for (const t of texts) {
      for (const o of texts)
        if (o !== t && t.left + 1 < o.right && o.left + 1 < t.right && t.top + 4 < o.bottom &&
            o.top + 4 < t.bottom) faults.push('label over a label');
      if (t.right > frame.right + 1 || t.left < frame.left - 1) faults.push('label outside');
      for (const b of bars)
        if (b.width > 0 && t.left < b.right && b.left < t.right && t.top + 3 < b.bottom &&
            b.top < t.bottom - 3) faults.push('label over a bar');
    }
  }
  const seen = document.querySelectorAll('table').length + ' tables, ' +
      document.querySelectorAll('svg').length + ' drawings';
  parent.postMessage(seen + ': ' + (faults.slice(0, 9).join('; ') || 'no fault'), '*');
});
</script>)";

class PageLook : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_there("chromium")) GTEST_SKIP() << "chromium is not here to look with";
  }
  Said browse(const std::string& arguments) const {
    return shell(
        "timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars "
        "--no-first-run --virtual-time-budget=5000 --user-data-dir=" +
        (scratch_.path() / "profile").string() + " " + arguments);
  }
  // Within a frame of this width, for no window is as narrow as a phone.
  std::string measured(std::string page, int width) const {
    const std::size_t policy = page.find("<meta http-equiv=\"Content-Security-Policy\"");
    EXPECT_NE(policy, std::string::npos);
    page.erase(policy, page.find('\n', policy) - policy);  // it would keep the measure out
    page.insert(page.find("</body>"), kMeasure);
    scratch_.keep("page.html", page);
    const std::string outer =
        scratch_.keep("outer.html",
                      "<!DOCTYPE html><body><p id=\"said\">nothing</p><script>onmessage=e=>{"
                      "document.getElementById('said').textContent=e.data}</script><iframe "
                      "src=\"page.html\" style=\"border:0;height:4000px;width:" +
                          std::to_string(width) + "px\"></iframe></body>");
    const Said said = browse("--dump-dom 'file://" + outer + "' 2>/dev/null");
    std::smatch found;
    EXPECT_TRUE(std::regex_search(said.out, found, std::regex("<p id=\"said\">([^<]*)</p>")))
        << said.out.substr(0, 2'000);
    return found.empty() ? "" : found[1].str();
  }
  // What a browser complains of in a page as it is.
  std::string complaints(const std::string& page) const {
    const std::string file = scratch_.keep("complaints.html", page);
    const Said said = browse("--enable-logging=stderr --dump-dom 'file://" + file + "'");
    EXPECT_EQ(said.code, 0);
    EXPECT_THAT(said.out, HasSubstr("</html>"));
    std::string all;
    std::istringstream lines(said.out);
    for (std::string line; std::getline(lines, line);)
      if (line.find("CONSOLE") != std::string::npos) all += line + "\n";
    return all;
  }
  static std::string site() {
    const auto gathered = gather_site({sample_report(/*compared=*/false)}, std::nullopt);
    EXPECT_TRUE(gathered.has_value()) << gathered.error().detail;
    return site_files(*gathered)[0].bytes;
  }
  Scratch scratch_;
};

TEST_F(PageLook, I12_L_5_TheReportIsReadableOnAPhoneAndAtADesk) {
  const std::string page = annual_page(sample_report());
  for (const int width : {kPhone, kDesk}) {
    const std::string said = measured(page, width);
    EXPECT_THAT(said, HasSubstr("8 drawings: no fault")) << width;
  }
  EXPECT_EQ(complaints(page), "");
}

TEST_F(PageLook, I12_L_5_ThePublicSiteIsReadableOnAPhoneAndAtADesk) {
  for (const int width : {kPhone, kDesk})
    EXPECT_THAT(measured(site(), width), HasSubstr("6 drawings: no fault")) << width;
  EXPECT_EQ(complaints(site()), "");
}

// The measure itself is seen to find what it looks for.
TEST_F(PageLook, TheMeasureFindsFaults) {
  std::string page = site();
  page.insert(page.find("</main>"), "<p style=\"width:2000px\">wide</p>");
  EXPECT_THAT(measured(page, kDesk), HasSubstr("scrolls sideways"));
  page = site();
  page.insert(page.find("</main>"),
              "<svg width=\"90\" height=\"20\"><rect width=\"50\" height=\"20\"/><text x=\"20\" "
              "y=\"15\">over</text></svg>");
  EXPECT_THAT(measured(page, kDesk), HasSubstr("label over a bar"));
  page = site();
  page.insert(page.find("</main>"),
              "<svg width=\"90\" height=\"20\"><text y=\"15\">one</text><text x=\"9\" "
              "y=\"15\">two</text></svg>");
  EXPECT_THAT(measured(page, kDesk), HasSubstr("label over a label"));
  page = site();
  page.insert(page.find("</main>"), "<script src=\"none.js\"></script>");
  EXPECT_NE(complaints(page), "");
}

TEST_F(PageLook, I12_L_5_ThePagePrints) {
  if (!is_there("pdftotext")) GTEST_SKIP() << "pdftotext (poppler-utils) is not here to look with";
  const std::string file = scratch_.keep("page.html", annual_page(sample_report()));
  const std::string pdf = (scratch_.path() / "page.pdf").string();
  ASSERT_EQ(browse("--print-to-pdf=" + pdf + " 'file://" + file + "'").code, 0);
  const std::string text = shell("pdftotext -layout " + pdf + " -").out;
  for (const char* part : {"500,000,000", "K. Changes of the policy", "Former area"})
    EXPECT_THAT(text, HasSubstr(part));
}

}  // namespace
}  // namespace alpr::forms::testing
