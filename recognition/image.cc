#include "recognition/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <opencv2/imgcodecs.hpp>

#include "ledger/chain/encoding.h"

namespace alpr::recognition {
namespace {

constexpr std::array<std::uint8_t, 8> kPngMagic{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t kSegmentsMax = 4096;
// A progressive JPEG is decoded as often as it has scans, so a small file of many costs hours.
// Encoders write ten or so.
constexpr std::size_t kScansMax = 100;
// Its decoder keeps all coefficients: six bytes a pixel on top of the picture.
constexpr std::int64_t kProgressivePixelsMax = kImagePixelsMax / 2;
constexpr std::int64_t kBlockPixels = 64;

tl::unexpected<Error> bad_image(std::string_view what) {
  return fail(ErrorCode::kMalformed, "image: " + std::string(what));
}

bool begins_with(BytesView bytes, std::size_t at, std::string_view text) {
  return bytes.size() >= at + text.size() && as_text(bytes.subspan(at, text.size())) == text;
}

// Who made the file learns what it is taken for.
std::string_view other_kind(BytesView bytes) {
  using namespace std::string_view_literals;
  if (begins_with(bytes, 0, "GIF8")) return "a GIF";
  if (begins_with(bytes, 0, "RIFF") && begins_with(bytes, 8, "WEBP")) return "a WebP";
  if (begins_with(bytes, 0, "RIFF") && begins_with(bytes, 8, "AVI ")) return "a video";
  if (begins_with(bytes, 4, "ftypheic") || begins_with(bytes, 4, "ftypmif1")) return "a HEIC";
  if (begins_with(bytes, 4, "ftypavif")) return "an AVIF";
  if (begins_with(bytes, 4, "ftyp")) return "a video";
  if (begins_with(bytes, 0, "II*\0"sv) || begins_with(bytes, 0, "MM\0*"sv)) return "a TIFF";
  if (begins_with(bytes, 0, "BM")) return "a BMP";
  if (begins_with(bytes, 0, "%PDF")) return "a PDF";
  return "";
}

// Chunk by chunk to the end: length, four letters, data, checksum.
Result<ImageHeader> inspect_png(BytesView bytes) {
  constexpr std::size_t kAround = 12;  // bytes of a chunk besides its data
  constexpr std::size_t kHeaderSize = 13;
  ImageHeader header{ImageType::kPng, 0, 0};
  std::size_t at = kPngMagic.size();
  while (bytes.size() - at >= kAround) {
    const std::size_t size = chain::get_be32(&bytes[at]);
    const std::string_view name = as_text(bytes.subspan(at + 4, 4));
    if (size > bytes.size() - at - kAround) break;
    const bool first = at == kPngMagic.size();
    if (first != (name == "IHDR") || (first && size != kHeaderSize)) {
      return bad_image("a PNG without its header");
    }
    if (first) {
      header.width = chain::get_be32(&bytes[at + 8]);
      header.height = chain::get_be32(&bytes[at + 12]);
    }
    if (name == "acTL") return bad_image("an animated PNG; give one picture, or a video file");
    if (name == "IEND") return header;
    at += size + kAround;
  }
  return bad_image("the PNG is truncated");
}

struct JpegFrame {
  bool seen = false;
  bool progressive = false;
  bool arithmetic = false;
  std::size_t scans = 0;
  std::int64_t scan_bytes = 0;
};

bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

bool is_restart(std::uint8_t marker) { return marker >= 0xd0 && marker <= 0xd7; }

// Where the scan's data that begin at `at` end: at a marker that is no restart; the end of the
// bytes when there is none.
std::size_t end_of_scan(BytesView bytes, std::size_t at) {
  while (at + 1 < bytes.size()) {
    const std::uint8_t next = bytes[at + 1];
    if (bytes[at] == 0xff && next != 0 && next != 0xff && !is_restart(next)) return at;
    ++at;
  }
  return bytes.size();
}

// What no decoder would tell: a file that could not hold as many blocks as it declares. The
// shortest code of a block is a bit for its first coefficient and, in a sequential file, one for
// the rest.
bool too_little_data(const ImageHeader& header, const JpegFrame& frame) {
  if (frame.arithmetic || header.width > kImagePixelsMax / header.height) return false;
  const std::int64_t blocks = header.width * header.height / kBlockPixels;
  const std::int64_t bits = frame.progressive ? 1 : 2;
  return frame.scan_bytes < blocks * bits / 8;
}

Result<void> take_frame_header(BytesView segment, std::uint8_t marker, ImageHeader& header,
                               JpegFrame& frame) {
  if (segment.size() < 8) return bad_image("the JPEG's frame header is too short");
  if (frame.seen) return bad_image("the JPEG has two frame headers");
  header.height = chain::get_be16(&segment[3]);
  header.width = chain::get_be16(&segment[5]);
  frame.seen = true;
  frame.progressive = marker == 0xc2 || marker == 0xca;
  frame.arithmetic = marker > 0xc8;
  return {};
}

// The picture is over at the end marker; cameras pad after it.
Result<ImageHeader> finish_jpeg(const ImageHeader& header, const JpegFrame& frame) {
  if (frame.scans == 0) return bad_image("the JPEG has no data");
  if (header.width <= 0 || header.height <= 0) return bad_image("it has no pixels");
  if (too_little_data(header, frame)) {
    return bad_image(fmt::format("it declares {} x {} pixels and has too little data for them",
                                 header.width, header.height));
  }
  if (frame.progressive && header.width > kProgressivePixelsMax / header.height) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("image: {} x {} pixels; a progressive JPEG may have 20 million",
                            header.width, header.height));
  }
  return header;
}

Result<ImageHeader> inspect_jpeg(BytesView bytes) {
  ImageHeader header{ImageType::kJpeg, 0, 0};
  JpegFrame frame;
  std::size_t at = 2;
  for (std::size_t segment = 0; segment < kSegmentsMax; ++segment) {
    while (at + 1 < bytes.size() && bytes[at] == 0xff && bytes[at + 1] == 0xff) ++at;
    if (at + 1 < bytes.size() && bytes[at] == 0xff && bytes[at + 1] == 0xd9) {
      return finish_jpeg(header, frame);
    }
    if (at + 4 > bytes.size()) return bad_image("the JPEG is truncated");
    if (bytes[at] != 0xff) return bad_image("the JPEG's segments are damaged");
    const std::uint8_t marker = bytes[at + 1];
    const std::size_t length = chain::get_be16(&bytes[at + 2]);
    if (length < 2 || at + 2 + length > bytes.size()) return bad_image("the JPEG is truncated");
    if (is_frame_header(marker)) {
      const Result<void> taken =
          take_frame_header(bytes.subspan(at + 2, length), marker, header, frame);
      if (!taken) return tl::unexpected(taken.error());
    }
    at += 2 + length;
    if (marker != 0xda) continue;
    if (!frame.seen) return bad_image("the JPEG has no frame header before its data");
    if (++frame.scans > kScansMax) return bad_image("the JPEG has more than 100 scans");
    const std::size_t end = end_of_scan(bytes, at);
    frame.scan_bytes += static_cast<std::int64_t>(end - at);
    at = end;
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
  if (!png && !jpeg) {
    const std::string_view kind = other_kind(bytes);
    if (kind.empty()) return bad_image("neither a JPEG nor a PNG");
    return bad_image(fmt::format("{}; it is read as a JPEG or a PNG alone", kind));
  }
  const Result<ImageHeader> header = png ? inspect_png(bytes) : inspect_jpeg(bytes);
  if (!header) return header;
  if (header->width <= 0 || header->height <= 0) return bad_image("it has no pixels");
  if (header->width > kImagePixelsMax / header->height) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("image: {} x {} pixels, of which at most 40 million are decoded",
                            header->width, header->height));
  }
  return header;
}

Result<cv::Mat> decode_image(BytesView bytes, ImageColor color) {
  const Result<ImageHeader> header = inspect_image(bytes);
  if (!header) return tl::unexpected(header.error());
  try {
    const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8U,
                      const_cast<std::uint8_t*>(bytes.data()));
    int flags = cv::IMREAD_COLOR;
    if (color == ImageColor::kGray) flags = cv::IMREAD_GRAYSCALE;
    if (color == ImageColor::kHalfBgr) flags = cv::IMREAD_REDUCED_COLOR_2;
    cv::Mat image = cv::imdecode(raw, flags);
    if (image.empty()) return bad_image("the decoder can't read it");
    if (color == ImageColor::kHalfBgr) return image;  // rounded up or down, by the decoder
    const bool upright = image.cols == header->width && image.rows == header->height;
    const bool turned = image.cols == header->height && image.rows == header->width;
    if (!upright && !turned) return bad_image("its size is not the one it declares");
    return image;
  } catch (const cv::Exception& error) {
    return bad_image(error.err);
  }
}

}  // namespace alpr::recognition
