// Proves that hostile pictures are refused before they cost anything, each with its own error.
// Takes a drawn JPEG and a PNG apart byte by byte and lies in their headers.
#include "recognition/image.h"

#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>

#include "recognition/render.h"

namespace alpr::recognition {
namespace {

Bytes photo() { return render_street_photo("7ABC123", 1, {.width = 640, .height = 360}).value(); }

Bytes png() {
  Bytes out;
  cv::imencode(".png", cv::Mat(40, 60, CV_8UC3, cv::Scalar(10, 20, 30)), out);
  return out;
}

std::size_t frame_header(const Bytes& jpeg) {
  for (std::size_t i = 0; i + 9 < jpeg.size(); ++i) {
    if (jpeg[i] == 0xff && (jpeg[i + 1] == 0xc0 || jpeg[i + 1] == 0xc2)) return i;
  }
  return 0;
}

TEST(Image, DecodesAJpegAndAPng) {
  const Result<cv::Mat> jpeg = decode_image(photo());
  ASSERT_TRUE(jpeg) << jpeg.error().detail;
  EXPECT_EQ(jpeg->cols, 640);
  EXPECT_EQ(jpeg->rows, 360);
  const Result<cv::Mat> small = decode_image(png());
  ASSERT_TRUE(small) << small.error().detail;
  EXPECT_EQ(small->size(), cv::Size(60, 40));
  EXPECT_EQ(inspect_image(png())->type, ImageType::kPng);
}

TEST(Image, RefusesWhatIsEmptyOrOfAnotherKind) {
  EXPECT_FALSE(inspect_image({}));
  EXPECT_FALSE(inspect_image(as_bytes("GIF89a and so on")));
  EXPECT_FALSE(inspect_image(as_bytes("%PDF-1.4")));
}

TEST(Image, RefusesEveryTruncation) {
  const Bytes jpeg = photo();
  for (std::size_t size = 0; size < jpeg.size(); size += size < 1000 ? 1 : 997) {
    ASSERT_FALSE(decode_image(BytesView(jpeg).first(size))) << size;
  }
  const Bytes small = png();
  for (std::size_t size = 0; size < small.size(); ++size) {
    ASSERT_FALSE(decode_image(BytesView(small).first(size))) << size;
  }
}

TEST(Image, RefusesWhatIsTooLargeBeforeDecoding) {
  Bytes heavy = photo();
  heavy.resize(kImageBytesMax + 1);
  EXPECT_EQ(inspect_image(heavy).error().code, ErrorCode::kTooLarge);
  Bytes wide = photo();
  const std::size_t at = frame_header(wide);
  ASSERT_GT(at, 0U);
  wide[at + 5] = wide[at + 7] = 0x4e;
  EXPECT_EQ(inspect_image(wide).error().code, ErrorCode::kTooLarge);
  Bytes tall = png();
  tall[20] = tall[16] = 0x7f;
  EXPECT_EQ(inspect_image(tall).error().code, ErrorCode::kTooLarge);
  Bytes nothing = png();
  nothing[19] = 0;
  EXPECT_EQ(inspect_image(nothing).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace alpr::recognition
