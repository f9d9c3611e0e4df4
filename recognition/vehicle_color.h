// A vehicle's colour, coarse, from the bodywork around its plate (I12-D-1).
#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <string_view>

#include "recognition/plate.h"

namespace alpr::recognition {

// The words, as the order's records take them (lower-case letters). Silver is gray and maroon is
// red; beige and gold are brown. Besides these there is kUnknownColor.
inline constexpr std::array<std::string_view, 8> kVehicleColors{
    "black", "white", "gray", "red", "blue", "green", "brown", "yellow"};

// Below this the colour is unknown: more than every third such answer would be wrong.
inline constexpr std::int64_t kColorKnownPpm = 600'000;

// `picture` is 8-bit BGR, `box` the characters' as read.h gives it, in its pixels. The plate's own
// paper tells what white is in this light; the most frequent colour above and beside the plate is
// compared with paints. Unknown for a gray picture, in the dark, where too little of the bodywork
// is in the picture, and where it is near two names. Any thread; no globals.
VehicleColor vehicle_color(const cv::Mat& picture, const std::array<cv::Point2f, 4>& box);

// A colour seen in daylight, as CIE L*a*b*: which name, and how likely that name is among all of
// them. Pure; any thread.
VehicleColor name_of_color(const cv::Vec3f& lab);

}  // namespace alpr::recognition
