#include "recognition/reading_output.h"

#include <fmt/format.h>

#include <utility>

#include "ledger/chain/canonical_json.h"
#include "recognition/confidence.h"

namespace alpr::recognition {
namespace {

using chain::Json;

constexpr double kPpmPerPercent = 10'000;

Json::Array box_json(const std::array<cv::Point2f, 4>& box) {
  Json::Array corners;
  for (const cv::Point2f& p : box) {
    corners.emplace_back(
        Json::Array{Json(std::int64_t{cvRound(p.x)}), Json(std::int64_t{cvRound(p.y)})});
  }
  return corners;
}

// A path may hold any bytes; JSON may not.
std::string utf8_or_escaped(const std::string& text) {
  if (chain::valid_utf8(text)) return text;
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x80 ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

Json::Object plate_json(const PlateCandidate& plate) {
  Json::Array alternatives;
  for (const PlateText& other : plate.alternatives) {
    alternatives.emplace_back(
        Json::Object{{"text", Json(other.text)}, {"confidence", Json(other.confidence_ppm)}});
  }
  return {{"text", Json(plate.text)},
          {"confidence", Json(plate.confidence_ppm)},
          {"uncertain", Json(plate.confidence_ppm < kSurePpm)},
          {"box", Json(box_json(plate.box))},
          {"alternatives", Json(std::move(alternatives))},
          {"color", Json(Json::Object{{"name", Json(plate.color.name)},
                                      {"confidence", Json(plate.color.confidence_ppm)}})}};
}

std::string in_words(const PlateCandidate& plate) {
  std::string words = fmt::format("{} ({:.1f} %{}", plate.text,
                                  static_cast<double>(plate.confidence_ppm) / kPpmPerPercent,
                                  plate.confidence_ppm < kSurePpm ? ", uncertain" : "");
  if (plate.color.name != kUnknownColor) {
    words += fmt::format("; {}, {:.0f} %", plate.color.name,
                         static_cast<double>(plate.color.confidence_ppm) / kPpmPerPercent);
  }
  return words + ")";
}

}  // namespace

std::string photo_json(const std::string& image, const PhotoReading& reading) {
  Json::Array plates;
  if (reading.plates) {
    for (const PlateCandidate& plate : *reading.plates) plates.emplace_back(plate_json(plate));
  }
  Json::Object object{{"image", Json(utf8_or_escaped(image))},
                      {"ms", Json(reading.milliseconds)},
                      {"plates", Json(std::move(plates))}};
  if (!reading.plates)
    object.emplace_back("error", Json(utf8_or_escaped(reading.plates.error().detail)));
  return chain::write(Json(std::move(object)));
}

std::string passage_json(const std::string& image, const Passage& passage) {
  Json::Array frames;
  for (const std::int64_t frame : passage.frames) frames.emplace_back(frame);
  return chain::write(
      Json(Json::Object{{"image", Json(utf8_or_escaped(image))},
                        {"ms", Json(passage.read_ms)},
                        {"plates", Json(Json::Array{Json(plate_json(passage.plate))})},
                        {"frames", Json(std::move(frames))},
                        {"best_frame", Json(passage.best_frame)},
                        {"from_ms", Json(passage.from_ms)},
                        {"until_ms", Json(passage.until_ms)}}));
}

std::string photo_text(const std::string& image, const PhotoReading& reading) {
  if (!reading.plates) return "";
  if (reading.plates->empty()) return image + ": no plate\n";
  std::string out;
  for (const PlateCandidate& plate : *reading.plates) {
    out += fmt::format("{}: {}\n", image, in_words(plate));
  }
  return out;
}

std::string passage_text(const std::string& image, const Passage& passage) {
  return fmt::format(
      "{}: {:.1f} to {:.1f} s, frames {}: {}\n", image, static_cast<double>(passage.from_ms) / 1000,
      static_cast<double>(passage.until_ms) / 1000, passage.frames.size(), in_words(passage.plate));
}

}  // namespace alpr::recognition
