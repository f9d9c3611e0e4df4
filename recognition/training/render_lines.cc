// Renders plate lines as detection would cut them out of a photo, for training the line reader.
// Usage:
//   render_lines COUNT SEED OUTPUT FONT...
// OUTPUT holds COUNT records of kLineHeight x kLineWidth gray bytes, then 12 bytes of label padded
// with zeros.
#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <string>
#include <vector>

#include "recognition/detect.h"
#include "recognition/plate_font.h"

namespace {

using alpr::recognition::draw_glyph;
using alpr::recognition::GlyphStyle;
using alpr::recognition::kLineHeight;
using alpr::recognition::kLineTextHeight;
using alpr::recognition::kLineWidth;

constexpr int kFine = 4;  // drawn at four times the size that the reader sees
constexpr int kLabelSize = 12;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  float between(float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(engine_);
  }
  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
  bool chance(float probability) { return between(0.0F, 1.0F) < probability; }
  char one_of(const std::string& choices) {
    return choices[static_cast<std::size_t>(between(0, static_cast<int>(choices.size()) - 1))];
  }
  cv::RNG rng() { return cv::RNG(engine_()); }

 private:
  std::mt19937 engine_;
};

// '@' a letter, '#' a digit, '-' a gap that may hold a symbol. policy/formats.md sections 1 and 2.
std::string random_text(Dice& dice) {
  static const std::array<const char*, 24> kPatterns{
      "#@@@###", "#@@@###", "#@@@###", "@@@-####", "@@@-####", "###-@@@",  "###-@@@",  "@@@-###",
      "@@#-@#@", "@@#-@#@", "@@##@#@", "#@#####",  "#####@#",  "@##-####", "@@-#####", "##@-#@@",
      "######",  "#######", "##-@@@",  "@@@##@",   "@###@@",   "@@@@##",   "###@@@#",  "#@@-###"};
  static const std::string kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ";
  static const std::string kAllLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const bool rare = dice.chance(0.08F);
  std::string pattern;
  if (dice.chance(0.25F)) {
    const int length = dice.between(3, 8);
    for (int i = 0; i < length; ++i) pattern += dice.chance(0.5F) ? '@' : '#';
    if (dice.chance(0.4F))
      pattern.insert(static_cast<std::size_t>(dice.between(1, length - 1)), "-");
  } else {
    pattern = kPatterns[static_cast<std::size_t>(dice.between(0, int{kPatterns.size()} - 1))];
  }
  for (char& c : pattern) {
    if (c == '@') c = dice.one_of(rare ? kAllLetters : kLetters);
    if (c == '#') c = static_cast<char>('0' + dice.between(0, 9));
  }
  return pattern;
}

struct Face {
  FT_Face font = nullptr;   // none: our own strokes
  float aspect = 0.5F;      // of a character's cell
  float thickness = 0.15F;  // of a stroke, in heights
};

// Draws a character of any face into a cell, so that all faces become as narrow as plates are.
void draw_character(cv::Mat& ink, char c, cv::Point2f at, float height, const Face& face) {
  const float width = face.aspect * height;
  if (face.font == nullptr) {
    draw_glyph(ink, c, at, GlyphStyle{width, height, face.thickness * height});
    return;
  }
  FT_Set_Pixel_Sizes(face.font, 0, 120);
  if (FT_Load_Char(face.font, static_cast<FT_ULong>(c), FT_LOAD_RENDER) != 0) return;
  const FT_Bitmap& bitmap = face.font->glyph->bitmap;
  if (bitmap.width == 0 || bitmap.rows == 0) return;
  const cv::Mat raw(static_cast<int>(bitmap.rows), static_cast<int>(bitmap.width), CV_8U,
                    bitmap.buffer, static_cast<std::size_t>(bitmap.pitch));
  const bool narrow = c == '1' || c == 'I';
  const float natural = static_cast<float>(raw.cols) / static_cast<float>(raw.rows);
  const float wanted = narrow ? std::min(width, natural * height) : width;
  cv::Mat scaled;
  cv::resize(raw, scaled, {std::max(2, cvRound(wanted)), cvRound(height)}, 0, 0, cv::INTER_AREA);
  const cv::Rect target(cvRound(at.x + (width - wanted) / 2), cvRound(at.y), scaled.cols,
                        scaled.rows);
  const cv::Rect visible = target & cv::Rect(0, 0, ink.cols, ink.rows);
  if (visible.empty()) return;
  cv::Mat place = ink(visible);
  cv::max(place, scaled(visible - target.tl()), place);
}

