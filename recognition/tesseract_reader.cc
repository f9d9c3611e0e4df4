#include "recognition/tesseract_reader.h"

#include <fmt/format.h>
#include <tesseract/baseapi.h>

#include <cstdlib>
#include <exception>
#include <opencv2/imgproc.hpp>

namespace alpr::recognition {
namespace {

constexpr int kScale = 2;  // Tesseract's network wants lines of about 40 pixels or more
constexpr int kBorder = 10;

}  // namespace

TesseractReader::TesseractReader(std::unique_ptr<tesseract::TessBaseAPI> api)
    : api_(std::move(api)) {}
TesseractReader::TesseractReader(TesseractReader&&) noexcept = default;
TesseractReader& TesseractReader::operator=(TesseractReader&&) noexcept = default;
TesseractReader::~TesseractReader() = default;

Result<TesseractReader> TesseractReader::open() {
  try {
    auto api = std::make_unique<tesseract::TessBaseAPI>();
    if (api->Init(nullptr, "eng", tesseract::OEM_LSTM_ONLY) != 0) {
      const char* folder = std::getenv("TESSDATA_PREFIX");
      const std::string where =
          folder == nullptr ? "" : fmt::format(" in {} (TESSDATA_PREFIX)", folder);
      return fail(ErrorCode::kIo,
                  fmt::format("Tesseract's English model{} is missing, damaged or of another "
                              "version: install the Debian package tesseract-ocr-eng",
                              where));
    }
    api->SetPageSegMode(tesseract::PSM_RAW_LINE);
    api->SetVariable("tessedit_char_whitelist", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    // Plates are not words: the dictionaries only pull reads towards English.
    api->SetVariable("load_system_dawg", "0");
    api->SetVariable("load_freq_dawg", "0");
    api->SetVariable("debug_file", "/dev/null");
    return TesseractReader(std::move(api));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kIo, std::string("Tesseract: ") + error.what());
  }
}

Result<std::string> TesseractReader::read(const cv::Mat& line) {
  if (line.type() != CV_8UC1 || line.empty()) {
    return fail(ErrorCode::kMalformed, "Tesseract needs a gray line image");
  }
  try {
    cv::Mat large;
    cv::normalize(line, large, 0, 255, cv::NORM_MINMAX);
    cv::resize(large, large, {}, kScale, kScale, cv::INTER_CUBIC);
    cv::copyMakeBorder(large, large, kBorder, kBorder, kBorder, kBorder, cv::BORDER_CONSTANT,
                       cv::Scalar(255));
    api_->SetImage(large.data, large.cols, large.rows, 1, static_cast<int>(large.step));
    api_->SetSourceResolution(300);
    const std::unique_ptr<char[]> text(api_->GetUTF8Text());
    std::string plate;
    for (const char* c = text.get(); c != nullptr && *c != 0; ++c) {
      if ((*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9')) plate.push_back(*c);
    }
    return plate;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kMalformed, std::string("Tesseract: ") + error.what());
  }
}

}  // namespace alpr::recognition
