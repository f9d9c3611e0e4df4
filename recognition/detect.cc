#include "recognition/detect.h"

#include <algorithm>
#include <cmath>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include "recognition/weights.h"

namespace alpr::recognition {
namespace {

// Longer sides of the picture as the network sees it. Lines may be 15 to 165 of its pixels long, so
// three sizes cover all that a picture can hold.
constexpr int kFineSide = 1280;
constexpr int kUsualSide = 640;
constexpr std::array<int, 3> kUsualSides{kUsualSide, 320, 160};
constexpr int kSmallestSide = kUsualSides.back();
constexpr int kCell = 8;     // of the network's answer, in its pixels
constexpr int kWhole = 16;   // the network's inner layers halve that once more
constexpr int kAnswers = 7;  // per cell: recognition/training/networks.py
// How much of the picture a closer look takes in.
constexpr float kCloseLengths = 2.2F;
constexpr float kCloseHeights = 6;
constexpr float kScoreMin = 0.2F;
constexpr std::size_t kPeaksMax = 200;  // of one size

struct View {
  cv::Mat pixels;   // 32-bit, sides divisible by kWhole
  float scale = 1;  // of the picture
};

View view_of(const cv::Mat& gray, int side) {
  const auto longer = static_cast<float>(std::max(gray.cols, gray.rows));
  View view;
  view.scale = static_cast<float>(side) / longer;
  const cv::Size size(std::max(kCell, cvRound(static_cast<float>(gray.cols) * view.scale)),
                      std::max(kCell, cvRound(static_cast<float>(gray.rows) * view.scale)));
  cv::Mat resized = gray;
  if (size != gray.size()) {
    cv::resize(gray, resized, size, 0, 0, view.scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  }
  const auto whole = [](int n) { return (n + kWhole - 1) / kWhole * kWhole; };
  view.pixels = cv::Mat::zeros(whole(size.height), whole(size.width), CV_32F);
  resized.convertTo(view.pixels(cv::Rect({0, 0}, size)), CV_32F, 1.0 / 64, -2.0);
  return view;
}

bool is_peak(const cv::Mat& logits, int y, int x) {
  const float value = logits.at<float>(y, x);
  for (int j = std::max(0, y - 1); j <= std::min(logits.rows - 1, y + 1); ++j) {
    for (int i = std::max(0, x - 1); i <= std::min(logits.cols - 1, x + 1); ++i) {
      if (logits.at<float>(j, i) > value) return false;
    }
  }
  return true;
}

// A picture's pixel for a place in cells.
cv::Point2f in_picture(float x, float y, float scale) {
  return {x * kCell / scale - 0.5F, y * kCell / scale - 0.5F};
}

void add_peaks(const cv::Mat& answer, float scale, std::vector<LineCandidate>& out) {
  const int rows = answer.size[2];
  const int cols = answer.size[3];
  std::array<cv::Mat, kAnswers> maps;
  for (int k = 0; k < kAnswers; ++k) {
    maps[static_cast<std::size_t>(k)] =
        cv::Mat(rows, cols, CV_32F, const_cast<float*>(answer.ptr<float>(0, k)));
  }
  const float threshold = std::log(kScoreMin / (1 - kScoreMin));
  std::size_t peaks = 0;
  for (int y = 0; y < rows && peaks < kPeaksMax; ++y) {
    for (int x = 0; x < cols && peaks < kPeaksMax; ++x) {
      const auto at = [&](std::size_t k) { return maps[k].at<float>(y, x); };
      if (at(0) < threshold || !is_peak(maps[0], y, x)) continue;
      ++peaks;
      LineCandidate line;
      line.score = 1 / (1 + std::exp(-at(0)));
      line.centre = in_picture(static_cast<float>(x) + 0.5F + at(1),
                               static_cast<float>(y) + 0.5F + at(2), scale);
      line.along = cv::Point2f(at(3), at(4)) * (kCell / scale);
      line.down = cv::Point2f(at(5), at(6)) * (kCell / scale);
      if (line.length() >= 4 && line.height() >= 2) out.push_back(line);
    }
  }
}

bool same_place(const LineCandidate& a, const LineCandidate& b) {
  const cv::Point2f apart = a.centre - b.centre;
  const float reach = std::max(a.length(), b.length()) / 4;
  return apart.dot(apart) < reach * reach;
}

}  // namespace

// One net a size: a net that is given another size must plan anew.
struct LineDetector::Nets {
  std::array<cv::dnn::Net, kUsualSides.size()> usual;
  cv::dnn::Net fine;
  cv::dnn::Net close;
};

LineDetector::LineDetector(std::unique_ptr<Nets> nets) : nets_(std::move(nets)) {}
LineDetector::LineDetector(LineDetector&&) noexcept = default;
LineDetector& LineDetector::operator=(LineDetector&&) noexcept = default;
LineDetector::~LineDetector() = default;

Result<LineDetector> LineDetector::load() {
  try {
    const BytesView weights = line_detector_weights();
    const auto net = [&] {
      cv::dnn::Net made =
          cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(weights.data()), weights.size());
      made.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
      return made;
    };
    auto nets = std::make_unique<Nets>();
    for (cv::dnn::Net& one : nets->usual) one = net();
    nets->fine = net();
    nets->close = net();
    return LineDetector(std::move(nets));
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kCorrupt, "the line detector's weights: " + error.err);
  }
}

