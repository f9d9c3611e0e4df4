// What the camera says about one plate (I12-D-1), in one picture or in several of one passage.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace alpr::recognition {

struct PlateText {
  std::string text;  // 3 to 10 of A-Z0-9
  std::int64_t confidence_ppm = 0;
};

// Coarse, of the bodywork beside the plate: one of the words of recognition/vehicle_color.h.
struct VehicleColor {
  std::string name;                 // "unknown" where the reader does not know
  std::int64_t confidence_ppm = 0;  // 0 where it is unknown
};
inline constexpr std::string_view kUnknownColor = "unknown";

struct PlateCandidate {
  std::string text;
  std::int64_t confidence_ppm = 0;  // 0 to 1,000,000; uncertain below kSurePpm
  std::array<cv::Point2f, 4>
      box;  // around the characters, pixels, clockwise from the top left corner
  std::vector<PlateText> alternatives;  // best first, at most ten, without the text itself
  VehicleColor color{std::string(kUnknownColor), 0};
};

}  // namespace alpr::recognition
