// Opening a picture that a stranger may have made. Any thread; no globals.
#pragma once

#include <opencv2/core.hpp>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::recognition {

inline constexpr std::size_t kImageBytesMax = std::size_t{8} << 20;
inline constexpr std::int64_t kImagePixelsMax = 40'000'000;

enum class ImageType { kJpeg, kPng };
std::string_view media_type(ImageType type);  // "image/jpeg", "image/png"

struct ImageHeader {
  ImageType type = ImageType::kJpeg;
  std::int64_t width = 0;   // pixels, as declared by the file
  std::int64_t height = 0;  // pixels
};

// Reads the size a JPEG or PNG declares without decoding it, so that a bomb is refused before it
// costs anything. kMalformed: empty, neither JPEG nor PNG, truncated, zero-sized, animated, a JPEG
// of more than 100 scans or of fewer data than its size needs at the least; kTooLarge: over the
// bounds above, or a progressive JPEG of more than half as many pixels.
Result<ImageHeader> inspect_image(BytesView bytes);

enum class ImageColor { kBgr, kGray, kHalfBgr };  // the last: half as wide and high, cheaper

// inspect_image(), then decodes to 8-bit BGR or gray with the EXIF orientation applied; 16 bits are
// cut to 8, CMYK is converted, transparency is dropped. kMalformed when the decoder fails, when the
// data ends early, or when the decoded size is not the declared one.
Result<cv::Mat> decode_image(BytesView bytes, ImageColor color = ImageColor::kBgr);

}  // namespace alpr::recognition
