#include "recognition/vehicle_color.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <vector>

namespace alpr::recognition {
namespace {

struct Paint {
  std::size_t name;  // of kVehicleColors
  cv::Vec3f lab;
};

// Paints as they look beside a plate in daylight: L* from black to white, chroma as car paints
// have, and blacks and grays with the sky that they mirror. Chosen from what paints are, not fitted
// to photos.
const std::array kPaints{Paint{0, {6, 0, 0}},     Paint{0, {16, 0, -2}},   Paint{0, {20, 1, -7}},
                         Paint{1, {98, 0, 0}},    Paint{1, {91, 0, 2}},    Paint{2, {36, 0, -1}},
                         Paint{2, {50, 0, -2}},   Paint{2, {64, 0, -2}},   Paint{2, {77, 0, -2}},
                         Paint{2, {48, 0, -9}},   Paint{2, {66, 0, -11}},  Paint{2, {86, 0, -4}},
                         Paint{3, {22, 26, 10}},  Paint{3, {34, 44, 22}},  Paint{3, {50, 58, 40}},
                         Paint{4, {17, 5, -18}},  Paint{4, {30, 6, -32}},  Paint{4, {44, -3, -27}},
                         Paint{4, {64, -4, -28}}, Paint{4, {40, 20, -55}}, Paint{5, {22, -10, 4}},
                         Paint{5, {36, -20, 6}},  Paint{5, {52, -34, 6}},  Paint{5, {50, -28, -8}},
                         Paint{6, {26, 8, 12}},   Paint{6, {44, 6, 16}},   Paint{6, {62, 3, 16}},
                         Paint{6, {76, 2, 16}},   Paint{7, {72, 10, 50}},  Paint{7, {84, 2, 70}},
                         Paint{7, {60, 30, 52}}};

constexpr float kLightSpread = 9;    // of L*, around a paint
constexpr float kTintSpread = 6.5F;  // of a* and b*; more where there is more of them
constexpr double kOther = 0.02;      // weight of what is near no paint

// Distances along the plate in half lengths of the characters' box, across it in heights of the
// characters.
constexpr float kBoxHeights = 1.6F;  // the box's, in characters'
constexpr float kSideReach = 1.8F;
constexpr float kAboveReach = 4.5F;
constexpr float kPlateAbove = 1.7F;  // no plate with its frame reaches further
constexpr float kPlateBeside = 1.35F;
constexpr int kSmallWidth = 72;  // pixels of the shrunk surroundings
constexpr std::size_t kSamplesMin = 60;
constexpr float kPaperShare = 0.3F;   // of the box is paper, at the least
constexpr float kPaperWhite = 0.72F;  // how much light a plate's paper gives back
// Darker, of all that a camera can take, it is night, or the plate has no white paper.
constexpr float kDark = 0.15F;
// What is black may be glass, a grille or a shadow: unless nearly all is, another colour with this
// share counts.
constexpr float kBlackShare = 0.65F;
constexpr float kOtherShare = 0.15F;
constexpr float kBlackLight = 28;
constexpr float kBlackTint = 14;

float linear(float value) {
  const float v = value / 255;
  return v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F);
}

// sRGB primaries, D65; blue, green, red, linear, 1 is white.
cv::Vec3f to_lab(const cv::Vec3f& bgr) {
  const auto f = [](float t) { return t > 0.008856F ? std::cbrt(t) : 7.787F * t + 16.0F / 116; };
  const float x = f((0.4124F * bgr[2] + 0.3576F * bgr[1] + 0.1805F * bgr[0]) / 0.9505F);
  const float y = f(0.2126F * bgr[2] + 0.7152F * bgr[1] + 0.0722F * bgr[0]);
  const float z = f((0.0193F * bgr[2] + 0.1192F * bgr[1] + 0.9505F * bgr[0]) / 1.089F);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

float brightness(const cv::Vec3f& bgr) {
  return 0.2126F * bgr[2] + 0.7152F * bgr[1] + 0.0722F * bgr[0];
}

// The plate and what is around it, shrunk, and where a pixel of it is by the plate's measures.
struct Surroundings {
  cv::Mat linear_bgr;               // 32-bit
  cv::Point2f centre, along, down;  // in its pixels; half a length and one character's height

  cv::Point2f by_plate(int x, int y) const {
    const cv::Point2f from = cv::Point2f(static_cast<float>(x), static_cast<float>(y)) - centre;
    return {from.dot(along) / along.dot(along), from.dot(down) / down.dot(down)};
  }
};

std::optional<Surroundings> surroundings_of(const cv::Mat& picture,
                                            const std::array<cv::Point2f, 4>& box) {
  Surroundings out;
  out.centre = (box[0] + box[1] + box[2] + box[3]) * 0.25F;
  out.along = (box[1] - box[0] + box[2] - box[3]) * 0.25F;
  out.down = (box[3] - box[0] + box[2] - box[1]) * (0.5F / kBoxHeights);
  if (out.along.dot(out.along) < 16 || out.down.dot(out.down) < 4) return std::nullopt;
  std::vector<cv::Point2f> corners;
  for (const float u : {-kSideReach, kSideReach}) {
    for (const float v : {-kAboveReach, 1.2F}) {
      corners.push_back(out.centre + out.along * u + out.down * v);
    }
  }
  const cv::Rect around = cv::boundingRect(corners) & cv::Rect(0, 0, picture.cols, picture.rows);
  if (around.width < 8 || around.height < 8) return std::nullopt;
  const float scale =
      std::min(1.0F, static_cast<float>(kSmallWidth) / static_cast<float>(around.width));
  cv::Mat small;
  cv::resize(picture(around), small, {}, static_cast<double>(scale), static_cast<double>(scale),
             cv::INTER_AREA);
  out.centre = (out.centre - cv::Point2f(around.tl())) * scale;
  out.along *= scale;
  out.down *= scale;
  out.linear_bgr.create(small.size(), CV_32FC3);
  for (int y = 0; y < small.rows; ++y) {
    for (int x = 0; x < small.cols; ++x) {
      const cv::Vec3b& pixel = small.at<cv::Vec3b>(y, x);
      out.linear_bgr.at<cv::Vec3f>(y, x) = {linear(pixel[0]), linear(pixel[1]), linear(pixel[2])};
    }
  }
  return out;
}

// The mean of the brightest pixels between the characters; nothing in the dark.
std::optional<cv::Vec3f> paper_of(const Surroundings& around) {
  std::vector<cv::Vec3f> pixels;
  for (int y = 0; y < around.linear_bgr.rows; ++y) {
    for (int x = 0; x < around.linear_bgr.cols; ++x) {
      const cv::Point2f at = around.by_plate(x, y);
      if (std::abs(at.x) <= 0.9F && std::abs(at.y) <= 0.6F) {
        pixels.push_back(around.linear_bgr.at<cv::Vec3f>(y, x));
      }
    }
  }
  if (pixels.size() < 8) return std::nullopt;
  std::sort(pixels.begin(), pixels.end(),
            [](const cv::Vec3f& a, const cv::Vec3f& b) { return brightness(a) > brightness(b); });
  const auto count = static_cast<std::size_t>(static_cast<float>(pixels.size()) * kPaperShare) + 1;
  cv::Vec3f sum;
  for (std::size_t i = 0; i < count; ++i) sum += pixels[i];
  const cv::Vec3f paper = sum * (1 / static_cast<float>(count));
  if (brightness(paper) < kDark) return std::nullopt;
  return paper;
}

// How much each channel is to be raised so that the paper is white. Papers have tints of their own,
// so the light's is only taken away in part.
cv::Vec3f gains_of(const cv::Vec3f& paper) {
  constexpr float kTrust = 0.5F;
  constexpr float kMost = 1.35F;
  const float level = brightness(paper);
  cv::Vec3f gains;
  for (int i = 0; i < 3; ++i) {
    const float full = std::clamp(level / std::max(paper[i], level / 4), 1 / kMost, kMost);
    gains[i] = std::pow(full, kTrust) * kPaperWhite / level;
  }
  return gains;
}

struct Sample {
  cv::Vec3f lab;
  bool beside = false;  // as upright as the plate, so in the same light
};

std::vector<Sample> bodywork(const Surroundings& around, const cv::Vec3f& gains) {
  std::vector<Sample> samples;
  for (int y = 0; y < around.linear_bgr.rows; ++y) {
    for (int x = 0; x < around.linear_bgr.cols; ++x) {
      const cv::Point2f at = around.by_plate(x, y);
      const bool above = std::abs(at.x) <= 1.1F && at.y <= -kPlateAbove && at.y >= -kAboveReach;
      const bool beside =
          std::abs(at.x) >= kPlateBeside && std::abs(at.x) <= kSideReach && std::abs(at.y) <= 1.2F;
      if (!above && !beside) continue;
      cv::Vec3f seen = around.linear_bgr.at<cv::Vec3f>(y, x).mul(gains);
      for (int i = 0; i < 3; ++i) seen[i] = std::min(seen[i], 1.0F);
      samples.push_back({to_lab(seen), beside});
    }
  }
  constexpr std::size_t kSamplesMax = 400;
  if (samples.size() <= kSamplesMax) return samples;
  std::vector<Sample> fewer;
  for (std::size_t i = 0; i < kSamplesMax; ++i) {
    fewer.push_back(samples[i * samples.size() / kSamplesMax]);
  }
  return fewer;
}

constexpr float kNearLight = 8;
constexpr float kNearTint = 5;

float nearness(const cv::Vec3f& a, const cv::Vec3f& b) {
  const float l = (a[0] - b[0]) / kNearLight;
  const float s = (a[1] - b[1]) / kNearTint;
  const float t = (a[2] - b[2]) / kNearTint;
  const float far = l * l + s * s + t * t;
  return far > 9 ? 0.0F : std::exp(-far / 2);
}

bool blackish(const cv::Vec3f& lab) {
  return lab[0] < kBlackLight && std::hypot(lab[1], lab[2]) < kBlackTint;
}

struct Mode {
  cv::Vec3f lab;
  float share = 0;  // of all samples, near it
};

// Lamps, glass, emblems and shadows are many colours, the paint is one: the densest place.
Mode mode_of(const std::vector<Sample>& samples, bool with_black) {
  Mode mode;
  float densest = 0;
  for (const Sample& one : samples) {
    if (!with_black && blackish(one.lab)) continue;
    float density = 0;
    cv::Vec3f sum;
    for (const Sample& other : samples) {
      const float w = nearness(one.lab, other.lab);
      density += w;
      sum += other.lab * w;
    }
    if (density > densest) {
      densest = density;
      mode.lab = sum * (1 / density);
    }
  }
  std::size_t near = 0;
  for (const Sample& one : samples) near += nearness(one.lab, mode.lab) > 0.05F ? 1 : 0;
  mode.share = static_cast<float>(near) / static_cast<float>(samples.size());
  return mode;
}

// A boot's lid and a bonnet lie open to the sky and look lighter than they are: where the same tint
// is beside the plate, how light it is there counts.
float light_of(const std::vector<Sample>& samples, const Mode& mode) {
  constexpr float kLightRange = 25;
  constexpr std::size_t kEnough = 12;
  std::vector<float> lights;
  for (const Sample& one : samples) {
    const float tint = std::hypot(one.lab[1] - mode.lab[1], one.lab[2] - mode.lab[2]);
    if (one.beside && tint < 2 * kNearTint && std::abs(one.lab[0] - mode.lab[0]) < kLightRange) {
      lights.push_back(one.lab[0]);
    }
  }
  if (lights.size() < kEnough) return mode.lab[0];
  const auto middle = lights.begin() + static_cast<std::ptrdiff_t>(lights.size() / 2);
  std::nth_element(lights.begin(), middle, lights.end());
  return *middle;
}

Mode paint_of(const std::vector<Sample>& samples) {
  Mode mode = mode_of(samples, /*with_black=*/true);
  if (blackish(mode.lab) && mode.share < kBlackShare) {
    const Mode other = mode_of(samples, /*with_black=*/false);
    if (other.share >= kOtherShare) mode = other;
  }
  mode.lab[0] = light_of(samples, mode);
  return mode;
}

VehicleColor unknown() { return {std::string(kUnknownColor), 0}; }

}  // namespace

VehicleColor name_of_color(const cv::Vec3f& lab) {
  std::array<double, kVehicleColors.size()> likely{};
  double all = kOther;
  for (const Paint& paint : kPaints) {
    const float tint = std::hypot(paint.lab[1], paint.lab[2]);
    const float spread = kTintSpread * (1 + tint / 40);
    const float l = (lab[0] - paint.lab[0]) / kLightSpread;
    const float far = std::hypot(lab[1] - paint.lab[1], lab[2] - paint.lab[2]) / spread;
    const auto weight = std::exp(-static_cast<double>(l * l + far * far) / 2);
    likely[paint.name] += weight;
    all += weight;
  }
  const auto best = std::max_element(likely.begin(), likely.end());
  const auto ppm = static_cast<std::int64_t>(std::llround(*best / all * 1e6));
  return {std::string(kVehicleColors[static_cast<std::size_t>(best - likely.begin())]), ppm};
}

VehicleColor vehicle_color(const cv::Mat& picture, const std::array<cv::Point2f, 4>& box) {
  if (picture.type() != CV_8UC3) return unknown();
  try {
    const std::optional<Surroundings> around = surroundings_of(picture, box);
    if (!around) return unknown();
    const std::optional<cv::Vec3f> paper = paper_of(*around);
    if (!paper) return unknown();
    const std::vector<Sample> samples = bodywork(*around, gains_of(*paper));
    if (samples.size() < kSamplesMin) return unknown();
    const Mode mode = paint_of(samples);
    VehicleColor color = name_of_color(mode.lab);
    color.confidence_ppm = static_cast<std::int64_t>(static_cast<float>(color.confidence_ppm) *
                                                     std::min(1.0F, 0.6F + mode.share));
    return color.confidence_ppm < kColorKnownPpm ? unknown() : color;
  } catch (const cv::Exception&) {
    return unknown();  // a colour is an addition; the read stands without it
  }
}

}  // namespace alpr::recognition