void draw_symbol(cv::Mat& ink, cv::Point2f centre, float height, Dice& dice) {
  const float r = height * dice.between(0.1F, 0.24F);
  const cv::Scalar shade(dice.between(100, 255));
  switch (dice.between(0, 4)) {
    case 0:
      cv::circle(ink, centre, cvRound(r), shade, -1, cv::LINE_AA);
      break;
    case 1:
      cv::rectangle(ink, cv::Rect2f(centre.x - r, centre.y - r, 2 * r, 2 * r), shade, -1);
      break;
    case 2:
      cv::line(ink, centre - cv::Point2f(r, 0), centre + cv::Point2f(r, 0), shade, cvRound(r / 2));
      break;
    case 3:
      for (int i = 0; i < 12; ++i) {
        const cv::Point2f p(centre.x + dice.between(-r, r),
                            centre.y + dice.between(-1.4F * r, 1.4F * r));
        cv::circle(ink, p, cvRound(r / 4), cv::Scalar(dice.between(60, 255)), -1, cv::LINE_AA);
      }
      break;
    default:
      cv::drawMarker(ink, centre, shade, cv::MARKER_DIAMOND, cvRound(2 * r), cvRound(r / 2));
  }
}

void draw_words(cv::Mat& ink, float x, float y, float size, float width, Dice& dice) {
  std::string words;
  while (static_cast<float>(words.size()) * size * 0.75F < width) {
    words += dice.chance(0.15F)
                 ? ' '
                 : static_cast<char>((dice.chance(0.5F) ? 'A' : 'a') + dice.between(0, 25));
  }
  cv::putText(ink, words, cv::Point2f(x, y),
              dice.chance(0.5F) ? cv::FONT_HERSHEY_DUPLEX : cv::FONT_HERSHEY_COMPLEX, size / 22.0,
              cv::Scalar(dice.between(80, 255)), std::max(1, cvRound(size / 8)), cv::LINE_AA);
}

struct Line {
  cv::Mat ink;  // what is printed or cut into the plate
  float start = 0;
  float end = 0;
};

Line draw_line(const std::string& text, const Face& face, Dice& dice) {
  const float height = kLineTextHeight * kFine * dice.between(0.84F, 1.12F);
  const float spacing = height * dice.between(0.06F, 0.22F);
  Line line;
  line.ink = cv::Mat::zeros(kLineHeight * kFine, kLineWidth * kFine * 2, CV_8U);
  const float top =
      (static_cast<float>(line.ink.rows) - height) / 2 + height * dice.between(-0.08F, 0.08F);
  float x = height * dice.between(0.45F, 1.35F);
  line.start = x;
  const bool symbols = dice.chance(0.55F);
  const float gap = height * dice.between(0.15F, 0.6F);
  for (const char c : text) {
    if (c == '-') {
      const float wide = symbols ? std::max(gap, height * 0.4F) : gap;
      if (symbols)
        draw_symbol(line.ink, {x + wide / 2 - spacing / 2, top + height / 2}, height, dice);
      x += wide;
      continue;
    }
    draw_character(line.ink, c, {x, top}, height, face);
    x += face.aspect * height + spacing;
  }
  line.end = x - spacing;
  if (dice.chance(0.6F))
    draw_words(line.ink, line.start, top - height * dice.between(0.08F, 0.3F),
               height * dice.between(0.2F, 0.45F), line.end - line.start, dice);
  if (dice.chance(0.5F))
    draw_words(line.ink, line.start, top + height * dice.between(1.3F, 1.7F),
               height * dice.between(0.2F, 0.4F), line.end - line.start, dice);
  return line;
}

