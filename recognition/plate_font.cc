#include "recognition/plate_font.h"

#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace alpr::recognition {
namespace {

// Strokes in a box of 10 x 20, y downwards. M x y: new stroke from here. L x y: line to. N: new
// stroke. E cx cy rx ry from to: arc in degrees, 0 is right and 90 is down, joined to the stroke
// before it.
struct Glyph {
  char character;
  const char* strokes;
};
constexpr std::array kGlyphs{
    Glyph{'A', "M 0 20 L 5 0 L 10 20 M 1.8 13.5 L 8.2 13.5"},
    Glyph{'B',
          "M 0 0 L 0 20 M 0 0 L 5.5 0 E 5.5 4.8 4 4.8 -90 90 L 0 9.6 M 5.5 9.6 E 5.5 14.8 "
          "4.5 5.2 -90 90 L 0 20"},
    Glyph{'C', "E 5 5 5 5 0 -180 L 0 15 E 5 15 5 5 180 0"},
    Glyph{'D', "M 0 0 L 4 0 E 4 6 6 6 -90 0 L 10 14 E 4 14 6 6 0 90 L 0 20 L 0 0"},
    Glyph{'E', "M 10 0 L 0 0 L 0 20 L 10 20 M 0 10 L 8 10"},
    Glyph{'F', "M 10 0 L 0 0 L 0 20 M 0 10 L 8 10"},
    Glyph{'G', "E 5 5 5 5 0 -180 L 0 15 E 5 15 5 5 180 0 L 10 11 L 6 11"},
    Glyph{'H', "M 0 0 L 0 20 M 10 0 L 10 20 M 0 10 L 10 10"},
    Glyph{'I', "M 5 0 L 5 20 M 2 0 L 8 0 M 2 20 L 8 20"},
    Glyph{'J', "M 10 0 L 10 15 E 5 15 5 5 0 180"},
    Glyph{'K', "M 0 0 L 0 20 M 10 0 L 0 12 M 3.5 8 L 10 20"},
    Glyph{'L', "M 0 0 L 0 20 L 10 20"},
    Glyph{'M', "M 0 20 L 0 0 L 5 11 L 10 0 L 10 20"},
    Glyph{'N', "M 0 20 L 0 0 L 10 20 L 10 0"},
    Glyph{'O', "M 0 15 L 0 5 E 5 5 5 5 -180 0 L 10 15 E 5 15 5 5 0 180"},
    Glyph{'P', "M 0 20 L 0 0 L 5 0 E 5 5.5 5 5.5 -90 90 L 0 11"},
    Glyph{'Q', "M 0 15 L 0 5 E 5 5 5 5 -180 0 L 10 15 E 5 15 5 5 0 180 M 5.5 14 L 10 20"},
    Glyph{'R', "M 0 20 L 0 0 L 5 0 E 5 5.5 5 5.5 -90 90 L 0 11 M 4.5 11 L 10 20"},
    Glyph{'S', "E 5 5 5 5 -10 -270 E 5 15 5 5 -90 170"},
    Glyph{'T', "M 0 0 L 10 0 M 5 0 L 5 20"},
    Glyph{'U', "M 0 0 L 0 15 E 5 15 5 5 180 0 L 10 0"},
    Glyph{'V', "M 0 0 L 5 20 L 10 0"},
    Glyph{'W', "M 0 0 L 2 20 L 5 8 L 8 20 L 10 0"},
    Glyph{'X', "M 0 0 L 10 20 M 10 0 L 0 20"},
    Glyph{'Y', "M 0 0 L 5 10 L 10 0 M 5 10 L 5 20"},
    Glyph{'Z', "M 0 0 L 10 0 L 0 20 L 10 20"},
    Glyph{'0', "M 0.6 15 L 0.6 5 E 5 5 4.4 5 -180 0 L 9.4 15 E 5 15 4.4 5 0 180"},
    Glyph{'1', "M 2 4 L 6 0 L 6 20"},
    Glyph{'2', "E 5 5 5 5 -180 40 L 0 20 L 10 20"},
    Glyph{'3', "E 5 5 5 5 -170 90 E 5 15 5 5 -90 170"},
    Glyph{'4', "M 8 20 L 8 0 L 0 14 L 10 14"},
    Glyph{'5', "M 9 0 L 1 0 L 0.5 9.5 E 5 14 5 6 -140 150"},
    Glyph{'6', "E 5 5 5 5 -20 -180 L 0 14 E 5 14 5 6 180 540"},
    Glyph{'7', "M 0 0 L 10 0 L 3 20"},
    Glyph{'8', "E 5 4.9 4.4 4.9 0 360 N E 5 15 5 5.2 0 360"},
    Glyph{'9', "E 5 6 5 6 0 360 L 10 15 E 5 15 5 5 0 160"},
};

using Stroke = std::vector<cv::Point2f>;

void add_arc(std::istringstream& in, Stroke& stroke) {
  constexpr int kSteps = 24;
  float cx = 0;
  float cy = 0;
  float rx = 0;
  float ry = 0;
  float from = 0;
  float to = 0;
  in >> cx >> cy >> rx >> ry >> from >> to;
  for (int i = 0; i <= kSteps; ++i) {
    const float angle =
        (from + (to - from) * static_cast<float>(i) / kSteps) * static_cast<float>(CV_PI) / 180.0F;
    stroke.emplace_back(cx + rx * std::cos(angle), cy + ry * std::sin(angle));
  }
}

std::vector<Stroke> strokes_of(const char* description) {
  std::vector<Stroke> strokes(1);
  std::istringstream in(description);
  std::string command;
  while (in >> command) {
    if (command == "E") {
      add_arc(in, strokes.back());
      continue;
    }
    if (command != "L" && !strokes.back().empty()) strokes.emplace_back();
    if (command == "N") continue;
    float x = 0;
    float y = 0;
    in >> x >> y;
    strokes.back().emplace_back(x, y);
  }
  return strokes;
}

}  // namespace

void draw_glyph(cv::Mat& ink, char character, cv::Point2f at, const GlyphStyle& style) {
  constexpr int kShift = 4;  // sixteenths of a pixel
  constexpr float kUnit = 1 << kShift;
  for (const Glyph& glyph : kGlyphs) {
    if (glyph.character != character) continue;
    const float half = style.thickness / 2;
    const float scale_x = (style.width - style.thickness) / 10;
    const float scale_y = (style.height - style.thickness) / 20;
    for (const Stroke& stroke : strokes_of(glyph.strokes)) {
      std::vector<cv::Point> points;
      for (const cv::Point2f& p : stroke) {
        const float x = at.x + half + p.x * scale_x;
        const float y = at.y + half + p.y * scale_y;
        points.emplace_back(static_cast<int>(std::lround(x * kUnit)),
                            static_cast<int>(std::lround(y * kUnit)));
      }
      cv::polylines(ink, points, /*isClosed=*/false, cv::Scalar(255),
                    std::max(1, static_cast<int>(std::lround(style.thickness))), cv::LINE_AA,
                    kShift);
    }
  }
}

}  // namespace alpr::recognition
