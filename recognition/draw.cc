#include "recognition/draw.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "recognition/confidence.h"
#include "recognition/files.h"

namespace alpr::recognition {
namespace {

const cv::Scalar kSureGreen(0, 220, 0);
const cv::Scalar kUncertainYellow(0, 220, 240);

}  // namespace

Result<Bytes> draw_plates(const cv::Mat& picture, const std::vector<PlateCandidate>& plates) {
  try {
    cv::Mat drawn = picture.clone();
    for (const PlateCandidate& plate : plates) {
      const cv::Scalar& color = plate.confidence_ppm < kSurePpm ? kUncertainYellow : kSureGreen;
      std::vector<cv::Point> corners;
      for (const cv::Point2f& p : plate.box) corners.emplace_back(cvRound(p.x), cvRound(p.y));
      cv::polylines(drawn, corners, /*isClosed=*/true, color, 2, cv::LINE_AA);
      std::string label = fmt::format("{} {}%", plate.text, plate.confidence_ppm / 10'000);
      if (plate.color.name != kUnknownColor) label += " " + plate.color.name;
      cv::putText(drawn, label, corners[3] + cv::Point(0, 24), cv::FONT_HERSHEY_SIMPLEX, 0.8, color,
                  2, cv::LINE_AA);
    }
    Bytes jpeg;
    if (!cv::imencode(".jpg", drawn, jpeg)) {
      return fail(ErrorCode::kMalformed, "the picture can't be encoded");
    }
    return jpeg;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "drawing: " + error.err);
  }
}

Result<void> Drawings::put(const std::string& name, BytesView jpeg) {
  if (names_.size() >= kNamesMax) names_.clear();  // a camera goes on for months
  std::string unused = name;
  for (int i = 2; !names_.insert(unused).second; ++i) unused = fmt::format("{}-{}", name, i);
  return write_file_durably(folder_ / (unused + ".jpg"), jpeg);
}

}  // namespace alpr::recognition
