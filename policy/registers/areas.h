// Areas on the map: what is within them, and which ones are areas at all. Coordinates are degrees
// x 10^7. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "policy/records/queries.h"

namespace alpr::policy {

bool in_circle(const Circle& circle, std::int32_t latitude, std::int32_t longitude);
bool in_polygon(const std::vector<Point>& corners, std::int64_t latitude, std::int64_t longitude);

// Every point of the area lies within, and more may.
struct Box {
  std::int64_t south = 0, north = 0, west = 0, east = 0;
  bool holds(std::int64_t latitude, std::int64_t longitude) const {
    return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
  }
};
Box box_of(const Circle& circle);
Box box_of(const std::vector<Point>& corners);

// kMalformed with the member and what is wrong: a point that is not on the globe, a radius outside
// 1 to 50,000 m, fewer than 3 or more than 64 corners, an area across the antimeridian, sides that
// cross or touch one another.
Result<void> check_area(const Circle& circle);
Result<void> check_area(const std::vector<Point>& corners);
// The same of the corners of any other member, of which there may be so many.
Result<void> check_outline(std::string_view member, const std::vector<Point>& corners,
                           std::size_t corners_max);

}  // namespace alpr::policy