Result<std::vector<LineCandidate>> LineDetector::find(const cv::Mat& gray, Detection detection) {
  if (gray.type() != CV_8UC1 || gray.empty()) {
    return fail(ErrorCode::kMalformed, "detect: needs an 8-bit image of one channel");
  }
  try {
    std::vector<LineCandidate> found;
    const auto look = [&](cv::dnn::Net& net, int side) {
      const View view = view_of(gray, side);
      net.setInput(cv::dnn::blobFromImage(view.pixels));
      add_peaks(net.forward(), view.scale, found);
    };
    const int longer = std::max(gray.cols, gray.rows);
    if (detection == Detection::kFine) look(nets_->fine, std::min(kFineSide, longer));
    for (std::size_t i = 0; i < kUsualSides.size(); ++i) {
      const int side = kUsualSides[i];
      if (detection == Detection::kFine && side == kUsualSide) continue;
      // A picture that lies between two sizes is seen as it is, not enlarged.
      const bool wanted = side <= longer || side == kSmallestSide || side < 2 * longer;
      if (wanted) look(nets_->usual[i], side == kSmallestSide ? side : std::min(side, longer));
    }
    std::sort(found.begin(), found.end(),
              [](const LineCandidate& a, const LineCandidate& b) { return a.score > b.score; });
    std::vector<LineCandidate> kept;
    for (const LineCandidate& line : found) {
      if (kept.size() == kCandidatesMax) break;
      const bool seen = std::any_of(kept.begin(), kept.end(), [&](const LineCandidate& other) {
        return same_place(line, other);
      });
      if (!seen) kept.push_back(line);
    }
    return kept;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "detect: " + error.err);
  }
}

Result<LineCandidate> LineDetector::look_closer(const cv::Mat& gray, const LineCandidate& line) {
  if (gray.type() != CV_8UC1 || gray.empty()) {
    return fail(ErrorCode::kMalformed, "detect: needs an 8-bit image of one channel");
  }
  try {
    const float width = std::max(kCloseLengths * line.length(), kCloseHeights * line.height());
    const cv::Rect window =
        cv::Rect(cvRound(line.centre.x - width / 2), cvRound(line.centre.y - width / 4),
                 std::max(kCell, cvRound(width)), std::max(kCell, cvRound(width / 2))) &
        cv::Rect(0, 0, gray.cols, gray.rows);
    if (window.width < kCell || window.height < kCell) return line;
    const View view = view_of(gray(window), kSmallestSide);
    nets_->close.setInput(cv::dnn::blobFromImage(view.pixels));
    std::vector<LineCandidate> found;
    add_peaks(nets_->close.forward(), view.scale, found);
    const LineCandidate* best = nullptr;
    for (LineCandidate& one : found) {
      one.centre += cv::Point2f(static_cast<float>(window.x), static_cast<float>(window.y));
      const float ratio = one.height() / line.height();
      if (!same_place(one, line) || ratio < 0.5F || ratio > 2) continue;
      if (best == nullptr || one.score > best->score) best = &one;
    }
    if (best == nullptr) return line;
    LineCandidate closer = *best;
    closer.score = line.score;
    return closer;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "detect: " + error.err);
  }
}

}  // namespace alpr::recognition
