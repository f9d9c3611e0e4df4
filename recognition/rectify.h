// A line of plate characters in a picture, and cutting it out upright. Any thread; no globals.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::recognition {

// A parallelogram: tilted and sheared as the plate is.
struct LineCandidate {
  cv::Point2f centre;  // pixels of the picture
  cv::Point2f along;   // from the centre to the middle of the last character's right edge
  cv::Point2f down;    // from the centre to the characters' feet
  float score = 0;     // how sure the detector is, 0 to 1
  std::vector<LineCandidate> otherwise = {};  // the same line as other sizes of the picture show it
  float height() const;
  float length() const;
};

// The characters are `kLineTextHeight` high, in the middle of kLineHeight x kLineWidth pixels, with
// `kLineMargin` of the picture beside the first and last one, in character heights. A longer line
// is squeezed; a shorter one shows more of what is beside it.
inline constexpr int kLineHeight = 32;
inline constexpr int kLineTextHeight = 20;
inline constexpr int kLineWidth = 160;
inline constexpr float kLineMargin = 0.8F;
struct LineImage {
  cv::Mat gray;            // 8-bit, kLineHeight x kLineWidth
  cv::Matx23f to_picture;  // maps a point of the line image to the picture
};

// How a line is framed otherwise than detection said, in its own lengths and heights.
struct Framing {
  float wider = 1;
  float taller = 1;
  float lower = 0;     // moved down by so many heights
  float leaning = 0;   // the feet to the right by so many heights
  float squeezed = 1;  // characters narrower by so much, as those of wide dies are read better
};
LineCandidate framed(const LineCandidate& line, const Framing& framing);

// `gray` is 8-bit, one channel; characters come out `squeezed` times narrower. kMalformed for
// another kind of image, for a line of no size, or when OpenCV fails.
Result<LineImage> rectify(const cv::Mat& gray, const LineCandidate& line, float squeezed = 1);

}  // namespace alpr::recognition
