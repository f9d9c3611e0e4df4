#include "recognition/two_lines.h"

#include <algorithm>
#include <cmath>

#include "recognition/confidence.h"
#include "recognition/syntax.h"

namespace alpr::recognition {
namespace {

constexpr std::int64_t kPpm = 1'000'000;
constexpr std::size_t kTried = 4;  // texts of each line, to be put together
constexpr std::size_t kAlternativesMax = 10;

cv::Point2f unit(cv::Point2f v) {
  const float length = std::sqrt(v.dot(v));
  return length > 0 ? v * (1 / length) : cv::Point2f(0, 0);
}

// Around both lines, along the upper one.
std::array<cv::Point2f, 4> box_of(const LineCandidate& upper, const LineCandidate& lower) {
  const float half = std::max(upper.length(), lower.length()) / 2 + 0.3F * upper.height();
  const cv::Point2f along = unit(upper.along) * half;
  const cv::Point2f above = upper.centre - upper.down * 1.6F;
  const cv::Point2f below = lower.centre + lower.down * 1.6F;
  return {above - along, above + along, below + along, below - along};
}

LineCandidate line_of(const LineCandidate& upper, const LineCandidate& lower) {
  LineCandidate line = upper.length() > lower.length() ? upper : lower;
  line.centre = (upper.centre + lower.centre) * 0.5F;
  line.down = (lower.centre + lower.down - upper.centre + upper.down) * 0.5F;
  line.score = std::max(upper.score, lower.score);
  line.otherwise.clear();
  return line;
}

}  // namespace

bool may_be_half(const PlateCandidate& plate) { return plate.text.size() <= kHalfMax; }

bool stacked(const LineCandidate& a, const LineCandidate& b) {
  constexpr float kAlike = 1.45F;
  const float ratio = a.height() / b.height();
  if (ratio > kAlike || ratio < 1 / kAlike) return false;
  constexpr float kParallel = 0.96F;
  if (unit(a.along).dot(unit(b.along)) < kParallel) return false;
  const float height = (a.height() + b.height()) / 2;
  const cv::Point2f apart = a.centre - b.centre;
  const float across = std::abs(apart.dot(unit(a.down)));
  const float beside = std::abs(apart.dot(unit(a.along)));
  return across > 0.9F * height && across < 2.0F * height &&
         beside < std::max(a.length(), b.length()) / 2;
}

std::vector<LineCandidate> beside_half(const LineCandidate& line) {
  constexpr float kApart = 1.3F;  // heights from middle to middle
  return {framed(line, {.lower = -kApart}), framed(line, {.lower = kApart})};
}

ReadLine joined(const ReadLine& half, const LineCandidate& place,
                const std::vector<LineText>& other) {
  ALPR_CHECK(!other.empty());
  const bool first = (place.centre - half.line.centre).dot(half.line.down) > 0;
  std::vector<PlateText> own{{half.plate.text, half.plate.confidence_ppm}};
  own.insert(own.end(), half.plate.alternatives.begin(), half.plate.alternatives.end());
  std::vector<PlateText> both;
  for (std::size_t i = 0; i < std::min(own.size(), kTried); ++i) {
    for (std::size_t k = 0; k < std::min(other.size(), kTried); ++k) {
      if (other[k].text.size() < kHalfMin || own[i].text.size() < kHalfMin) continue;
      std::string text = first ? own[i].text + other[k].text : other[k].text + own[i].text;
      const std::int64_t ppm = own[i].confidence_ppm * calibrated_ppm(other[k].probability) / kPpm;
      const auto weighed = std::llround(static_cast<double>(ppm) * plausibility(text));
      both.push_back({std::move(text), weighed});
    }
  }
  ALPR_CHECK(!both.empty());
  std::stable_sort(both.begin(), both.end(), [](const PlateText& a, const PlateText& b) {
    return a.confidence_ppm > b.confidence_ppm;
  });
  const LineCandidate& upper = first ? half.line : place;
  const LineCandidate& lower = first ? place : half.line;
  ReadLine out{line_of(upper, lower),
               {both.front().text, both.front().confidence_ppm, box_of(upper, lower), {}}};
  for (std::size_t i = 1; i < both.size() && i <= kAlternativesMax; ++i) {
    if (both[i].text != both.front().text) out.plate.alternatives.push_back(both[i]);
  }
  return out;
}

}  // namespace alpr::recognition
