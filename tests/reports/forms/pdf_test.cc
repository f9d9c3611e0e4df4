// Proves that the report's PDF is the same for the same report, has bookmarks, tags and a language,
// and takes whatever a report can hold. By reading its bytes; what other programs see in it,
// looks_test looks at.
#include "reports/forms/pdf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/forms/annual_document.h"
#include "reports/forms/pdf_catalog.h"
#include "tests/reports/forms/sample_report.h"

namespace alpr::forms::testing {
namespace {

using figures::AnnualReport;
using ::testing::HasSubstr;

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

Document small() {
  Document document{"Title", "Subject", "Footer", kFrom, {}};
  document.blocks = {Heading{1, "One", "one"}, Paragraph{Paragraph::Kind::kNormal, "Text."}};
  return document;
}

TEST(Pdf, I12_L_5_TheSameReportGivesTheSameBytes) {
  const Document document = annual_document(sample_report());
  const auto pdf = to_pdf(document);
  ASSERT_TRUE(pdf.has_value()) << pdf.error().detail;
  EXPECT_EQ(*pdf, *to_pdf(document));
  Document later = document;
  later.made_at.value += kDayUs;
  EXPECT_NE(*pdf, *to_pdf(later)) << "it is dated by the checkpoint";
}

TEST(Pdf, I12_L_5_IsTaggedAndHasABookmarkForEachHeading) {
  const Document document = annual_document(sample_report());
  const auto pdf = to_pdf(document);
  ASSERT_TRUE(pdf.has_value()) << pdf.error().detail;
  for (const char* text :
       {"%PDF-1.5", "/Marked true", "/Lang (en-US)", "/DisplayDocTitle true", "/StructTreeRoot",
        "/S /H1", "/S /H2", "/S /Table", "/S /TH", "/S /TD", "/S /Figure"})
    EXPECT_THAT(*pdf, HasSubstr(text));
  // Bookmarks and lines of the contents lead somewhere.
  std::size_t leads = 0;
  for (const Block& block : document.blocks)
    leads += std::holds_alternative<Heading>(block) || std::holds_alternative<ContentsLine>(block);
  EXPECT_EQ(times(*pdf, "/Dest "), leads);
}

TEST(Pdf, TakesWhateverAReportHolds) {
  Document document = small();
  document.title = "\xD7\x90 & <b> \x07";
  for (const std::string& text :
       {kHebrew, kMarkup, std::string(100'000, 'W'), std::string(), std::string("a\nb\r\tc"),
        std::string("\xF0\x9F\x9A\x97 \xE2\x80\xAE"
                    "dlrow\xE2\x80\xAC")}) {
    document.blocks.push_back(Heading{2, text, "two"});
    document.blocks.push_back(Paragraph{Paragraph::Kind::kWarning, text});
    document.blocks.push_back(DocumentTable{text, {{text, 1}, {text, 2, true}}, {{text, text}}});
  }
  document.blocks.push_back(DocumentTable{"", {{"empty", 1}}, {}});
  const auto pdf = to_pdf(document);
  ASSERT_TRUE(pdf.has_value()) << pdf.error().detail;
  EXPECT_LT(pdf->size(), std::size_t{4} << 20);
}

TEST(Pdf, I12_L_5_AYearWithoutDataIsPrintedToo) {
  const AnnualReport nothing = figures::AnnualFold({kFrom, {kFrom.value + 365 * kDayUs}})
                                   .report({"made.example/log", 0, {}, {}});
  const auto pdf = to_pdf(annual_document(nothing, {"event 7 was altered"}));
  ASSERT_TRUE(pdf.has_value()) << pdf.error().detail;
  EXPECT_EQ(times(*pdf, "/S /Figure"), 0U) << "nothing to draw";
  EXPECT_GT(times(*pdf, "/S /Table"), 30U);
}

TEST(Pdf, HasABound) {
  Document document = small();
  DocumentTable table{"", {{"Which", 1}}, {}};
  table.rows.assign(kPdfRowsMax + 1, {"x"});
  document.blocks.push_back(std::move(table));
  const auto pdf = to_pdf(document);
  ASSERT_FALSE(pdf.has_value());
  EXPECT_EQ(pdf.error().code, ErrorCode::kTooLarge);
}

TEST(Pdf, ACatalogThatIsNotThereIsNotAddedTo) {
  for (const char* bytes :
       {"", "%PDF-1.5\n", "trailer /Root 1 0 R /Info 2 0 R /Size 3 startxref 9"})
    EXPECT_FALSE(with_catalog(bytes).has_value()) << bytes;
}

}  // namespace
}  // namespace alpr::forms::testing
