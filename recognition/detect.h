// Where in a picture a line of plate characters may be: several binarisations, connected components
// of character shape, collinear groups of them. No training, no plate outline needed.
#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::recognition {

// A line of characters: the parallelogram around its components, from the first to the last one
// found.
struct LineCandidate {
  cv::Point2f start;   // middle of the left edge of the first character, pixels
  cv::Point2f end;     // middle of the right edge of the last character
  float height = 0;    // of the characters, across the line, pixels
  float score = 0;     // only for ordering within one picture
  int characters = 0;  // components that made it
  bool light_on_dark = false;
};

struct DetectOptions {
  std::size_t candidates_max = 8;
};

// `gray` is 8-bit, one channel. Best first. kMalformed for another kind of image or when OpenCV
// fails. Any thread.
Result<std::vector<LineCandidate>> detect_lines(const cv::Mat& gray,
                                                const DetectOptions& options = {});

// Cuts the candidate out, upright: the characters are `kLineTextHeight` high in an image of
// kLineHeight x kLineWidth, dark on light, contrast stretched. `margin` is how much of the picture
// beside the first and last character is taken along, in character heights: the ends of a line are
// what detection misses most.
inline constexpr int kLineHeight = 32;
inline constexpr int kLineTextHeight = 20;
inline constexpr int kLineWidth = 160;
struct LineImage {
  cv::Mat gray;            // 8-bit, kLineHeight x kLineWidth
  cv::Matx23f to_picture;  // maps a point of the line image to the picture
};
Result<LineImage> rectify(const cv::Mat& gray, const LineCandidate& line, float margin);

}  // namespace alpr::recognition
