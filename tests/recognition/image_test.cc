// Proves that hostile pictures are refused before they cost anything, each with its own error, and
// that unusual ones are decoded. Takes a drawn JPEG and a PNG apart byte by byte, lies in their
// headers, and builds the smallest JPEGs by hand.
#include "recognition/image.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <opencv2/imgcodecs.hpp>
#include <string>

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

// A JPEG of gray blocks, written out: each block is two bits, "nothing differs" and "no more".
struct PlainJpeg {
  std::uint8_t frame = 0xc0;  // 0xc0 sequential, 0xc2 progressive
  std::uint8_t side = 8;      // pixels, a multiple of 8
  std::uint8_t components = 1;
  std::size_t scans = 1;
};

Bytes plain_jpeg(const PlainJpeg& form) {
  Bytes out;
  const auto add = [&](std::initializer_list<int> bytes) {
    for (const int byte : bytes) out.push_back(static_cast<std::uint8_t>(byte));
  };
  add({0xff, 0xd8, 0xff, 0xdb, 0, 67, 0});
  out.insert(out.end(), 64, 1);
  // Adobe's mark: four components are CMYK.
  if (form.components == 4) {
    add({0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0});
  }
  add({0xff, form.frame, 0, 8 + 3 * form.components, 8, 0, form.side, 0, form.side,
       form.components});
  for (int i = 1; i <= form.components; ++i) add({i, 0x11, 0});
  // One code of one bit in each table: 0.
  for (const int table : {0x00, 0x10}) {
    add({0xff, 0xc4, 0, 20, table, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  }
  const std::size_t blocks = std::size_t{form.side} * form.side / 64 * form.components;
  for (std::size_t scan = 0; scan < form.scans; ++scan) {
    add({0xff, 0xda, 0, 6 + 2 * form.components, form.components});
    for (int i = 1; i <= form.components; ++i) add({i, 0});
    add({0, form.frame == 0xc2 ? 0 : 63, 0});
    out.insert(out.end(), (2 * blocks + 7) / 8, 0);
  }
  add({0xff, 0xd9});
  return out;
}

std::string refusal(BytesView bytes) {
  const Result<cv::Mat> picture = decode_image(bytes);
  return picture ? "decoded" : picture.error().detail;
}

TEST(Image, DecodesAtHalfTheSizeInColour) {
  const Result<cv::Mat> half = decode_image(photo(), ImageColor::kHalfBgr);
  ASSERT_TRUE(half) << half.error().detail;
  EXPECT_EQ(half->size(), cv::Size(320, 180));
  EXPECT_EQ(half->type(), CV_8UC3);
  EXPECT_EQ(decode_image(png(), ImageColor::kHalfBgr)->size(), cv::Size(30, 20));
}

TEST(Image, SaysWhatAFileIsThatItDoesNotRead) {
  EXPECT_EQ(refusal(as_bytes("GIF89a and so on")),
            "image: a GIF; it is read as a JPEG or a PNG alone");
  EXPECT_NE(refusal(as_bytes("RIFF\x10\x20\x30\x40WEBPVP8X")).find("a WebP"), std::string::npos);
  EXPECT_NE(refusal(as_bytes("1234ftypisom")).find("a video"), std::string::npos);
  EXPECT_EQ(refusal(as_bytes("hello")), "image: neither a JPEG nor a PNG");
  EXPECT_EQ(refusal({}), "image: the file is empty");
}

TEST(Image, RefusesAnAnimatedPng) {
  Bytes animated = png();
  const std::string control(
      "\0\0\0\x08"
      "acTL\0\0\0\x02\0\0\0\0\0\0\0\0",
      20);
  animated.insert(animated.begin() + 33, control.begin(), control.end());
  EXPECT_NE(refusal(animated).find("animated"), std::string::npos);
}

TEST(Image, DecodesSixteenBitsCmykAndASinglePixel) {
  Bytes deep;
  cv::imencode(".png", cv::Mat(20, 30, CV_16UC3, cv::Scalar(0x1000, 0x8000, 0xf000)), deep);
  const Result<cv::Mat> shallow = decode_image(deep);
  ASSERT_TRUE(shallow) << shallow.error().detail;
  EXPECT_EQ(shallow->at<cv::Vec3b>(5, 5), cv::Vec3b(0x10, 0x80, 0xf0));
  for (const std::uint8_t components : {std::uint8_t{1}, std::uint8_t{4}}) {
    const Result<cv::Mat> plain = decode_image(plain_jpeg({.components = components}));
    ASSERT_TRUE(plain) << plain.error().detail;
    EXPECT_EQ(plain->type(), CV_8UC3);
    EXPECT_EQ(plain->size(), cv::Size(8, 8));
  }
  Bytes dot;
  cv::imencode(".png", cv::Mat(1, 1, CV_8U, cv::Scalar(7)), dot);
  EXPECT_EQ(decode_image(dot, ImageColor::kGray)->at<std::uint8_t>(0, 0), 7);
}

TEST(Image, TurnsAPhotoAsItsExifSays) {
  cv::Mat flat(40, 80, CV_8UC3, cv::Scalar(0, 0, 0));
  flat.colRange(0, 16).setTo(cv::Scalar(255, 255, 255));
  Bytes jpeg;
  cv::imencode(".jpg", flat, jpeg);
  const std::string turned_right(
      "\xff\xe1\0\x22"
      "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0"
      "\0\0",
      36);
  jpeg.insert(jpeg.begin() + 2, turned_right.begin(), turned_right.end());
  const Result<cv::Mat> upright = decode_image(jpeg, ImageColor::kGray);
  ASSERT_TRUE(upright) << upright.error().detail;
  EXPECT_EQ(upright->size(), cv::Size(40, 80));
  EXPECT_GT(upright->at<std::uint8_t>(2, 20), 200);
  EXPECT_LT(upright->at<std::uint8_t>(70, 20), 50);
}

TEST(Image, RefusesAJpegThatCannotHoldWhatItDeclares) {
  const Bytes whole = plain_jpeg({.side = 248});
  ASSERT_TRUE(decode_image(whole));
  Bytes lying = plain_jpeg({.side = 8});
  const std::size_t at = frame_header(lying);
  lying[at + 5] = lying[at + 7] = 4;
  EXPECT_EQ(refusal(lying),
            "image: it declares 1032 x 1032 pixels and has too little data for them");
  Bytes twice = whole;
  twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(frame_header(whole)),
               &whole[frame_header(whole)], &whole[frame_header(whole)] + 13);
  EXPECT_EQ(refusal(twice), "image: the JPEG has two frame headers");
}

TEST(Image, RefusesAJpegOfVeryManyScansOrTooLargeForAProgressiveOne) {
  EXPECT_TRUE(inspect_image(plain_jpeg({.frame = 0xc2, .scans = 100})));
  EXPECT_EQ(refusal(plain_jpeg({.frame = 0xc2, .scans = 101})),
            "image: the JPEG has more than 100 scans");
  Bytes large = plain_jpeg({.frame = 0xc2});
  large.insert(large.end() - 2, 80'000, 0);
  const std::size_t at = frame_header(large);
  large[at + 5] = large[at + 7] = 20;  // 5,128 x 5,128: as a sequential one it would do
  EXPECT_EQ(inspect_image(large).error().code, ErrorCode::kTooLarge);
  large[at + 1] = 0xc0;
  EXPECT_EQ(inspect_image(large).error().code, ErrorCode::kMalformed);  // of two bits a block
  large.insert(large.end() - 2, 80'000, 0);
  EXPECT_TRUE(inspect_image(large));
}

}  // namespace
}  // namespace alpr::recognition
