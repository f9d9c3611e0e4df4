// The small CTC network that turns a line image into text. recognition/training/ makes its weights.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::recognition {

struct LineText {
  std::string text;        // A-Z0-9, may be empty: no plate
  double probability = 0;  // the network's own, 0 to 1
};

struct LineReading {
  std::vector<LineText> texts;  // best first, at most kBeamsMax
  // Where characters begin and end in the line image, pixels; equal when there are none.
  float start_x = 0;
  float end_x = 0;
};
inline constexpr std::size_t kBeamsMax = 11;  // the read and its ten alternatives

// Owned by one thread at a time.
class LineNetwork {
 public:
  static Result<LineNetwork> load();  // kCorrupt when OpenCV refuses the built-in weights
  LineNetwork(LineNetwork&&) noexcept;
  LineNetwork& operator=(LineNetwork&&) noexcept;
  ~LineNetwork();
  // `line` is what rectify() makes. kMalformed for another size or type.
  Result<LineReading> read(const cv::Mat& line);

 private:
  struct Net;
  explicit LineNetwork(std::unique_ptr<Net> net);
  std::unique_ptr<Net> net_;
};

// Prefix beam search (Graves 2006; Hannun 2014) over `probabilities`, 32-bit floats: a row per
// column of the line, a column per character of "-0-9A-Z". Its texts' probabilities are sums over
// alignments. Pure.
std::vector<LineText> decode_ctc(const cv::Mat& probabilities);

}  // namespace alpr::recognition
