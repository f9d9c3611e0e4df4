#include "recognition/render.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "recognition/plate_font.h"

namespace alpr::recognition {
namespace {

constexpr int kPlateWidth =
    480;  // a US plate is 12 x 6 inches; drawn large, then seen from where the camera is
constexpr int kPlateHeight = 240;

cv::Scalar paint(cv::RNG& random) {
  static const std::array<cv::Scalar, 8> kPaints{
      cv::Scalar(225, 225, 222), cv::Scalar(40, 38, 36),   cv::Scalar(150, 148, 145),
      cv::Scalar(40, 40, 150),   cv::Scalar(130, 70, 35),  cv::Scalar(70, 95, 60),
      cv::Scalar(95, 92, 88),    cv::Scalar(190, 205, 210)};
  return kPaints[static_cast<std::size_t>(random.uniform(0, static_cast<int>(kPaints.size())))];
}

void blend(cv::Mat& picture, const cv::Mat& ink, const cv::Scalar& color) {
  cv::Mat amount;
  cv::cvtColor(ink, amount, cv::COLOR_GRAY2BGR);
  amount.convertTo(amount, CV_32FC3, 1.0 / 255);
  cv::Mat base;
  picture.convertTo(base, CV_32FC3);
  const cv::Mat solid(picture.size(), CV_32FC3, color);
  cv::Mat difference = solid - base;
  base += difference.mul(amount);
  base.convertTo(picture, CV_8UC3);
}

void centred_words(cv::Mat& plate, const char* words, int y, double size, const cv::Scalar& color) {
  int below = 0;
  const cv::Size extent = cv::getTextSize(words, cv::FONT_HERSHEY_TRIPLEX, size, 2, &below);
  cv::putText(plate, words, {(plate.cols - extent.width) / 2, y}, cv::FONT_HERSHEY_TRIPLEX, size,
              color, 2, cv::LINE_AA);
}

cv::Mat draw_plate(std::string_view text, cv::RNG& random) {
  const int white = random.uniform(215, 250);
  cv::Mat plate(kPlateHeight, kPlateWidth, CV_8UC3, cv::Scalar(white, white, white));
  cv::rectangle(plate, {3, 3, kPlateWidth - 6, kPlateHeight - 6}, cv::Scalar(120, 120, 120), 3,
                cv::LINE_AA);
  centred_words(plate, "California", 50, 1.2, cv::Scalar(50, 40, 190));
  for (const int x : {90, kPlateWidth - 90}) {
    for (const int y : {22, kPlateHeight - 20}) {
      cv::circle(plate, {x, y}, 8, cv::Scalar(90, 90, 95), -1, cv::LINE_AA);
    }
  }
  cv::rectangle(plate, {kPlateWidth - 64, 14, 46, 30}, cv::Scalar(60, 170, 235), -1);
  cv::rectangle(plate, {18, 14, 46, 30}, cv::Scalar(200, 150, 90), -1);
  const auto count = static_cast<float>(text.size());
  const float advance = std::min(62.0F, (kPlateWidth - 36) / count);
  const GlyphStyle style{advance * 0.8F, 118, advance * 0.23F};
  float x = (kPlateWidth - advance * count + advance - style.width) / 2;
  cv::Mat ink = cv::Mat::zeros(plate.size(), CV_8U);
  for (const char c : text) {
    draw_glyph(ink, c, {x, 74}, style);
    x += advance;
  }
  blend(plate, ink, cv::Scalar(105, 45, 25));
  return plate;
}

void draw_street(cv::Mat& scene, cv::RNG& random) {
  const int w = scene.cols;
  const int h = scene.rows;
  const int horizon = h * 36 / 100;
  for (int y = 0; y < horizon; ++y) {
    const double k = static_cast<double>(y) / horizon;
    scene.row(y).setTo(cv::Scalar(235 - 25 * k, 205 + 10 * k, 170 + 40 * k));
  }
  int x = -random.uniform(0, w / 10);
  while (x < w) {
    const int width = random.uniform(w / 9, w / 4);
    const int top = random.uniform(h / 20, horizon * 7 / 10);
    const int shade = random.uniform(90, 190);
    cv::rectangle(
        scene, {x, top, width - 4, horizon - top},
        cv::Scalar(shade, shade + random.uniform(-15, 15), shade + random.uniform(-10, 25)), -1);
    for (int wy = top + 12; wy + 16 < horizon; wy += 30) {
      for (int wx = x + 12; wx + 22 < x + width; wx += 36) {
        cv::rectangle(scene, {wx, wy, 18, 14}, cv::Scalar(shade / 2, shade / 2, shade / 2), -1);
      }
    }
    x += width;
  }
  cv::rectangle(scene, {0, horizon, w, h - horizon}, cv::Scalar(98, 96, 95), -1);
  cv::rectangle(scene, {0, horizon, w, h / 40}, cv::Scalar(150, 152, 154), -1);
  for (const int side : {-1, 1}) {
    const cv::Point far_end(w / 2 + side * w / 9, horizon + h / 40);
    const cv::Point near_end(w / 2 + side * w * 8 / 10, h);
    cv::line(scene, far_end, near_end, cv::Scalar(215, 220, 222), std::max(2, w / 160),
             cv::LINE_AA);
  }
}

// The back of a car; returns where its plate hangs.
cv::Point2f draw_car(cv::Mat& scene, cv::RNG& random, float width) {
  const cv::Scalar body = paint(random);
  const cv::Scalar dark = body * 0.55;
  const auto w = static_cast<float>(scene.cols);
  const auto h = static_cast<float>(scene.rows);
  const float cx = w * random.uniform(0.42F, 0.58F);
  const float base = h * random.uniform(0.86F, 0.92F);
  const float tall = width * 0.72F;
  const auto at = [&](float x, float y) {
    return cv::Point(cvRound(cx + x * width / 2), cvRound(base - y * tall));
  };
  cv::ellipse(scene, at(0, -0.02F), {cvRound(width * 0.56F), cvRound(tall * 0.07F)}, 0, 0, 360,
              cv::Scalar(50, 50, 50), -1, cv::LINE_AA);
  for (const float side : {-0.78F, 0.78F}) {
    cv::rectangle(scene, at(side - 0.13F, 0.25F), at(side + 0.13F, -0.02F), cv::Scalar(25, 25, 25),
                  -1);
  }
  const std::vector<cv::Point> cabin{at(-0.78F, 0.62F), at(-0.58F, 1), at(0.58F, 1),
                                     at(0.78F, 0.62F)};
  cv::fillConvexPoly(scene, cabin, dark, cv::LINE_AA);
  const std::vector<cv::Point> glass{at(-0.66F, 0.65F), at(-0.5F, 0.94F), at(0.5F, 0.94F),
                                     at(0.66F, 0.65F)};
  cv::fillConvexPoly(scene, glass, cv::Scalar(70, 62, 55), cv::LINE_AA);
  const std::vector<cv::Point> trunk{at(-1, 0.12F),    at(-0.97F, 0.55F), at(-0.85F, 0.66F),
                                     at(0.85F, 0.66F), at(0.97F, 0.55F),  at(1, 0.12F)};
  cv::fillConvexPoly(scene, trunk, body, cv::LINE_AA);
  cv::rectangle(scene, at(-1, 0.2F), at(1, 0.08F), dark, -1);
  for (const float side : {-0.84F, 0.84F}) {
    cv::rectangle(scene, at(side - 0.13F, 0.58F), at(side + 0.13F, 0.44F), cv::Scalar(35, 30, 170),
                  -1);
  }
  cv::rectangle(scene, at(-0.36F, 0.57F), at(0.36F, 0.24F), body * 0.8, -1);
  return at(0, 0.4F);
}

void hang_plate(cv::Mat& scene, const cv::Mat& plate, cv::Point2f centre, float width,
                cv::RNG& random) {
  const float half_w = width / 2;
  const float half_h = width / 4;
  const float tilt = random.uniform(-0.06F, 0.06F);
  const auto corner = [&](float sx, float sy) {
    const float near = 1 + sx * random.uniform(-0.03F, 0.03F);
    const float x = sx * half_w * near;
    return cv::Point2f(centre.x + x - sy * half_h * tilt, centre.y + sy * half_h * near + x * tilt);
  };
  const std::array<cv::Point2f, 4> from{cv::Point2f(0, 0), cv::Point2f(kPlateWidth, 0),
                                        cv::Point2f(kPlateWidth, kPlateHeight),
                                        cv::Point2f(0, kPlateHeight)};
  const std::array<cv::Point2f, 4> to{corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)};
  const cv::Mat view = cv::getPerspectiveTransform(from.data(), to.data());
  cv::Mat soft;
  const double shrink = kPlateWidth / static_cast<double>(width);
  cv::GaussianBlur(plate, soft, {}, std::max(0.4, 0.4 * shrink));
  cv::Mat seen;
  cv::warpPerspective(soft, seen, view, scene.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  cv::Mat mask = cv::Mat::zeros(scene.size(), CV_8U);
  std::vector<cv::Point> outline;
  for (const cv::Point2f& p : to) outline.emplace_back(cvRound(p.x), cvRound(p.y));
  cv::fillConvexPoly(mask, outline, cv::Scalar(255));
  seen.copyTo(scene, mask);
  cv::polylines(scene, outline, /*isClosed=*/true, cv::Scalar(60, 60, 62), 2, cv::LINE_AA);
}

// Daylight from one side, a lens and a sensor.
void expose(cv::Mat& scene, cv::RNG& random) {
  cv::Mat light(1, 3, CV_32F);
  for (int i = 0; i < 3; ++i) light.at<float>(0, i) = random.uniform(0.62F, 1.06F);
  cv::resize(light, light, scene.size(), 0, 0, cv::INTER_LINEAR);
  cv::Mat light3;
  cv::cvtColor(light, light3, cv::COLOR_GRAY2BGR);
  cv::Mat exposed;
  scene.convertTo(exposed, CV_32FC3);
  exposed = exposed.mul(light3);
  cv::GaussianBlur(exposed, exposed, {}, random.uniform(0.3, 0.7));
  cv::Mat noise(scene.size(), CV_32FC3);
  random.fill(noise, cv::RNG::NORMAL, 0, random.uniform(1.0, 5.0));
  exposed += noise;
  exposed.convertTo(scene, CV_8UC3);
}

bool in(int value, int low, int high) { return value >= low && value <= high; }

}  // namespace

Result<Bytes> render_street_photo(std::string_view plate, std::uint64_t seed,
                                  const StreetPhotoStyle& style) {
  const bool drawable =
      plate.size() >= 2 && plate.size() <= 8 && std::all_of(plate.begin(), plate.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      });
  if (!drawable) return fail(ErrorCode::kMalformed, "a drawn plate has 2 to 8 of A-Z and 0-9");
  if (!in(style.width, 640, 1920) || !in(style.height, 360, 1080) ||
      !in(style.jpeg_quality, 40, 100)) {
    return fail(ErrorCode::kMalformed, "the street photo's style is out of its bounds");
  }
  try {
    cv::RNG random(seed * 0x9e3779b97f4a7c15ULL + 1);
    for (int i = 0; i < 4; ++i) random.next();
    cv::Mat scene(style.height, style.width, CV_8UC3, cv::Scalar::all(128));
    draw_street(scene, random);
    const float car_width = static_cast<float>(style.height) * random.uniform(0.85F, 1.05F);
    const cv::Point2f at = draw_car(scene, random, car_width);
    const cv::Mat plate_image = draw_plate(plate, random);
    hang_plate(scene, plate_image, at, car_width * random.uniform(0.28F, 0.34F), random);
    expose(scene, random);
    Bytes jpeg;
    if (!cv::imencode(".jpg", scene, jpeg, {cv::IMWRITE_JPEG_QUALITY, style.jpeg_quality})) {
      return fail(ErrorCode::kIo, "the street photo could not be encoded");
    }
    return jpeg;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kIo, "the street photo: " + error.err);
  }
}

}  // namespace alpr::recognition
