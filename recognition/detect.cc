#include "recognition/detect.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace alpr::recognition {
namespace {

constexpr std::size_t kComponentsMax = 20'000;
constexpr std::size_t kChainMax = 12;
constexpr float kSideMin = 8;  // working pixels

struct Component {
  cv::Rect2f box;
  float area = 0;
  cv::Point2f centre() const { return {box.x + box.width / 2, box.y + box.height / 2}; }
};

// One way to make black and white of the picture. The scale lets characters of 8 pixels come apart.
struct Binarisation {
  float scale;
  int block;  // side of the neighbourhood, working pixels
  double offset;
  bool light_on_dark;
};

constexpr std::array kBinarisations{
    Binarisation{2.0F, 25, 12, false}, Binarisation{2.0F, 51, 20, false},
    Binarisation{1.0F, 25, 16, false}, Binarisation{1.0F, 25, 16, true},
    Binarisation{0.5F, 25, 14, false},
};

bool character_shaped(const Component& c, int picture_height) {
  const float aspect = c.box.width / c.box.height;
  const float fill = c.area / (c.box.width * c.box.height);
  return c.box.height >= 7 && c.box.height <= 0.6F * static_cast<float>(picture_height) &&
         aspect >= 0.08F && aspect <= 1.1F && fill >= 0.15F && fill <= 0.98F;
}

std::vector<Component> components_of(const cv::Mat& gray, const Binarisation& way) {
  cv::Mat black;
  const int method = way.light_on_dark ? cv::THRESH_BINARY : cv::THRESH_BINARY_INV;
  const double offset = way.light_on_dark ? -way.offset : way.offset;
  cv::adaptiveThreshold(gray, black, 255, cv::ADAPTIVE_THRESH_MEAN_C, method, way.block, offset);
  cv::Mat labels;
  cv::Mat stats;
  cv::Mat centroids;
  const int count = cv::connectedComponentsWithStats(black, labels, stats, centroids, 8, CV_32S);
  std::vector<Component> components;
  for (int i = 1; i < count && components.size() < kComponentsMax; ++i) {
    const int* row = stats.ptr<int>(i);
    Component c{cv::Rect2f(static_cast<float>(row[cv::CC_STAT_LEFT]),
                           static_cast<float>(row[cv::CC_STAT_TOP]),
                           static_cast<float>(row[cv::CC_STAT_WIDTH]),
                           static_cast<float>(row[cv::CC_STAT_HEIGHT])),
                static_cast<float>(row[cv::CC_STAT_AREA])};
    if (character_shaped(c, gray.rows)) components.push_back(c);
  }
  std::sort(components.begin(), components.end(),
            [](const Component& a, const Component& b) { return a.box.x < b.box.x; });
  return components;
}

bool could_be_neighbours(const Component& left, const Component& right) {
  const float height = std::max(left.box.height, right.box.height);
  const float ratio = std::min(left.box.height, right.box.height) / height;
  const cv::Point2f step = right.centre() - left.centre();
  return ratio > 0.75F && step.x > 0.2F * height && step.x < 1.8F * height &&
         std::abs(step.y) < 0.5F * step.x + 0.1F * height && std::abs(step.y) < 0.6F * height;
}

// Follows a line to the right from two components: each next one must lie where the line so far
// says.
std::vector<std::size_t> follow(const std::vector<Component>& all, std::size_t first,
                                std::size_t second) {
  std::vector<std::size_t> chain{first, second};
  while (chain.size() < kChainMax) {
    const Component& last = all[chain.back()];
    const cv::Point2f origin = all[chain.front()].centre();
    const cv::Point2f span = last.centre() - origin;
    const float slope = span.y / span.x;
    std::size_t best = 0;
    float best_cost = 0.3F * last.box.height;
    for (std::size_t i = chain.back() + 1; i < all.size(); ++i) {
      const Component& next = all[i];
      if (next.box.x > last.box.x + 2.6F * last.box.height) break;
      if (!could_be_neighbours(last, next)) continue;
      const cv::Point2f offset = next.centre() - origin;
      const float off_line = std::abs(offset.y - slope * offset.x);
      const float cost = off_line + 0.15F * (next.centre().x - last.centre().x) +
                         0.5F * std::abs(next.box.height - last.box.height);
      if (off_line < 0.25F * last.box.height && (best == 0 || cost < best_cost)) {
        best = i;
        best_cost = cost;
      }
    }
    if (best == 0) break;
    chain.push_back(best);
  }
  return chain;
}

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Plate characters are of one height, stand on one line and come at even steps; leaves and grilles
// rarely do all three.
LineCandidate describe(const std::vector<Component>& all, const std::vector<std::size_t>& chain,
                       float scale, bool light_on_dark) {
  std::vector<float> heights;
  std::vector<float> steps;
  std::vector<cv::Point2f> centres;
  for (std::size_t k = 0; k < chain.size(); ++k) {
    heights.push_back(all[chain[k]].box.height);
    centres.push_back(all[chain[k]].centre());
    if (k > 0) steps.push_back(centres[k].x - centres[k - 1].x);
  }
  const float height = median(heights);
  const float step = median(steps);
  float height_spread = 0;
  float step_spread = 0;
  float line_spread = 0;
  cv::Vec4f line;
  cv::fitLine(centres, line, cv::DIST_L2, 0, 0.01, 0.01);
  const cv::Point2f along(line[0], line[1]);
  const cv::Point2f through(line[2], line[3]);
  for (const float h : heights) height_spread += std::abs(h - height) / height;
  for (const float s : steps) step_spread += std::min(1.0F, std::abs(s - step) / step);
  for (const cv::Point2f& c : centres) {
    line_spread += std::abs((c - through).cross(along)) / height;
  }
  const auto n = static_cast<float>(chain.size());
  LineCandidate out;
  const float count_score = std::min(n, 7.0F) - std::max(0.0F, n - 8.0F);
  out.score = count_score - 6.0F * height_spread / n - 1.5F * step_spread / (n - 1) -
              6.0F * line_spread / n;
  const Component& left = all[chain.front()];
  const Component& right = all[chain.back()];
  const auto on_line = [&](float x) {
    return cv::Point2f(x, through.y + (x - through.x) * along.y / along.x);
  };
  out.start = on_line(left.box.x) / scale;
  out.end = on_line(right.box.x + right.box.width) / scale;
  out.height = height / scale;
  out.characters = static_cast<int>(chain.size());
  out.light_on_dark = light_on_dark;
  return out;
}

void add_lines(const std::vector<Component>& all, float scale, bool light_on_dark,
               std::vector<LineCandidate>& out) {
  std::vector<bool> used(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (used[i]) continue;
    std::vector<std::size_t> best;
    for (std::size_t k = i + 1; k < all.size(); ++k) {
      if (all[k].box.x > all[i].box.x + 2.6F * all[i].box.height) break;
      if (!could_be_neighbours(all[i], all[k])) continue;
      std::vector<std::size_t> chain = follow(all, i, k);
      if (chain.size() > best.size()) best = std::move(chain);
    }
    if (best.size() < 4) continue;
    const LineCandidate line = describe(all, best, scale, light_on_dark);
    for (const std::size_t member : best) used[member] = true;
    if (line.score > 0) out.push_back(line);
  }
}

bool same_place(const LineCandidate& a, const LineCandidate& b) {
  const cv::Point2f centre_a = (a.start + a.end) / 2;
  const cv::Point2f centre_b = (b.start + b.end) / 2;
  const float height = std::max(a.height, b.height);
  const float ratio = std::min(a.height, b.height) / height;
  const float overlap = std::min(a.end.x, b.end.x) - std::max(a.start.x, b.start.x);
  const float shorter = std::min(a.end.x - a.start.x, b.end.x - b.start.x);
  return ratio > 0.6F && std::abs(centre_a.y - centre_b.y) < 0.5F * height &&
         overlap > 0.5F * shorter;
}

}  // namespace

