#include "policy/registers/areas.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace alpr::policy {
namespace {

constexpr double kMetresPerE7 = 6'371'008.8 * std::numbers::pi / 180.0 * 1e-7;
constexpr std::int64_t kHalfTurn = 1'800'000'000;
constexpr std::size_t kQueryCornersMax = 64;

double radians(double e7) { return e7 * 1e-7 * std::numbers::pi / 180.0; }

bool valid_point(const Point& p) {
  return p.latitude_e7 >= -900'000'000 && p.latitude_e7 <= 900'000'000 &&
         p.longitude_e7 >= -1'800'000'000 && p.longitude_e7 <= 1'800'000'000;
}

// Above 0 where a, b, c turn left, below where they turn right. The products stay below 2^63:
// within half a turn a difference has 31 bits.
std::int64_t turn(const Point& a, const Point& b, const Point& c) {
  return (b.longitude_e7 - a.longitude_e7) * (c.latitude_e7 - a.latitude_e7) -
         (b.latitude_e7 - a.latitude_e7) * (c.longitude_e7 - a.longitude_e7);
}

bool between(const Point& a, const Point& b, const Point& p) {
  return p.latitude_e7 >= std::min(a.latitude_e7, b.latitude_e7) &&
         p.latitude_e7 <= std::max(a.latitude_e7, b.latitude_e7) &&
         p.longitude_e7 >= std::min(a.longitude_e7, b.longitude_e7) &&
         p.longitude_e7 <= std::max(a.longitude_e7, b.longitude_e7);
}

int sign(std::int64_t value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

// The sides a-b and c-d have a point in common.
bool meet(const Point& a, const Point& b, const Point& c, const Point& d) {
  const int abc = sign(turn(a, b, c)), abd = sign(turn(a, b, d));
  const int cda = sign(turn(c, d, a)), cdb = sign(turn(c, d, b));
  if (abc != abd && cda != cdb) return true;
  return (abc == 0 && between(a, b, c)) || (abd == 0 && between(a, b, d)) ||
         (cda == 0 && between(c, d, a)) || (cdb == 0 && between(c, d, b));
}

// Two sides that are no neighbours meet, or a side goes back over the one before.
bool crosses_itself(const std::vector<Point>& corners) {
  const std::size_t n = corners.size();
  const auto at = [&](std::size_t i) -> const Point& { return corners[i % n]; };
  for (std::size_t i = 0; i < n; ++i) {
    if (turn(at(i), at(i + 1), at(i + 2)) == 0 &&
        (between(at(i), at(i + 1), at(i + 2)) || between(at(i + 1), at(i + 2), at(i))))
      return true;
    for (std::size_t k = i + 2; k < n; ++k) {
      if (k + 1 - i == n) continue;  // the neighbour over the end
      if (meet(at(i), at(i + 1), at(k), at(k + 1))) return true;
    }
  }
  return false;
}

}  // namespace

bool in_circle(const Circle& circle, std::int32_t latitude, std::int32_t longitude) {
  // Equirectangular: within a city its error is far below the readers' own.
  const double dy = static_cast<double>(latitude - circle.centre.latitude_e7) * kMetresPerE7;
  const double mean = radians(static_cast<double>(latitude + circle.centre.latitude_e7) / 2);
  const double dx =
      static_cast<double>(longitude - circle.centre.longitude_e7) * kMetresPerE7 * std::cos(mean);
  return dx * dx + dy * dy <=
         static_cast<double>(circle.radius_m) * static_cast<double>(circle.radius_m);
}

bool in_polygon(const std::vector<Point>& corners, std::int64_t latitude, std::int64_t longitude) {
  bool inside = false;  // even-odd rule, in integers: products stay far below 2^63
  for (std::size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
    const Point& a = corners[i];
    const Point& b = corners[j];
    if ((a.latitude_e7 > latitude) == (b.latitude_e7 > latitude)) continue;
    const std::int64_t rise = b.latitude_e7 - a.latitude_e7;
    const std::int64_t left = (longitude - a.longitude_e7) * rise;
    const std::int64_t right = (b.longitude_e7 - a.longitude_e7) * (latitude - a.latitude_e7);
    if (rise > 0 ? left < right : left > right) inside = !inside;
  }
  return inside;
}

Box box_of(const Circle& circle) {
  const double reach = static_cast<double>(circle.radius_m) / kMetresPerE7 + 1;
  const auto up = static_cast<std::int64_t>(std::ceil(reach));
  Box box{circle.centre.latitude_e7 - up, circle.centre.latitude_e7 + up, -kHalfTurn, kHalfTurn};
  // The narrowest degree of longitude that the circle reaches; near a pole it goes all the way.
  const double narrowest =
      std::cos(radians(static_cast<double>(std::abs(circle.centre.latitude_e7) + up)));
  if (narrowest < 0.01) return box;
  const auto aside = static_cast<std::int64_t>(std::ceil(reach / narrowest));
  box.west = circle.centre.longitude_e7 - aside;
  box.east = circle.centre.longitude_e7 + aside;
  return box;
}

Box box_of(const std::vector<Point>& corners) {
  Box box{corners[0].latitude_e7, corners[0].latitude_e7, corners[0].longitude_e7,
          corners[0].longitude_e7};
  for (const Point& p : corners) {
    box.south = std::min(box.south, p.latitude_e7);
    box.north = std::max(box.north, p.latitude_e7);
    box.west = std::min(box.west, p.longitude_e7);
    box.east = std::max(box.east, p.longitude_e7);
  }
  return box;
}

Result<void> check_area(const Circle& circle) {
  if (valid_point(circle.centre) && circle.radius_m >= 1 && circle.radius_m <= 50'000) return {};
  return fail(ErrorCode::kMalformed,
              "elements.circle: a centre on the globe and a radius of 1 to 50000 m");
}

Result<void> check_area(const std::vector<Point>& corners) {
  return check_outline("elements.polygon", corners, kQueryCornersMax);
}

Result<void> check_outline(std::string_view member, const std::vector<Point>& corners,
                           std::size_t corners_max) {
  const auto malformed = [&](const std::string& what) {
    return fail(ErrorCode::kMalformed, std::string(member) + ": " + what);
  };
  if (corners.size() < 3 || corners.size() > corners_max)
    return malformed("give 3 to " + std::to_string(corners_max) + " corners");
  if (!std::all_of(corners.begin(), corners.end(), valid_point))
    return malformed("a corner is not on the globe");
  const Box box = box_of(corners);
  if (box.east - box.west > kHalfTurn) return malformed("must not cross the antimeridian");
  if (crosses_itself(corners))
    return malformed(
        "its sides must not cross or touch one another; give the corners in the order in which one "
        "walks around it");
  return {};
}

}  // namespace alpr::policy
