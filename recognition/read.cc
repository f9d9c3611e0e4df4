#include "recognition/read.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/imgproc.hpp>

#include "recognition/confidence.h"
#include "recognition/image.h"
#include "recognition/rectify.h"
#include "recognition/syntax.h"
#include "recognition/vehicle_color.h"

namespace alpr::recognition {
namespace {

constexpr std::size_t kTextMin = 3;
constexpr std::size_t kTextMax = 10;
constexpr double kSure = 0.90;        // above it one look at a line is enough
constexpr double kNothing = 0.50;     // of no plate: a second look is saved
constexpr double kPlateMin = 0.05;    // below it nothing is said
constexpr double kDoubtLeft = 0.6;    // where Tesseract reads the same
constexpr float kLikelyPlace = 0.6F;  // of the detector; less likely places are read if need be
constexpr float kLikelyBesideSure = 0.7F;       // where a plate was read surely: for the next cars
constexpr std::int64_t kShownMinPpm = 320'000;  // less sure reads are clutter too often
constexpr std::int64_t kGoodEnoughPpm = 368'000;  // no further search after such a read

// Of the other line of a plate of two; less sure ones are taken for other print.
constexpr double kHalfSure = 0.5;
constexpr int kHalvesTried = 4;

// So many cuts that read the same need no further ones: their mean hardly moves any more.
constexpr int kAgreeingLooks = 3;

// Other cuts of an unsure line: what is only noise reads differently in each, the plate does not.
constexpr std::array kFramings{Framing{.wider = 1.1F, .taller = 1.1F, .squeezed = 1.2F},
                               Framing{.wider = 0.96F, .taller = 0.94F},
                               Framing{.lower = 0.05F, .leaning = 0.05F, .squeezed = 1.35F},
                               Framing{.lower = -0.05F, .leaning = -0.05F}};

// As the framings have it, one of them given up for what another size of the picture shows.
Result<std::vector<LineImage>> further_cuts(const cv::Mat& gray, const LineCandidate& line) {
  std::vector<LineImage> cuts;
  const auto add = [&](Result<LineImage> cut) -> Result<void> {
    if (!cut) return tl::unexpected(cut.error());
    cuts.push_back(std::move(*cut));
    return {};
  };
  for (const Framing& framing : kFramings) {
    if (cuts.size() == kFramings.size()) break;
    Result<void> added = add(rectify(gray, framed(line, framing), framing.squeezed));
    if (added && cuts.size() == 1 && !line.otherwise.empty()) {
      added = add(rectify(gray, line.otherwise.front()));
    }
    if (!added) return tl::unexpected(added.error());
  }
  return cuts;
}

bool is_nothing(const LineReading& reading) {
  return reading.texts.empty() || reading.texts.front().probability < kPlateMin ||
         (reading.texts.front().text.empty() && reading.texts.front().probability > kNothing);
}

std::array<cv::Point2f, 4> box_of(const LineCandidate& line) {
  const cv::Point2f along = line.along + line.along * (0.6F * line.height() / line.length());
  const cv::Point2f down = line.down * 1.6F;
  return {line.centre - along - down, line.centre + along - down, line.centre + along + down,
          line.centre - along + down};
}

void sort_best_first(std::vector<LineText>& texts) {
  std::stable_sort(texts.begin(), texts.end(), [](const LineText& a, const LineText& b) {
    return a.probability > b.probability;
  });
}

// How much a text counts beside other ways to read the same line. Training shows the network lines
// that it is to be silent about, so it leaves characters out sooner than it invents them: each
// character read counts for that.
double weight_of(const std::string& text) {
  constexpr double kCharacter = 1.6;
  if (text.empty()) return 1;
  return plausibility(text) * std::pow(kCharacter, static_cast<double>(text.size()));
}

// What the network says, weighed by patterns; what it did not say keeps its share. No text is
// dropped or changed for fitting no pattern.
void weigh(std::vector<LineText>& texts) {
  double said = 0;
  double weighed = 0;
  double usual = 0;
  for (const LineText& t : texts) {
    const double weight = weight_of(t.text);
    said += t.probability;
    weighed += t.probability * weight;
    usual = std::max(usual, weight);
  }
  const double sum = weighed + std::max(0.0, 1 - said) * usual;
  if (sum <= 0) return;
  for (LineText& t : texts) {
    t.probability *= weight_of(t.text) / sum;
  }
  sort_best_first(texts);
}

// What is drawn alike is told apart by where it stands (syntax.h); what was read stays second.
void tell_o_from_0(std::vector<LineText>& texts) {
  constexpr double kAsRead = 0.2;    // share that stays with the reading itself
  constexpr double kDoubted = 0.02;  // of a reading, said of another: enough to doubt it
  const std::size_t read = texts.size();
  for (std::size_t i = 0; i < read; ++i) {
    std::string other = as_patterns_have_it(texts[i].text);
    if (other == texts[i].text) continue;
    const auto known = std::find_if(texts.begin(), texts.end(),
                                    [&](const LineText& t) { return t.text == other; });
    // An I with serifs is no 1, and the network says so.
    const double said = known == texts.end() ? 0 : known->probability;
    const bool one_for_i = std::count(other.begin(), other.end(), '1') >
                           std::count(texts[i].text.begin(), texts[i].text.end(), '1');
    if (one_for_i && said < kDoubted * texts[i].probability) continue;
    const double moved = texts[i].probability * (1 - kAsRead);
    texts[i].probability -= moved;
    if (known != texts.end()) {
      known->probability += moved;
    } else {
      LineText added = texts[i];
      added.text = std::move(other);
      added.probability = moved;
      texts.push_back(std::move(added));
    }
  }
  sort_best_first(texts);
}

void drop_impossible(std::vector<LineText>& texts) {
  std::erase_if(texts, [](const LineText& t) {
    return t.text.size() < kTextMin || t.text.size() > kTextMax;
  });
}

// Tesseract errs in other ways, so what both say is less likely wrong.
void heed_second_reader(std::vector<LineText>& texts, const std::string& second) {
  for (LineText& t : texts) {
    if (t.text == second) t.probability = 1 - (1 - t.probability) * kDoubtLeft;
  }
  sort_best_first(texts);
}

// Which of several plates is shown first: the surest, and of equals the nearest.
double rank(const PlateCandidate& plate, const LineCandidate& line) {
  return static_cast<double>(plate.confidence_ppm) *
         std::sqrt(static_cast<double>(line.height() * line.length()));
}

bool overlap(const LineCandidate& a, const LineCandidate& b) {
  const auto box = [](const LineCandidate& line) {
    const std::array<cv::Point2f, 4> corners{
        line.centre - line.along - line.down, line.centre + line.along - line.down,
        line.centre + line.along + line.down, line.centre - line.along + line.down};
    return cv::boundingRect(std::vector<cv::Point2f>(corners.begin(), corners.end()));
  };
  const cv::Rect2f first = box(a);
  const cv::Rect2f second = box(b);
  return (first & second).area() > 0.3F * std::min(first.area(), second.area());
}

// Print on the same plate in smaller characters: the month on a sticker, a slogan.
bool small_print_of(const LineCandidate& small, const LineCandidate& plate) {
  if (small.height() > 0.7F * plate.height()) return false;
  const cv::Point2f apart = small.centre - plate.centre;
  const float across = std::abs(apart.dot(plate.down)) / (plate.height() / 2);
  const float beside = std::abs(apart.dot(plate.along)) / (plate.length() / 2);
  return across < 2.0F * plate.height() && beside < plate.length() / 2 + 1.5F * plate.height();
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

PlateReader::PlateReader(LineDetector detector, LineNetwork network, TesseractReader tesseract)
    : detector_(std::move(detector)),
      network_(std::move(network)),
      tesseract_(std::move(tesseract)) {}

Result<PlateReader> PlateReader::create() {
  Result<LineDetector> detector = LineDetector::load();
  if (!detector) return tl::unexpected(detector.error());
  Result<LineNetwork> network = LineNetwork::load();
  if (!network) return tl::unexpected(network.error());
  Result<TesseractReader> tesseract = TesseractReader::open();
  if (!tesseract) return tl::unexpected(tesseract.error());
  return PlateReader(std::move(*detector), std::move(*network), std::move(*tesseract));
}

Result<std::optional<ReadLine>> PlateReader::read_line(const cv::Mat& gray, LineCandidate line) {
  Result<LineImage> image = rectify(gray, line);
  if (!image) return tl::unexpected(image.error());
  Result<LineReading> reading = network_.read(image->gray);
  if (!reading) return tl::unexpected(reading.error());
  for (std::size_t i = 0; is_nothing(*reading) && i < line.otherwise.size(); ++i) {
    image = rectify(gray, line.otherwise[i]);
    if (!image) return tl::unexpected(image.error());
    reading = network_.read(image->gray);
    if (!reading) return tl::unexpected(reading.error());
  }
  if (is_nothing(*reading)) return std::optional<ReadLine>();
  std::vector<LineText> texts = std::move(reading->texts);
  if (texts.front().probability < kSure) {
    Result<LineCandidate> closer = detector_.look_closer(gray, line);
    if (!closer) return tl::unexpected(closer.error());
    closer->otherwise = line.otherwise;
    line = std::move(*closer);
    const Result<void> looked = look_again(gray, line, texts);
    if (!looked) return tl::unexpected(looked.error());
  }
  weigh(texts);
  tell_o_from_0(texts);
  if (texts.front().text.empty()) return std::optional<ReadLine>();
  drop_impossible(texts);
  if (!texts.empty() && texts.front().probability < kSure) {
    const Result<std::string> second = tesseract_.read(image->gray);
    if (!second) return tl::unexpected(second.error());
    heed_second_reader(texts, *second);
  }
  if (texts.empty() || texts.front().probability < kPlateMin) return std::optional<ReadLine>();
  PlateCandidate plate{
      texts.front().text, calibrated_ppm(texts.front().probability), box_of(line), {}};
  for (std::size_t i = 1; i < texts.size() && plate.alternatives.size() < kBeamsMax - 1; ++i) {
    plate.alternatives.push_back({texts[i].text, calibrated_ppm(texts[i].probability)});
  }
  return std::optional(ReadLine{line, std::move(plate)});
}

Result<void> PlateReader::look_again(const cv::Mat& gray, const LineCandidate& line,
                                     std::vector<LineText>& texts) {
  const Result<std::vector<LineImage>> images = further_cuts(gray, line);
  if (!images) return tl::unexpected(images.error());
  std::map<std::string, double> sums;
  for (const LineText& t : texts) sums[t.text] += t.probability;
  const std::string first = texts.front().text;
  bool agreed = true;
  int looks = 1;
  for (const LineImage& image : *images) {
    const Result<LineReading> reading = network_.read(image.gray);
    if (!reading) return tl::unexpected(reading.error());
    for (const LineText& t : reading->texts) sums[t.text] += t.probability;
    ++looks;
    agreed = agreed && !reading->texts.empty() && reading->texts.front().text == first;
    if (agreed && looks == kAgreeingLooks) break;
  }
  texts.clear();
  for (const auto& [text, sum] : sums) texts.push_back({text, sum / looks});
  sort_best_first(texts);
  return {};
}

Result<std::optional<ReadLine>> PlateReader::with_other_half(
    const cv::Mat& gray, const ReadLine& half, const std::vector<LineCandidate>& lines) {
  std::vector<LineCandidate> places = lines;
  const Result<std::vector<LineCandidate>> around = detector_.look_around(gray, half.line);
  if (!around) return tl::unexpected(around.error());
  places.insert(places.end(), around->begin(), around->end());
  const std::vector<LineCandidate> guessed = beside_half(half.line);
  places.insert(places.end(), guessed.begin(), guessed.end());
  int tried = 0;
  for (const LineCandidate& place : places) {
    if (!stacked(place, half.line)) continue;
    if (++tried > kHalvesTried) break;
    const Result<LineImage> image = rectify(gray, place);
    if (!image) return tl::unexpected(image.error());
    Result<LineReading> reading = network_.read(image->gray);
    if (!reading) return tl::unexpected(reading.error());
    const std::vector<LineText>& texts = reading->texts;
    const bool is_half = !texts.empty() && texts.front().probability >= kHalfSure &&
                         texts.front().text.size() >= kHalfMin &&
                         texts.front().text.size() <= kHalfMax;
    if (is_half) return std::optional(joined(half, place, texts));
  }
  return std::optional<ReadLine>();
}

Result<std::vector<ReadLine>> PlateReader::read_lines(const cv::Mat& gray, Detection detection) {
  const Result<std::vector<LineCandidate>> lines = detector_.find(gray, detection);
  if (!lines) return tl::unexpected(lines.error());
  std::vector<ReadLine> read;
  bool good = false;
  bool sure = false;
  for (const LineCandidate& line : *lines) {
    if (good && line.score < (sure ? kLikelyBesideSure : kLikelyPlace)) break;
    Result<std::optional<ReadLine>> one = read_line(gray, line);
    if (!one) return tl::unexpected(one.error());
    if (!*one) continue;
    good = good || (*one)->plate.confidence_ppm >= kGoodEnoughPpm;
    sure = sure || (*one)->plate.confidence_ppm >= kSurePpm;
    if (may_be_half((*one)->plate)) {
      Result<std::optional<ReadLine>> whole = with_other_half(gray, **one, *lines);
      if (!whole) return tl::unexpected(whole.error());
      if (*whole) one = std::move(whole);
    }
    read.push_back(std::move(**one));
  }
  std::stable_sort(read.begin(), read.end(), [](const ReadLine& a, const ReadLine& b) {
    return rank(a.plate, a.line) > rank(b.plate, b.line);
  });
  std::vector<ReadLine> kept;
  for (ReadLine& one : read) {
    const bool taken = std::any_of(kept.begin(), kept.end(), [&](const ReadLine& other) {
      return overlap(one.line, other.line) || small_print_of(one.line, other.line);
    });
    if (!taken) kept.push_back(std::move(one));
  }
  return kept;
}

Result<std::vector<PlateCandidate>> PlateReader::read(const cv::Mat& picture, Effort effort) {
  const Result<cv::Mat> gray = to_gray(picture);
  if (!gray) return tl::unexpected(gray.error());
  Result<std::vector<ReadLine>> lines = read_lines(*gray, Detection::kUsual);
  const bool good =
      lines && !lines->empty() && lines->front().plate.confidence_ppm >= kGoodEnoughPpm;
  if (lines && !good && effort == Effort::kThorough) {
    Result<std::vector<ReadLine>> finer = read_lines(*gray, Detection::kFine);
    if (!finer) return tl::unexpected(finer.error());
    const auto best = [](const std::vector<ReadLine>& found) {
      return found.empty() ? 0 : found.front().plate.confidence_ppm;
    };
    if (best(*finer) > best(*lines)) lines = std::move(finer);
  }
  if (!lines) return tl::unexpected(lines.error());
  std::vector<PlateCandidate> plates;
  for (ReadLine& line : *lines) {
    if (line.plate.confidence_ppm < kShownMinPpm) continue;
    line.plate.color = vehicle_color(picture, line.plate.box);
    plates.push_back(std::move(line.plate));
  }
  return plates;
}

Result<std::vector<PlateCandidate>> PlateReader::read_encoded(BytesView image) {
  const Result<cv::Mat> picture = decode_image(image, ImageColor::kGray);
  if (!picture) return tl::unexpected(picture.error());
  Result<std::vector<PlateCandidate>> plates = read(*picture);
  if (!plates || plates->empty()) return plates;
  // Decoded apart: the networks see the camera's own gray, and half the size is enough for paint.
  const Result<cv::Mat> colored = decode_image(image, ImageColor::kHalfBgr);
  if (!colored) return tl::unexpected(colored.error());
  for (PlateCandidate& plate : *plates) {
    std::array<cv::Point2f, 4> half = plate.box;
    for (cv::Point2f& corner : half) corner *= 0.5F;
    plate.color = vehicle_color(*colored, half);
  }
  return plates;
}

Result<std::vector<PlateCandidate>> read_plates(BytesView image) {
  Result<PlateReader> reader = PlateReader::create();
  if (!reader) return tl::unexpected(reader.error());
  return reader->read_encoded(image);
}

}  // namespace alpr::recognition
