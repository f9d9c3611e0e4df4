// Where in a picture lines of plate characters may be: a small convolutional network over the
// picture in three sizes. recognition/training/ makes its weights.
#pragma once

#include <array>
#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "ledger/chain/error.h"
#include "recognition/rectify.h"

namespace alpr::recognition {

// kUsual finds lines from a fiftieth of the picture's longer side. kFine sees small ones better and
// costs four times as much.
enum class Detection { kUsual, kFine };

// Owned by one thread at a time.
class LineDetector {
 public:
  static Result<LineDetector> load();  // kCorrupt when OpenCV refuses the built-in weights
  LineDetector(LineDetector&&) noexcept;
  LineDetector& operator=(LineDetector&&) noexcept;
  ~LineDetector();
  // `gray` is 8-bit, one channel. Best first, at most kCandidatesMax, none twice. kMalformed for
  // another kind of image or when OpenCV fails.
  Result<std::vector<LineCandidate>> find(const cv::Mat& gray, Detection detection);
  // The same line, looked at more closely: its ends and its tilt are known better then. The line as
  // it was where there is none on a closer look. Errors as find().
  Result<LineCandidate> look_closer(const cv::Mat& gray, const LineCandidate& line);
  // Other lines close to this one, above and below it too, the likeliest first. Errors as find().
  Result<std::vector<LineCandidate>> look_around(const cv::Mat& gray, const LineCandidate& line);

 private:
  struct Nets;
  explicit LineDetector(std::unique_ptr<Nets> nets);
  std::unique_ptr<Nets> nets_;
};
inline constexpr std::size_t kCandidatesMax = 12;

}  // namespace alpr::recognition
