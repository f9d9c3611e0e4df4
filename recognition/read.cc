#include "recognition/read.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/imgproc.hpp>

#include "recognition/image.h"

namespace alpr::recognition {
namespace {

constexpr float kMargin = 1.0F;  // of the picture beside a line, in character heights
constexpr int kSecondLooks = 2;  // how often a line is cut out again around what was read
constexpr std::size_t kTextMin = 3;
constexpr std::size_t kTextMax = 10;
constexpr double kProbabilityMin = 0.10;  // below it a line is clutter more often than a plate
constexpr double kSure = 0.90;            // above it Tesseract is not asked
// How much of the doubt is left when Tesseract, which errs in other ways, reads the same.
constexpr double kDoubtLeft = 0.35;
constexpr double kPpm = 1e6;

// Other cuts of an unsure line: what is only noise at its edges reads differently in each, the
// plate does not.
struct Framing {
  float margin;  // as kMargin
  float height;  // of the characters, against what detection said
};
constexpr std::array kFramings{Framing{0.45F, 1.0F}, Framing{0.7F, 1.12F}, Framing{0.7F, 0.9F}};

std::int64_t to_ppm(double probability) {
  return std::clamp<std::int64_t>(std::llround(probability * kPpm), 0, 1'000'000);
}

cv::Point2f map(const cv::Matx23f& transform, float x, float y) {
  return {transform(0, 0) * x + transform(0, 1) * y + transform(0, 2),
          transform(1, 0) * x + transform(1, 1) * y + transform(1, 2)};
}

// The line from the first character read to the last one, where detection may have missed or
// invented some.
LineCandidate refit(const LineCandidate& line, const LineImage& image, const LineReading& reading) {
  LineCandidate out = line;
  out.start = map(image.to_picture, reading.start_x, kLineHeight / 2.0F);
  out.end = map(image.to_picture, reading.end_x, kLineHeight / 2.0F);
  return out;
}

bool moved(const LineCandidate& before, const LineCandidate& after) {
  const float limit = 0.4F * before.height;
  return std::abs(before.start.x - after.start.x) > limit ||
         std::abs(before.end.x - after.end.x) > limit;
}

std::array<cv::Point2f, 4> box_of(const LineCandidate& line) {
  const cv::Point2f along =
      (line.end - line.start) * (1.0F / static_cast<float>(cv::norm(line.end - line.start)));
  const cv::Point2f aside = along * (0.3F * line.height);
  const cv::Point2f half(0, 0.8F * line.height);
  return {line.start - aside - half, line.end + aside - half, line.end + aside + half,
          line.start - aside + half};
}

void drop_impossible(std::vector<LineText>& texts) {
  std::erase_if(texts, [](const LineText& t) {
    return t.text.size() < kTextMin || t.text.size() > kTextMax;
  });
}

void heed_second_reader(std::vector<LineText>& texts, const std::string& second) {
  const auto same =
      std::find_if(texts.begin(), texts.end(), [&](const LineText& t) { return t.text == second; });
  if (same == texts.end()) return;
  same->probability = 1 - (1 - same->probability) * kDoubtLeft;
  std::stable_sort(texts.begin(), texts.end(), [](const LineText& a, const LineText& b) {
    return a.probability > b.probability;
  });
}

// Which of several lines is shown first. Burnt-in dates are long and all digits, dealers' frames
// and states' names all letters. This only orders: no read is dropped or changed for fitting no
// pattern (policy/formats.md section 1).
double rank(const PlateCandidate& plate) {
  const std::size_t length = plate.text.size();
  const auto letters = std::count_if(plate.text.begin(), plate.text.end(),
                                     [](char c) { return c >= 'A' && c <= 'Z'; });
  double weight = 1;
  if (length > 8 || length < 4) weight *= 0.3;
  if (letters == static_cast<std::ptrdiff_t>(length)) weight *= 0.5;
  if (letters == 0) weight *= length > 7 ? 0.3 : 0.6;
  return weight * static_cast<double>(plate.confidence_ppm);
}

bool overlap(const PlateCandidate& a, const PlateCandidate& b) {
  const cv::Rect2f first = cv::boundingRect(std::vector<cv::Point2f>(a.box.begin(), a.box.end()));
  const cv::Rect2f second = cv::boundingRect(std::vector<cv::Point2f>(b.box.begin(), b.box.end()));
  return (first & second).area() > 0.3F * std::min(first.area(), second.area());
}

Result<cv::Mat> to_gray(const cv::Mat& picture) {
  if (picture.empty() || (picture.type() != CV_8UC1 && picture.type() != CV_8UC3)) {
    return fail(ErrorCode::kMalformed, "read: needs an 8-bit picture, gray or in colour");
  }
  if (picture.channels() == 1) return picture;
  try {
    cv::Mat gray;
    cv::cvtColor(picture, gray, cv::COLOR_BGR2GRAY);
    return gray;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "read: " + error.err);
  }
}

}  // namespace