Result<std::vector<LineCandidate>> detect_lines(const cv::Mat& gray, const DetectOptions& options) {
  if (gray.type() != CV_8UC1 || gray.empty()) {
    return fail(ErrorCode::kMalformed, "detect: needs an 8-bit image of one channel");
  }
  try {
    std::vector<LineCandidate> found;
    // Beyond this size characters are large enough, and twice the picture would only cost time.
    const bool large = gray.total() > 2'000'000;
    cv::Mat doubled;
    if (!large) cv::resize(gray, doubled, {}, 2, 2, cv::INTER_LINEAR);
    for (const Binarisation& way : kBinarisations) {
      const float scale = large ? way.scale / 2 : way.scale;
      // No line of characters fits into less, and nothing can be resized to no pixels.
      if (static_cast<float>(std::min(gray.cols, gray.rows)) * scale < kSideMin) continue;
      cv::Mat halved;
      if (scale < 1) cv::resize(gray, halved, {}, scale, scale, cv::INTER_AREA);
      const cv::Mat& working = scale > 1 ? doubled : scale < 1 ? halved : gray;
      add_lines(components_of(working, way), scale, way.light_on_dark, found);
    }
    std::sort(found.begin(), found.end(),
              [](const LineCandidate& a, const LineCandidate& b) { return a.score > b.score; });
    std::vector<LineCandidate> kept;
    for (const LineCandidate& line : found) {
      if (kept.size() == options.candidates_max) break;
      const bool seen = std::any_of(kept.begin(), kept.end(), [&](const LineCandidate& other) {
        return same_place(line, other);
      });
      if (!seen) kept.push_back(line);
    }
    return kept;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "detect: " + error.err);
  }
}

Result<LineImage> rectify(const cv::Mat& gray, const LineCandidate& line, float margin) {
  const cv::Point2f direction = line.end - line.start;
  const float length = std::sqrt(direction.dot(direction));
  if (gray.type() != CV_8UC1 || length < 1 || line.height < 1) {
    return fail(ErrorCode::kMalformed, "rectify: needs a gray image and a line in it");
  }
  try {
    const cv::Point2f along = direction / length;
    const float taken = length + 2 * margin * line.height;
    const float per_pixel_y = line.height / kLineTextHeight;
    const float per_pixel_x = std::max(per_pixel_y, taken / kLineWidth);
    const cv::Point2f origin = line.start - along * (margin * line.height);
    // Characters lean with the picture and not with the plate in most photos, so the line is
    // sheared, not turned.
    const float top = -static_cast<float>(kLineHeight) / 2 * per_pixel_y;
    LineImage out;
    out.to_picture = cv::Matx23f(along.x * per_pixel_x, 0, origin.x, along.y * per_pixel_x,
                                 per_pixel_y, origin.y + top);
    cv::warpAffine(gray, out.gray, out.to_picture, {kLineWidth, kLineHeight},
                   cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
    const int used = std::min(kLineWidth, static_cast<int>(std::ceil(taken / per_pixel_x)));
    cv::Mat inside = out.gray.colRange(0, used);
    if (line.light_on_dark) cv::bitwise_not(inside, inside);
    cv::normalize(inside, inside, 0, 255, cv::NORM_MINMAX);
    if (used < kLineWidth) out.gray.colRange(used, kLineWidth).setTo(cv::mean(inside));
    return out;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "rectify: " + error.err);
  }
}

}  // namespace alpr::recognition
