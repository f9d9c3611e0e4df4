// Photo in, plates out: the detector finds lines, the line network reads them, in several framings
// where it is not sure; patterns weigh what it says, Tesseract is asked where doubt is left, and
// the confidence is calibrated.
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "recognition/detect.h"
#include "recognition/line_network.h"
#include "recognition/plate.h"
#include "recognition/tesseract_reader.h"
#include "recognition/two_lines.h"

namespace alpr::recognition {

// kThorough looks once more, finely, where nothing is read with confidence; it takes four times as
// long where there is no plate. kQuick does not: for frames of which the next is another chance.
enum class Effort { kThorough, kQuick };

// Owned by one thread at a time; make one per thread.
class PlateReader {
 public:
  // kCorrupt or kIo when a network or Tesseract can't be loaded.
  static Result<PlateReader> create();
  // Best first, empty when there is no plate. `picture` is 8-bit, gray or BGR; else kMalformed. Of
  // a gray picture no colour is named.
  Result<std::vector<PlateCandidate>> read(const cv::Mat& picture,
                                           Effort effort = Effort::kThorough);
  // decode_image() and read(): a JPEG or PNG from anywhere.
  Result<std::vector<PlateCandidate>> read_encoded(BytesView image);

 private:
  PlateReader(LineDetector detector, LineNetwork network, TesseractReader tesseract);
  Result<std::vector<ReadLine>> read_lines(const cv::Mat& gray, Detection detection);
  Result<std::optional<ReadLine>> read_line(const cv::Mat& gray, LineCandidate line);
  // The whole plate where the line is one of two (two_lines.h); nothing where it stands alone.
  // `lines` is what the detector found.
  Result<std::optional<ReadLine>> with_other_half(const cv::Mat& gray, const ReadLine& half,
                                                  const std::vector<LineCandidate>& lines);
  // Reads the line in other framings too and puts the mean of what all of them say into `texts`;
  // fewer where the first ones agree.
  Result<void> look_again(const cv::Mat& gray, const LineCandidate& line,
                          std::vector<LineText>& texts);

  LineDetector detector_;
  LineNetwork network_;
  TesseractReader tesseract_;
};

// The same with a reader of its own: for a single picture.
Result<std::vector<PlateCandidate>> read_plates(BytesView image);

}  // namespace alpr::recognition