void draw_edges(cv::Mat& picture, const Line& line, Dice& dice) {
  const auto rows = static_cast<float>(picture.rows);
  const float reach = kLineTextHeight * kFine;
  for (const int side : {-1, 1}) {
    if (dice.chance(0.25F)) continue;
    const float from = side < 0 ? line.start : line.end;
    const float edge = from + static_cast<float>(side) * reach * dice.between(0.12F, 1.0F);
    const cv::Scalar outside(dice.between(0, 255));
    const float far = edge + static_cast<float>(side) * reach * 4;
    cv::rectangle(picture, cv::Point2f(std::min(edge, far), -1),
                  cv::Point2f(std::max(edge, far), rows + 1), outside, -1);
    if (dice.chance(0.5F)) {
      cv::line(picture, cv::Point2f(edge, -1),
               cv::Point2f(edge + dice.between(-3.0F, 3.0F), rows + 1),
               cv::Scalar(dice.between(0, 255)), dice.between(2, 9), cv::LINE_AA);
    }
  }
  for (const float where : {0.02F, 0.7F}) {
    if (!dice.chance(0.2F)) continue;
    const float y = rows * (where + dice.between(0.0F, 0.25F));
    cv::line(picture, cv::Point2f(-1, y),
             cv::Point2f(static_cast<float>(picture.cols), y + dice.between(-6.0F, 6.0F)),
             cv::Scalar(dice.between(0, 255)), dice.between(2, 8), cv::LINE_AA);
  }
  const int bolts = dice.between(0, 3);
  for (int i = 0; i < bolts; ++i) {
    const float x = dice.chance(0.5F) ? line.start - reach * dice.between(0.1F, 0.6F)
                                      : line.end + reach * dice.between(0.1F, 0.6F);
    cv::circle(picture, cv::Point2f(x, rows * dice.between(0.0F, 1.0F)), dice.between(3, 11),
               cv::Scalar(dice.between(0, 255)), -1, cv::LINE_AA);
  }
}

cv::Mat background(cv::Size size, int paper, Dice& dice) {
  cv::Mat out(size, CV_8U, cv::Scalar(paper));
  cv::Mat small(2, 5, CV_8U);
  cv::RNG rng = dice.rng();
  rng.fill(small, cv::RNG::UNIFORM, 0, dice.between(2, 60));
  cv::Mat smooth;
  cv::resize(small, smooth, size, 0, 0, cv::INTER_CUBIC);
  if (dice.chance(0.5F)) {
    cv::subtract(out, smooth, out);
  } else {
    cv::add(out, smooth, out);
  }
  return out;
}

// Ink on paper, then a shadow, lens and sensor at the photo's own resolution, and JPEG.
cv::Mat photograph(const Line& line, const cv::Mat& turned, int used, Dice& dice) {
  const float contrast =
      dice.chance(0.25F) ? dice.between(30.0F, 70.0F) : dice.between(60.0F, 220.0F);
  const int paper = dice.between(static_cast<int>(contrast) + 10, 255);
  cv::Mat picture = background(turned.size(), paper, dice);
  draw_edges(picture, line, dice);
  cv::Mat amount;
  turned.convertTo(amount, CV_32F, contrast / 255.0);
  cv::Mat mixed;
  picture.convertTo(mixed, CV_32F);
  mixed -= amount;
  if (dice.chance(0.25F)) {
    const int x = dice.between(1, used * kFine);
    mixed.colRange(0, x) *= dice.between(0.35F, 1.0F);
  }
  if (dice.chance(0.3F))
    cv::GaussianBlur(mixed, mixed, {}, dice.between(0.5F, 4.0F), dice.between(0.5F, 4.0F));
  const float source_height =
      dice.chance(0.6F) ? dice.between(7.0F, 16.0F) : dice.between(14.0F, 40.0F);
  const float scale = source_height / (kLineTextHeight * kFine);
  cv::Mat photo;
  cv::resize(mixed, photo, {}, scale, scale, cv::INTER_AREA);
  cv::Mat noise(photo.size(), CV_32F);
  cv::RNG rng = dice.rng();
  rng.fill(noise, cv::RNG::NORMAL, 0, dice.between(0.0F, 9.0F));
  photo += noise;
  photo.convertTo(photo, CV_8U);
  std::vector<unsigned char> jpeg;
  cv::imencode(".jpg", photo, jpeg, {cv::IMWRITE_JPEG_QUALITY, dice.between(45, 98)});
  photo = cv::imdecode(jpeg, cv::IMREAD_GRAYSCALE);
  cv::Mat wide;
  cv::resize(photo, wide, {mixed.cols / kFine, kLineHeight}, 0, 0, cv::INTER_LINEAR);
  return wide;
}

