// Plate characters as strokes: what the demo's street photos are drawn with, and one of the faces
// that the line reader is trained on. Needs no font file. Pure; any thread.
#pragma once

#include <opencv2/core.hpp>
#include <string_view>

namespace alpr::recognition {

struct GlyphStyle {
  float width = 0;      // of the character's cell, pixels
  float height = 0;     // pixels
  float thickness = 0;  // of the stroke, pixels
};

// Draws one of A-Z0-9 into `ink` (8-bit, one channel; 255 is full ink) with its top left corner at
// `at`. Other characters draw nothing.
void draw_glyph(cv::Mat& ink, char character, cv::Point2f at, const GlyphStyle& style);

}  // namespace alpr::recognition
