#include "recognition/rectify.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace alpr::recognition {
namespace {

constexpr int kShrinkMax = 64;

float norm(cv::Point2f v) { return std::sqrt(v.dot(v)); }

// Only the part of the picture around the line, shrunk by a whole number where the characters are
// much larger than wanted: sampling alone would skip pixels.
struct Part {
  cv::Mat gray;
  cv::Point2f origin;
  int shrink = 1;
};

Part part_around(const cv::Mat& gray, const cv::Matx23f& to_picture, float height) {
  Part part{gray, {0, 0}, std::clamp(static_cast<int>(height) / kLineTextHeight, 1, kShrinkMax)};
  if (part.shrink == 1) return part;
  std::vector<cv::Point2f> corners;
  for (const float u : {0.0F, static_cast<float>(kLineWidth)}) {
    for (const float v : {0.0F, static_cast<float>(kLineHeight)}) {
      corners.emplace_back(to_picture(0, 0) * u + to_picture(0, 1) * v + to_picture(0, 2),
                           to_picture(1, 0) * u + to_picture(1, 1) * v + to_picture(1, 2));
    }
  }
  cv::Rect box = cv::boundingRect(corners);
  box = (box + cv::Size(4 * part.shrink, 4 * part.shrink)) -
        cv::Point(2 * part.shrink, 2 * part.shrink);
  box &= cv::Rect(0, 0, gray.cols, gray.rows);
  if (box.width < part.shrink || box.height < part.shrink) {
    part.shrink = 1;
    return part;
  }
  box.width -= box.width % part.shrink;
  box.height -= box.height % part.shrink;
  cv::resize(gray(box), part.gray, {box.width / part.shrink, box.height / part.shrink}, 0, 0,
             cv::INTER_AREA);
  part.origin = {static_cast<float>(box.x), static_cast<float>(box.y)};
  return part;
}

}  // namespace

float LineCandidate::height() const { return 2 * norm(down); }
float LineCandidate::length() const { return 2 * norm(along); }

LineCandidate framed(const LineCandidate& line, const Framing& framing) {
  LineCandidate out = line;
  out.centre += line.down * (2 * framing.lower);
  out.along = line.along * framing.wider;
  const float length = norm(line.along);
  const cv::Point2f aside = length > 0 ? line.along * (1 / length) : cv::Point2f(1, 0);
  out.down = line.down * framing.taller + aside * (framing.leaning * line.height() / 2);
  return out;
}

Result<LineImage> rectify(const cv::Mat& gray, const LineCandidate& line, float squeezed) {
  const float height = line.height();
  const float length = line.length();
  if (gray.type() != CV_8UC1 || gray.empty() || !(length >= 1) || !(height >= 1) ||
      !std::isfinite(line.centre.x) || !std::isfinite(line.centre.y) || !std::isfinite(length) ||
      !std::isfinite(height)) {
    return fail(ErrorCode::kMalformed, "rectify: needs a gray image and a line in it");
  }
  try {
    const cv::Point2f v = line.down * (2.0F / kLineTextHeight);
    const float per_pixel = squeezed * std::max(height / kLineTextHeight,
                                                (length + 2 * kLineMargin * height) / kLineWidth);
    const cv::Point2f u = line.along * (2 * per_pixel / length);
    const cv::Point2f origin = line.centre - u * (kLineWidth / 2.0F) - v * (kLineHeight / 2.0F);
    LineImage out;
    out.to_picture = cv::Matx23f(u.x, v.x, origin.x, u.y, v.y, origin.y);
    const Part part = part_around(gray, out.to_picture, height);
    cv::Matx23f to_part = out.to_picture;
    to_part(0, 2) -= part.origin.x;
    to_part(1, 2) -= part.origin.y;
    const float scale = 1.0F / static_cast<float>(part.shrink);
    to_part *= scale;
    // Pixels are meant by their middles.
    to_part(0, 2) += 0.5F * scale - 0.5F;
    to_part(1, 2) += 0.5F * scale - 0.5F;
    cv::warpAffine(part.gray, out.gray, to_part, {kLineWidth, kLineHeight},
                   cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
    return out;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "rectify: " + error.err);
  }
}

}  // namespace alpr::recognition
