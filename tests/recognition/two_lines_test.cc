// Proves that a plate in two lines is read as one or said to be unsure, never as its clearer half,
// and that small letters beside a line are no part of it. Draws plates in two lines, and lines with
// letters stacked beside them, in several sizes and shades.
#include "recognition/two_lines.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <random>
#include <string>

#include "recognition/confidence.h"
#include "recognition/plate_font.h"
#include "recognition/read.h"

namespace alpr::recognition {
namespace {

// From the left: each character `style.width` wide, a fifth of that apart.
void write_line(cv::Mat& ink, const std::string& text, cv::Point2f at, const GlyphStyle& style) {
  for (const char c : text) {
    draw_glyph(ink, c, at, style);
    at.x += style.width * 1.2F;
  }
}

float width_of(const std::string& text, const GlyphStyle& style) {
  return style.width * (1.2F * static_cast<float>(text.size()) - 0.2F);
}

cv::Mat street(const cv::Mat& ink, const cv::Rect& plate, int paper) {
  cv::Mat picture(ink.size(), CV_8U, cv::Scalar(90));
  cv::rectangle(picture, plate, cv::Scalar(paper), -1);
  cv::rectangle(picture, plate, cv::Scalar(paper / 2), 2);
  picture.setTo(25, ink > 127);
  cv::GaussianBlur(picture, picture, {0, 0}, 0.8);
  return picture;
}

cv::Mat two_line_plate(const std::string& upper, const std::string& lower, float height,
                       int paper) {
  cv::Mat ink = cv::Mat::zeros(480, 640, CV_8U);
  const GlyphStyle style{height * 0.56F, height, height * 0.14F};
  const float wide = std::max(width_of(upper, style), width_of(lower, style));
  const cv::Point2f corner(300 - wide / 2, 240 - 1.2F * height);
  write_line(ink, upper, {corner.x + (wide - width_of(upper, style)) / 2, corner.y}, style);
  write_line(ink, lower,
             {corner.x + (wide - width_of(lower, style)) / 2, corner.y + 1.25F * height}, style);
  const cv::Rect plate(cvRound(corner.x - 0.5F * height), cvRound(corner.y - 0.3F * height),
                       cvRound(wide + height), cvRound(2.85F * height));
  return street(ink, plate, paper);
}

struct TwoLines {
  const char* upper;
  const char* lower;
};

TEST(TwoLines, I12_D_1_APlateInTwoLinesIsReadWholeOrSaidToBeUnsure) {
  cv::setNumThreads(1);
  Result<PlateReader> reader = PlateReader::create();
  ASSERT_TRUE(reader) << reader.error().detail;
  const TwoLines plates[] = {{"SV", "084"},   {"PEF", "5796"}, {"UT", "6839"}, {"DH15", "USW"},
                             {"TDB", "5085"}, {"RX", "9193"},  {"TLV", "338"}, {"VZV", "7957"},
                             {"HB", "816"},   {"BA51", "SJZ"}, {"KGJ", "682"}, {"LY", "577"}};
  int whole = 0;
  int photos = 0;
  for (const TwoLines& plate : plates) {
    for (const float height : {24.0F, 40.0F}) {
      const std::string text = std::string(plate.upper) + plate.lower;
      const auto read =
          reader->read(two_line_plate(plate.upper, plate.lower, height, 170 + photos % 4 * 25));
      ASSERT_TRUE(read) << read.error().detail;
      ++photos;
      whole += !read->empty() && read->front().text == text ? 1 : 0;
      for (const PlateCandidate& one : *read) {
        if (one.confidence_ppm >= kSurePpm) {
          EXPECT_EQ(one.text, text) << "at " << one.confidence_ppm;
        }
      }
    }
  }
  EXPECT_GE(whole, photos * 3 / 4);
}

TEST(TwoLines, I12_D_1_SmallLettersBesideALineAreLeftOutOrMakeItUnsure) {
  cv::setNumThreads(1);
  Result<PlateReader> reader = PlateReader::create();
  ASSERT_TRUE(reader) << reader.error().detail;
  const std::string plates[] = {"72584", "38871", "75249", "4280K", "AB724", "88213"};
  const std::string beside[] = {"RT", "VF", "US", "DV", "EX", "PH"};
  int right = 0;
  for (std::size_t i = 0; i < std::size(plates); ++i) {
    cv::Mat ink = cv::Mat::zeros(480, 640, CV_8U);
    const GlyphStyle style{26, 52, 7};
    const GlyphStyle small{17, 23, 4.5F};
    write_line(ink, plates[i], {240, 200}, style);
    draw_glyph(ink, beside[i][0], {210, 200}, small);
    draw_glyph(ink, beside[i][1], {210, 229}, small);
    const auto read = reader->read(street(ink, {180, 150, 260, 140}, 220));
    ASSERT_TRUE(read) << read.error().detail;
    if (read->empty()) continue;
    right += read->front().text == plates[i] ? 1 : 0;
    if (read->front().confidence_ppm >= kSurePpm) {
      EXPECT_EQ(read->front().text, plates[i]) << read->front().confidence_ppm;
    }
  }
  EXPECT_GE(right, 4);
}

TEST(TwoLines, OnlyLinesThatLieCloseAboveEachOtherAndAreAlikeBelongTogether) {
  const LineCandidate line{{100, 100}, {40, 0}, {0, 10}, 1};
  const auto moved = [&](float x, float y, float height) {
    LineCandidate other = line;
    other.centre += cv::Point2f(x, y);
    other.down *= height;
    return other;
  };
  EXPECT_TRUE(stacked(line, moved(0, 25, 1)));
  EXPECT_TRUE(stacked(line, moved(10, -28, 1.2F)));
  EXPECT_FALSE(stacked(line, moved(0, 45, 1)));    // a line between them
  EXPECT_FALSE(stacked(line, moved(0, 12, 1)));    // the same line
  EXPECT_FALSE(stacked(line, moved(60, 25, 1)));   // another plate beside
  EXPECT_FALSE(stacked(line, moved(0, 25, 0.5)));  // small print
  LineCandidate turned = moved(0, 25, 1);
  turned.along = {30, 26};
  EXPECT_FALSE(stacked(line, turned));
}

TEST(TwoLines, TheUpperLineComesFirstAndBothMustBeRight) {
  const LineCandidate upper{{100, 100}, {40, 0}, {0, 10}, 1};
  LineCandidate lower = upper;
  lower.centre.y += 26;
  const PlateCandidate half{"5796", 900'000, {}, {{"5798", 50'000}}};
  const ReadLine below = joined({lower, half}, upper, {{"PEF", 0.95}, {"FEF", 0.03}});
  EXPECT_EQ(below.plate.text, "PEF5796");
  EXPECT_LT(below.plate.confidence_ppm, 900'000);
  EXPECT_GT(below.plate.confidence_ppm, 800'000);
  ASSERT_FALSE(below.plate.alternatives.empty());
  EXPECT_LT(below.plate.box[0].y, 90);
  EXPECT_GT(below.plate.box[2].y, 136);
  const ReadLine above = joined({upper, half}, lower, {{"PEF", 0.95}});
  EXPECT_EQ(above.plate.text, "5796PEF");
  // What no register gives out is less sure than its halves.
  const ReadLine odd = joined({upper, half}, lower, {{"Z9Z9Z", 0.99}});
  EXPECT_LT(odd.plate.confidence_ppm, 500'000);
}

}  // namespace
}  // namespace alpr::recognition