cv::Mat finish(const cv::Mat& wide, int used) {
  cv::Mat out(kLineHeight, kLineWidth, CV_8U);
  cv::Mat taken = wide.colRange(0, std::min(wide.cols, used)).clone();
  // As rectify() does with a long line: squeezed until it fits.
  if (used > kLineWidth) cv::resize(taken, taken, {kLineWidth, kLineHeight}, 0, 0, cv::INTER_AREA);
  cv::normalize(taken, taken, 0, 255, cv::NORM_MINMAX);
  taken.copyTo(out.colRange(0, taken.cols));
  if (taken.cols < kLineWidth) out.colRange(taken.cols, kLineWidth).setTo(cv::mean(taken));
  return out;
}

cv::Mat render(const std::string& text, const Face& face, Dice& dice) {
  Line line = draw_line(text, face, dice);
  if (dice.chance(0.3F)) {
    const int r = dice.between(1, 2);
    const cv::Mat kernel = cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * r + 1, 2 * r + 1});
    if (dice.chance(0.5F)) {
      cv::dilate(line.ink, line.ink, kernel);
    } else {
      cv::erode(line.ink, line.ink, kernel);
    }
  }
  const float slope = dice.between(-0.04F, 0.04F);
  const float shear = dice.between(-0.2F, 0.2F);
  const auto middle = static_cast<float>(line.ink.rows) / 2;
  const cv::Matx23f turn(1, shear, -shear * middle, slope, 1, -slope * (line.start + line.end) / 2);
  cv::Mat turned;
  cv::warpAffine(line.ink, turned, turn, line.ink.size());
  const float margin = kLineTextHeight * kFine * dice.between(0.3F, 1.4F);
  const int used = std::clamp(cvRound((line.end + margin) / kFine), 40, 2 * kLineWidth);
  return finish(photograph(line, turned, used, dice), used);
}

// Not a plate: words, bars and clutter, so that the reader learns to say nothing.
cv::Mat render_clutter(Dice& dice) {
  Line line;
  line.ink = cv::Mat::zeros(kLineHeight * kFine, kLineWidth * kFine * 2, CV_8U);
  line.start = 40;
  line.end = dice.between(200.0F, 560.0F);
  const int shapes = dice.between(2, 26);
  for (int i = 0; i < shapes; ++i) {
    const cv::Point a(dice.between(0, 640), dice.between(0, line.ink.rows));
    const cv::Point b = dice.chance(0.6F)
                            ? cv::Point(a.x + dice.between(-20, 20), dice.between(0, line.ink.rows))
                            : cv::Point(dice.between(0, 640), a.y + dice.between(-20, 20));
    cv::line(line.ink, a, b, cv::Scalar(dice.between(60, 255)), dice.between(2, 26), cv::LINE_AA);
  }
  if (dice.chance(0.5F))
    draw_words(line.ink, 20, dice.between(50.0F, 110.0F), dice.between(20.0F, 44.0F), 500, dice);
  const int used = dice.between(80, kLineWidth);
  return finish(photograph(line, line.ink, used, dice), used);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: render_lines COUNT SEED OUTPUT FONT...\n";
    return 2;
  }
  cv::setNumThreads(1);
  FT_Library library = nullptr;
  if (FT_Init_FreeType(&library) != 0) return 3;
  std::vector<FT_Face> fonts;
  for (int i = 4; i < argc; ++i) {
    FT_Face font = nullptr;
    if (FT_New_Face(library, argv[i], 0, &font) != 0) {
      std::cerr << "can't open the font " << argv[i] << "\n";
      return 2;
    }
    fonts.push_back(font);
  }
  Dice dice(static_cast<unsigned>(std::atoi(argv[2])));
  std::ofstream out(argv[3], std::ios::binary);
  const int count = std::atoi(argv[1]);
  for (int i = 0; i < count; ++i) {
    const bool clutter = dice.chance(0.06F);
    const std::string text = clutter ? "" : random_text(dice);
    Face face{nullptr, dice.between(0.4F, 0.62F), dice.between(0.11F, 0.2F)};
    if (!fonts.empty() && dice.chance(0.72F)) {
      face.font =
          fonts[static_cast<std::size_t>(dice.between(0, static_cast<int>(fonts.size()) - 1))];
    }
    const cv::Mat image = clutter ? render_clutter(dice) : render(text, face, dice);
    std::string label = text;
    label.erase(std::remove(label.begin(), label.end(), '-'), label.end());
    label.resize(kLabelSize, '\0');
    out.write(reinterpret_cast<const char*>(image.data), kLineHeight * kLineWidth);
    out.write(label.data(), kLabelSize);
  }
  return out.good() ? 0 : 3;
}
