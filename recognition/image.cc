#include "recognition/image.h"

#include <algorithm>
#include <array>
#include <opencv2/imgcodecs.hpp>

#include "ledger/chain/encoding.h"

namespace alpr::recognition {
namespace {

constexpr std::array<std::uint8_t, 8> kPngMagic{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::array<std::uint8_t, 12> kPngEnd{0,   0,   0,    0,    'I',  'E',
                                               'N', 'D', 0xae, 0x42, 0x60, 0x82};
constexpr std::size_t kSegmentsMax = 4096;

tl::unexpected<Error> bad_image(std::string_view what) {
  return fail(ErrorCode::kMalformed, "image: " + std::string(what));
}

bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

Result<ImageHeader> inspect_png(BytesView bytes) {
  constexpr std::size_t kHeaderEnd = 24;
  if (bytes.size() < kHeaderEnd || as_text(bytes.subspan(12, 4)) != "IHDR") {
    return bad_image("a PNG without its header");
  }
  if (bytes.size() < kPngEnd.size() ||
      !std::equal(kPngEnd.begin(), kPngEnd.end(), bytes.end() - kPngEnd.size())) {
    return bad_image("the PNG is truncated");
  }
  return ImageHeader{ImageType::kPng, chain::get_be32(&bytes[16]), chain::get_be32(&bytes[20])};
}

// Cameras pad after the end marker, so it is looked for and not demanded as the last two bytes.
bool has_jpeg_end(BytesView scan) {
  constexpr std::array<std::uint8_t, 2> kEnd{0xff, 0xd9};
  return std::search(scan.begin(), scan.end(), kEnd.begin(), kEnd.end()) != scan.end();
}

Result<ImageHeader> inspect_jpeg(BytesView bytes) {
  ImageHeader header{ImageType::kJpeg, 0, 0};
  std::size_t at = 2;
  for (std::size_t segment = 0; segment < kSegmentsMax; ++segment) {
    while (at + 1 < bytes.size() && bytes[at] == 0xff && bytes[at + 1] == 0xff) ++at;
    if (at + 4 > bytes.size()) return bad_image("the JPEG is truncated");
    if (bytes[at] != 0xff) return bad_image("the JPEG's segments are damaged");
    const std::uint8_t marker = bytes[at + 1];
    const std::size_t length = chain::get_be16(&bytes[at + 2]);
    if (length < 2 || at + 2 + length > bytes.size()) return bad_image("the JPEG is truncated");
    if (is_frame_header(marker)) {
      if (length < 8) return bad_image("the JPEG's frame header is too short");
      header.height = chain::get_be16(&bytes[at + 5]);
      header.width = chain::get_be16(&bytes[at + 7]);
    }
    at += 2 + length;
    if (marker == 0xda) {
      if (header.width == 0) return bad_image("the JPEG has no frame header before its data");
      if (!has_jpeg_end(bytes.subspan(at))) return bad_image("the JPEG is truncated");
      return header;
    }
  }
  return bad_image("the JPEG has too many segments");
}

}  // namespace

std::string_view media_type(ImageType type) {
  return type == ImageType::kJpeg ? "image/jpeg" : "image/png";
}

Result<ImageHeader> inspect_image(BytesView bytes) {
  if (bytes.empty()) return bad_image("the file is empty");
  if (bytes.size() > kImageBytesMax) {
    return fail(ErrorCode::kTooLarge, "image: the file is larger than 8 MiB");
  }
  const bool png = bytes.size() >= kPngMagic.size() &&
                   std::equal(kPngMagic.begin(), kPngMagic.end(), bytes.begin());
  const bool jpeg = bytes.size() >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
  if (!png && !jpeg) return bad_image("neither a JPEG nor a PNG");
  const Result<ImageHeader> header = png ? inspect_png(bytes) : inspect_jpeg(bytes);
  if (!header) return header;
  if (header->width <= 0 || header->height <= 0) return bad_image("it has no pixels");
  if (header->width > kImagePixelsMax / header->height) {
    return fail(ErrorCode::kTooLarge, "image: it declares more than 40 million pixels");
  }
  return header;
}

Result<cv::Mat> decode_image(BytesView bytes, ImageColor color) {
  const Result<ImageHeader> header = inspect_image(bytes);
  if (!header) return tl::unexpected(header.error());
  try {
    const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8U,
                      const_cast<std::uint8_t*>(bytes.data()));
    cv::Mat image =
        cv::imdecode(raw, color == ImageColor::kGray ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
    if (image.empty()) return bad_image("the decoder can't read it");
    const bool upright = image.cols == header->width && image.rows == header->height;
    const bool turned = image.cols == header->height && image.rows == header->width;
    if (!upright && !turned) return bad_image("its size is not the one it declares");
    return image;
  } catch (const cv::Exception& error) {
    return bad_image(error.err);
  }
}

}  // namespace alpr::recognition
