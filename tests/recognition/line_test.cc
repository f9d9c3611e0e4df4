// Proves that lines of characters are found, cut out and read where they are small, tilted, dark or
// light, that clutter stays silent, and that confidence and patterns weigh as they say. Draws
// plates with the project's own strokes, from fixed seeds.
#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>

#include "recognition/confidence.h"
#include "recognition/detect.h"
#include "recognition/line_network.h"
#include "recognition/plate_font.h"
#include "recognition/rectify.h"
#include "recognition/syntax.h"

namespace alpr::recognition {
namespace {

struct PlateStyle {
  float width = 160;  // of the plate, pixels
  double degrees = 0;
  int paper = 225;
  int ink = 40;
};

// A gray car with a plate in the middle of a 640 x 360 picture.
cv::Mat car_with(const std::string& text, const PlateStyle& style) {
  constexpr int kFine = 4;  // drawn larger and shrunk, as a lens does
  const float width = style.width * kFine;
  const float height = width / 2;
  cv::Mat ink = cv::Mat::zeros(360 * kFine, 640 * kFine, CV_8U);
  cv::Mat picture(ink.size(), CV_8U, cv::Scalar(110));
  const cv::Point2f middle(320.0F * kFine, 180.0F * kFine);
  cv::rectangle(picture, cv::Rect2f(0, middle.y + height, 640 * kFine, 30 * kFine), 70, -1);
  cv::rectangle(picture, cv::Rect2f(middle.x - width / 2, middle.y - height / 2, width, height),
                style.paper, -1);
  const float tall = height * 0.44F;
  const float step = width * 0.9F / static_cast<float>(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    draw_glyph(ink, text[i],
               {middle.x - width * 0.45F + step * static_cast<float>(i) + step * 0.1F,
                middle.y - tall / 2},
               GlyphStyle{step * 0.8F, tall, tall * 0.14F});
  }
  picture.setTo(style.ink, ink > 127);
  const cv::Mat turn = cv::getRotationMatrix2D(middle, style.degrees, 1);
  cv::warpAffine(picture, picture, turn, picture.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  cv::resize(picture, picture, {640, 360}, 0, 0, cv::INTER_AREA);
  return picture;
}

LineCandidate best_line(const cv::Mat& picture) {
  static LineDetector detector = LineDetector::load().value();
  const auto lines = detector.find(picture, Detection::kUsual);
  EXPECT_TRUE(lines) << lines.error().detail;
  return lines && !lines->empty() ? lines->front() : LineCandidate{};
}

std::string read_at(const cv::Mat& picture, const LineCandidate& line) {
  static LineNetwork network = LineNetwork::load().value();
  const auto image = rectify(picture, line);
  if (!image) return image.error().detail;
  const auto reading = network.read(image->gray);
  return reading && !reading->texts.empty() ? reading->texts.front().text : "none";
}

void expect_in_the_middle(const LineCandidate& line, const PlateStyle& style) {
  EXPECT_NEAR(line.centre.x, 320, style.width * 0.08F);
  EXPECT_NEAR(line.centre.y, 180, style.width * 0.08F);
  EXPECT_NEAR(line.length() / (style.width * 0.9F), 1, 0.25);
  EXPECT_NEAR(line.height() / (style.width * 0.22F), 1, 0.3);
  EXPECT_NEAR(std::atan2(-line.along.y, line.along.x) * 180 / CV_PI, style.degrees, 6);
}

TEST(Detector, I12_D_1_FindsPlatesTiltedBy30DegreesAndReadsThem) {
  for (const double degrees : {-30.0, -15.0, 0.0, 15.0, 30.0}) {
    const PlateStyle style{.degrees = degrees};
    const cv::Mat picture = car_with("6TRJ244", style);
    const LineCandidate line = best_line(picture);
    SCOPED_TRACE(degrees);
    expect_in_the_middle(line, style);
    EXPECT_EQ(read_at(picture, line), "6TRJ244");
  }
}

TEST(Detector, I12_D_1_FindsPlatesFrom50PixelsToHalfThePicture) {
  for (const float width : {50.0F, 90.0F, 200.0F, 320.0F}) {
    const PlateStyle style{.width = width};
    SCOPED_TRACE(width);
    expect_in_the_middle(best_line(car_with("7ABC123", style)), style);
  }
}

TEST(Detector, KeepsHowAnotherSizeShowsALine) {
  const PlateStyle style{.width = 90};
  const LineCandidate line = best_line(car_with("7ABC123", style));
  expect_in_the_middle(line, style);
  ASSERT_FALSE(line.otherwise.empty());
  for (const LineCandidate& other : line.otherwise) {
    EXPECT_LT(cv::norm(other.centre - line.centre), style.width / 3);
    EXPECT_GT(other.length(), line.length() / 2.5F);
    EXPECT_LT(other.length(), line.length() * 2.5F);
    EXPECT_TRUE(other.otherwise.empty());
  }
}

TEST(Detector, FindsDarkPlatesAndLightCharacters) {
  for (const PlateStyle& style :
       {PlateStyle{.paper = 60, .ink = 30}, PlateStyle{.paper = 60, .ink = 200}}) {
    const cv::Mat picture = car_with("5KLM678", style);
    const LineCandidate line = best_line(picture);
    SCOPED_TRACE(style.ink);
    expect_in_the_middle(line, style);
    EXPECT_EQ(read_at(picture, line), "5KLM678");
  }
}

TEST(Detector, ACloserLookMendsALineThatWasSeenBadly) {
  LineDetector detector = LineDetector::load().value();
  const PlateStyle style;
  const cv::Mat picture = car_with("5KLM678", style);
  LineCandidate bad = best_line(picture);
  bad.centre += cv::Point2f(6, 4);
  bad.along *= 0.85F;
  expect_in_the_middle(detector.look_closer(picture, bad).value(), style);
  // Where there is no line, what was thought stays.
  LineCandidate nowhere = bad;
  nowhere.centre = {40, 40};
  EXPECT_EQ(detector.look_closer(picture, nowhere).value().centre, nowhere.centre);
}

TEST(Detector, IsSilentOnPlainPicturesAndRefusesOthers) {
  LineDetector detector = LineDetector::load().value();
  EXPECT_TRUE(detector.find(cv::Mat(360, 640, CV_8U, cv::Scalar(120)), Detection::kFine)->empty());
  EXPECT_TRUE(detector.find(cv::Mat(1, 1, CV_8U, cv::Scalar(0)), Detection::kUsual));
  EXPECT_TRUE(detector.find(cv::Mat(3, 5000, CV_8U, cv::Scalar(9)), Detection::kUsual));
  EXPECT_FALSE(detector.find(cv::Mat(10, 10, CV_8UC3), Detection::kUsual));
  EXPECT_FALSE(detector.find(cv::Mat(), Detection::kUsual));
}

TEST(Rectify, RefusesLinesWithoutSize) {
  const cv::Mat gray(40, 80, CV_8U, cv::Scalar(9));
  EXPECT_FALSE(rectify(gray, LineCandidate{}));
  EXPECT_FALSE(rectify(gray, LineCandidate{{20, 20}, {NAN, 0}, {0, 5}, 1}));
  EXPECT_FALSE(rectify(cv::Mat(40, 80, CV_8UC3), LineCandidate{{20, 20}, {9, 0}, {0, 5}, 1}));
  // A line that reaches out of the picture, and one much larger than it, are cut out all the same.
  EXPECT_TRUE(rectify(gray, LineCandidate{{-20, 90}, {30, 0}, {0, 9}, 1}));
  EXPECT_TRUE(rectify(gray, LineCandidate{{40, 20}, {9000, 0}, {0, 2000}, 1}));
}

TEST(Rectify, SqueezedCharactersComeOutNarrowerAboutTheSameMiddle) {
  const cv::Mat picture = car_with("5KLM678", PlateStyle{});
  const LineCandidate line = best_line(picture);
  const cv::Matx23f usual = rectify(picture, line)->to_picture;
  const cv::Matx23f squeezed = rectify(picture, line, /*squeezed=*/1.25F)->to_picture;
  EXPECT_NEAR(squeezed(0, 0), 1.25F * usual(0, 0), 1e-4);
  EXPECT_NEAR(squeezed(1, 1), usual(1, 1), 1e-4);
  const cv::Vec3f middle(kLineWidth / 2.0F, kLineHeight / 2.0F, 1);
  EXPECT_LT(cv::norm(squeezed * middle - usual * middle), 0.01);
}

TEST(LineNetwork, SaysNothingOfClutter) {
  LineNetwork network = LineNetwork::load().value();
  cv::Mat bars(kLineHeight, kLineWidth, CV_8U, cv::Scalar(200));
  for (int x = 4; x < kLineWidth; x += 12) cv::line(bars, {x, 0}, {x, kLineHeight}, 60, 3);
  const auto reading = network.read(bars);
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->texts.front().text, "");
  EXPECT_EQ(
      network.read(cv::Mat(kLineHeight, kLineWidth, CV_8U, cv::Scalar(128)))->texts.front().text,
      "");
  EXPECT_FALSE(network.read(cv::Mat(8, 8, CV_8U)));
}

TEST(Confidence, I12_C2A_8_NeverFallsAndStaysInItsBounds) {
  std::int64_t before = calibrated_ppm(-1);
  EXPECT_GE(before, 0);
  for (int i = 0; i <= 1000; ++i) {
    const std::int64_t now = calibrated_ppm(i / 1000.0);
    EXPECT_GE(now, before);
    before = now;
  }
  EXPECT_LE(calibrated_ppm(2), 1'000'000);
  EXPECT_GT(calibrated_ppm(0.99), kSurePpm);
  EXPECT_LT(calibrated_ppm(0.2), kSurePpm);
}

TEST(Syntax, PatternsWeighButRejectNothing) {
  EXPECT_EQ(plausibility("7ABC123"), 1);  // California
  EXPECT_EQ(plausibility("CJ1P5G"), 1);   // Missouri
  EXPECT_EQ(plausibility("RK755AJ"), 1);  // Slovakia
  EXPECT_LT(plausibility("CJIP5G"), 1);
  EXPECT_LT(plausibility("BLOGGER"), 1);
  for (const char* text : {"", "A", "7ABC1234567", "ABCDEFGHIJ", "a-!", "0"}) {
    EXPECT_GT(plausibility(text), 0) << text;
  }
}

TEST(Syntax, TheSameDrawingIsReadAsTheSerialPatternHasIt) {
  EXPECT_EQ(as_patterns_have_it("N0X218"), "NOX218");
  EXPECT_EQ(as_patterns_have_it("5A0J230"), "5AOJ230");
  EXPECT_EQ(as_patterns_have_it("444N0Q"), "444NOQ");
  EXPECT_EQ(as_patterns_have_it("ABCO12O"), "ABC0120");
  EXPECT_EQ(as_patterns_have_it("BA3020Z"), "BA302OZ");
  // Registers leave out I among digits.
  EXPECT_EQ(as_patterns_have_it("CJIP5G"), "CJ1P5G");
  EXPECT_EQ(as_patterns_have_it("14I0502"), "1410502");
  EXPECT_EQ(as_patterns_have_it("IADL132"), "1ADL132");
  // What fits a pattern as it is, or no serial pattern in any way, is left alone.
  for (const char* text : {"BA0523", "0JW695", "6A5730A", "DCV0TE", "CHICAGO", "1000000", "",
                           "O0O0O0O0", "ABI123", "6TAI600", "IRONY", "KIAB123"})
    EXPECT_EQ(as_patterns_have_it(text), text);
}

}  // namespace
}  // namespace alpr::recognition
