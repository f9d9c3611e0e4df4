// Tesseract as a second reader: another opinion on a line that the network is not sure of.
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "ledger/chain/error.h"

namespace tesseract {
class TessBaseAPI;
}

namespace alpr::recognition {

// Owned by one thread at a time. Set OMP_THREAD_LIMIT=1 in the process: Tesseract's own threads
// only cost time here.
class TesseractReader {
 public:
  // kIo when the English model (Debian: tesseract-ocr-eng) is missing, damaged or of another
  // version.
  static Result<TesseractReader> open();
  TesseractReader(TesseractReader&&) noexcept;
  TesseractReader& operator=(TesseractReader&&) noexcept;
  ~TesseractReader();
  // Text of one line, A-Z0-9 only, maybe empty. `line` is 8-bit gray, dark on light.
  Result<std::string> read(const cv::Mat& line);

 private:
  explicit TesseractReader(std::unique_ptr<tesseract::TessBaseAPI> api);
  std::unique_ptr<tesseract::TessBaseAPI> api_;
};

}  // namespace alpr::recognition
