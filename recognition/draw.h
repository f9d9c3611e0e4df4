// Pictures with boxes and text, to look at what was read.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <set>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "recognition/plate.h"

namespace alpr::recognition {

// A JPEG of the picture with what was read on it. kMalformed when OpenCV fails. Any thread.
Result<Bytes> draw_plates(const cv::Mat& picture, const std::vector<PlateCandidate>& plates);

// The folder that they are written to. Owned by one thread.
class Drawings {
 public:
  explicit Drawings(std::filesystem::path folder) : folder_(std::move(folder)) {}
  // NAME.jpg; where this run wrote one of that name among the last kNamesMax, NAME-2.jpg and so on.
  // kNoSpace or kIo.
  Result<void> put(const std::string& name, BytesView jpeg);
  static constexpr std::size_t kNamesMax = 100'000;

 private:
  std::filesystem::path folder_;
  std::set<std::string> names_;
};

}  // namespace alpr::recognition