PlateReader::PlateReader(LineNetwork network, TesseractReader tesseract)
    : network_(std::move(network)), tesseract_(std::move(tesseract)) {}

Result<PlateReader> PlateReader::create() {
  Result<LineNetwork> network = LineNetwork::load();
  if (!network) return tl::unexpected(network.error());
  Result<TesseractReader> tesseract = TesseractReader::open();
  if (!tesseract) return tl::unexpected(tesseract.error());
  return PlateReader(std::move(*network), std::move(*tesseract));
}

Result<std::optional<PlateCandidate>> PlateReader::read_line(const cv::Mat& gray,
                                                             LineCandidate line) {
  Result<LineImage> image = rectify(gray, line, kMargin);
  if (!image) return tl::unexpected(image.error());
  Result<LineReading> reading = network_.read(image->gray);
  if (!reading) return tl::unexpected(reading.error());
  for (int look = 0; look < kSecondLooks && reading->end_x > reading->start_x; ++look) {
    const LineCandidate fitted = refit(line, *image, *reading);
    if (!moved(line, fitted)) break;
    line = fitted;
    image = rectify(gray, line, kMargin);
    if (!image) return tl::unexpected(image.error());
    Result<LineReading> again = network_.read(image->gray);
    if (!again) return tl::unexpected(again.error());
    reading = std::move(again);
  }
  std::vector<LineText> texts = std::move(reading->texts);
  if (!texts.empty() && texts.front().probability < kSure) {
    const Result<void> looked = look_again(gray, line, texts);
    if (!looked) return tl::unexpected(looked.error());
  }
  drop_impossible(texts);
  if (texts.empty() || texts.front().probability < kProbabilityMin) {
    return std::optional<PlateCandidate>();
  }
  if (texts.front().probability < kSure) {
    const Result<std::string> second = tesseract_.read(image->gray);
    if (!second) return tl::unexpected(second.error());
    heed_second_reader(texts, *second);
  }
  PlateCandidate plate{texts.front().text, to_ppm(texts.front().probability), box_of(line), {}};
  for (std::size_t i = 1; i < texts.size() && plate.alternatives.size() < kBeamsMax - 1; ++i) {
    plate.alternatives.push_back({texts[i].text, to_ppm(texts[i].probability)});
  }
  return std::optional(std::move(plate));
}

Result<void> PlateReader::look_again(const cv::Mat& gray, const LineCandidate& line,
                                     std::vector<LineText>& texts) {
  std::map<std::string, double> sums;
  for (const LineText& t : texts) sums[t.text] += t.probability;
  for (const Framing& framing : kFramings) {
    LineCandidate other = line;
    other.height *= framing.height;
    const Result<LineImage> image = rectify(gray, other, framing.margin);
    if (!image) return tl::unexpected(image.error());
    const Result<LineReading> reading = network_.read(image->gray);
    if (!reading) return tl::unexpected(reading.error());
    for (const LineText& t : reading->texts) sums[t.text] += t.probability;
  }
  texts.clear();
  for (const auto& [text, sum] : sums) texts.push_back({text, sum / (1.0 + kFramings.size())});
  std::stable_sort(texts.begin(), texts.end(), [](const LineText& a, const LineText& b) {
    return a.probability > b.probability;
  });
  return {};
}

Result<std::vector<PlateCandidate>> PlateReader::read(const cv::Mat& picture) {
  const Result<cv::Mat> gray = to_gray(picture);
  if (!gray) return tl::unexpected(gray.error());
  const Result<std::vector<LineCandidate>> lines = detect_lines(*gray);
  if (!lines) return tl::unexpected(lines.error());
  std::vector<PlateCandidate> plates;
  for (const LineCandidate& line : *lines) {
    Result<std::optional<PlateCandidate>> plate = read_line(*gray, line);
    if (!plate) return tl::unexpected(plate.error());
    if (*plate) plates.push_back(std::move(**plate));
  }
  std::stable_sort(
      plates.begin(), plates.end(),
      [](const PlateCandidate& a, const PlateCandidate& b) { return rank(a) > rank(b); });
  std::vector<PlateCandidate> kept;
  for (PlateCandidate& plate : plates) {
    const bool seen = std::any_of(kept.begin(), kept.end(), [&](const PlateCandidate& other) {
      return overlap(plate, other);
    });
    if (!seen) kept.push_back(std::move(plate));
  }
  return kept;
}

Result<std::vector<PlateCandidate>> PlateReader::read_encoded(BytesView image) {
  const Result<cv::Mat> picture = decode_image(image);
  if (!picture) return tl::unexpected(picture.error());
  return read(*picture);
}

Result<std::vector<PlateCandidate>> read_plates(BytesView image) {
  Result<PlateReader> reader = PlateReader::create();
  if (!reader) return tl::unexpected(reader.error());
  return reader->read_encoded(image);
}

}  // namespace alpr::recognition
