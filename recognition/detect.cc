#include "recognition/detect.h"

#include <algorithm>
#include <cmath>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include "recognition/weights.h"

namespace alpr::recognition {
namespace {

// Longer sides of the picture as the network sees it. Lines may be 15 to 165 of its pixels long; a
// plate that fills the picture is far from either limit in the last.
constexpr int kFineSide = 1280;
constexpr int kUsualSide = 640;
constexpr int kCloseSide = 160;
constexpr std::array<int, 4> kUsualSides{kUsualSide, 320, kCloseSide, 112};
constexpr int kCell = 8;     // of the network's answer, in its pixels
constexpr int kWhole = 16;   // the network's inner layers halve that once more
constexpr int kAnswers = 7;  // per cell: recognition/training/networks.py
// How much of the picture a closer look takes in.
constexpr float kCloseLengths = 2.2F;
constexpr float kCloseHeights = 6;
constexpr float kScoreMin = 0.2F;
// A line so long in the network's pixels is seen well; of a shorter one its ends and feet are less
// exact, so that another size's answer is taken where there is one.
constexpr float kWellSeen = 40;
constexpr float kHardlySeen = 0.5F;  // the least that counts of such a line's score
constexpr std::size_t kOtherwiseMax = 2;
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

// Larger and smaller lines about one middle are two things: a grille with a plate in it.
bool same_place(const LineCandidate& a, const LineCandidate& b) {
  constexpr float kAlike = 2.5F;
  const float ratio = a.length() / b.length();
  if (ratio > kAlike || ratio < 1 / kAlike) return false;
  const cv::Point2f apart = a.centre - b.centre;
  const float reach = std::max(a.length(), b.length()) / 4;
  return apart.dot(apart) < reach * reach;
}

// A line, and how good one of the sizes is for seeing it.
struct Seen {
  LineCandidate line;
  float worth = 0;
};

float worth_of(const LineCandidate& line, float scale) {
  return line.score * std::clamp(line.length() * scale / kWellSeen, kHardlySeen, 1.0F);
}

// One line a place, from the size that sees it best; the highest score any size gave it counts.
std::vector<LineCandidate> best_of(std::vector<Seen> found) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Seen& a, const Seen& b) { return a.worth > b.worth; });
  std::vector<LineCandidate> kept;
  for (const Seen& one : found) {
    const auto known = std::find_if(kept.begin(), kept.end(), [&](const LineCandidate& other) {
      return same_place(one.line, other);
    });
    if (known != kept.end()) {
      known->score = std::max(known->score, one.line.score);
      if (known->otherwise.size() < kOtherwiseMax) known->otherwise.push_back(one.line);
    } else if (kept.size() < kCandidatesMax) {
      kept.push_back(one.line);
    }
  }
  std::stable_sort(kept.begin(), kept.end(), [](const LineCandidate& a, const LineCandidate& b) {
    return a.score > b.score;
  });
  return kept;
}

int close_width(const LineCandidate& line) {
  return cvRound(std::max(kCloseLengths * line.length(), kCloseHeights * line.height()));
}

// What `net` shows in a window of `size` pixels about the line, best first.
Result<std::vector<LineCandidate>> near_to(const cv::Mat& gray, const LineCandidate& line,
                                           cv::Size size, cv::dnn::Net& net) {
  if (gray.type() != CV_8UC1 || gray.empty()) {
    return fail(ErrorCode::kMalformed, "detect: needs an 8-bit image of one channel");
  }
  try {
    const cv::Rect window = cv::Rect(cvRound(line.centre.x - static_cast<float>(size.width) / 2),
                                     cvRound(line.centre.y - static_cast<float>(size.height) / 2),
                                     size.width, size.height) &
                            cv::Rect(0, 0, gray.cols, gray.rows);
    std::vector<LineCandidate> found;
    if (window.width < kCell || window.height < kCell) return found;
    const View view = view_of(gray(window), kCloseSide);
    net.setInput(cv::dnn::blobFromImage(view.pixels));
    add_peaks(net.forward(), view.scale, found);
    const cv::Point2f corner(static_cast<float>(window.x), static_cast<float>(window.y));
    for (LineCandidate& one : found) one.centre += corner;
    std::stable_sort(
        found.begin(), found.end(),
        [](const LineCandidate& a, const LineCandidate& b) { return a.score > b.score; });
    return found;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "detect: " + error.err);
  }
}

}  // namespace

// One net a size: a net that is given another size must plan anew.
struct LineDetector::Nets {
  std::array<cv::dnn::Net, kUsualSides.size()> usual;
  cv::dnn::Net fine;
  cv::dnn::Net close;
  cv::dnn::Net around;
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
    nets->around = net();
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
    std::vector<Seen> found;
    const auto look = [&](cv::dnn::Net& net, int side) {
      const View view = view_of(gray, side);
      net.setInput(cv::dnn::blobFromImage(view.pixels));
      std::vector<LineCandidate> lines;
      add_peaks(net.forward(), view.scale, lines);
      for (const LineCandidate& line : lines) found.push_back({line, worth_of(line, view.scale)});
    };
    const int longer = std::max(gray.cols, gray.rows);
    if (detection == Detection::kFine) look(nets_->fine, std::min(kFineSide, longer));
    for (std::size_t i = 0; i < kUsualSides.size(); ++i) {
      const int side = kUsualSides[i];
      if (detection == Detection::kFine && side == kUsualSide) continue;
      // A picture that lies between two sizes is seen as it is, not enlarged.
      const bool wanted = side <= longer || side <= kCloseSide || side < 2 * longer;
      if (wanted) look(nets_->usual[i], side <= kCloseSide ? side : std::min(side, longer));
    }
    return best_of(std::move(found));
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "detect: " + error.err);
  }
}

Result<LineCandidate> LineDetector::look_closer(const cv::Mat& gray, const LineCandidate& line) {
  const int width = std::max(kCell, close_width(line));
  const Result<std::vector<LineCandidate>> found =
      near_to(gray, line, {width, std::max(kCell, width / 2)}, nets_->close);
  if (!found) return tl::unexpected(found.error());
  for (const LineCandidate& one : *found) {
    const float ratio = one.height() / line.height();
    if (!same_place(one, line) || ratio < 0.5F || ratio > 2) continue;
    LineCandidate closer = one;
    closer.score = line.score;
    return closer;
  }
  return line;
}

Result<std::vector<LineCandidate>> LineDetector::look_around(const cv::Mat& gray,
                                                             const LineCandidate& line) {
  const int width = std::max(kCell, close_width(line));
  Result<std::vector<LineCandidate>> found = near_to(gray, line, {width, width}, nets_->around);
  if (found) {
    std::erase_if(*found, [&](const LineCandidate& one) { return same_place(one, line); });
  }
  return found;
}

}  // namespace alpr::recognition
