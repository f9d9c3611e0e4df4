#include "recognition/confidence.h"

#include <algorithm>
#include <cmath>

namespace alpr::recognition {
namespace {

constexpr double kSlope = 0.725;
constexpr double kOffset = 0.573;
constexpr double kLeast = 1e-6;  // no probability is quite 0 or 1
constexpr double kPpm = 1e6;

}  // namespace

std::int64_t calibrated_ppm(double probability) {
  const double p = std::clamp(probability, kLeast, 1 - kLeast);
  const double logit = kSlope * std::log(p / (1 - p)) + kOffset;
  return std::clamp<std::int64_t>(std::llround(kPpm / (1 + std::exp(-logit))), 0, 1'000'000);
}

}  // namespace alpr::recognition
