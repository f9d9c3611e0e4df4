// Proves that no bytes make the check of a picture's header, or the decoder behind it, read out of
// bounds or abort, and that what is decoded is as large as was declared. Pictures that declare more
// than a million pixels are only inspected, for speed.
#include <cstdint>
#include <cstdlib>

#include "recognition/image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  using namespace alpr::recognition;
  constexpr std::int64_t kPixelsMax = 1'000'000;
  const BytesView bytes(data, size);
  const Result<ImageHeader> header = inspect_image(bytes);
  const bool sized = header && header->width > 0 && header->height > 0;
  if (header && !sized) std::abort();
  if (!header || header->width > kPixelsMax / header->height) return 0;
  for (const ImageColor color : {ImageColor::kGray, ImageColor::kBgr}) {
    const Result<cv::Mat> picture = decode_image(bytes, color);
    if (!picture) continue;
    if (static_cast<std::int64_t>(picture->total()) != header->width * header->height) std::abort();
    if (picture->type() != (color == ImageColor::kGray ? CV_8UC1 : CV_8UC3)) std::abort();
  }
  return 0;
}
