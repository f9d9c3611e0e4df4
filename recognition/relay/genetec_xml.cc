// The XML files of Genetec's Sharp cameras. Their template can be re-sorted and its fields left
// out, so elements are found by name, wherever they stand below the root.
#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "ledger/chain/encoding.h"
#include "recognition/relay/message.h"

namespace alpr::recognition {
namespace {

constexpr std::array<std::string_view, 9> kTaken{"Plate",      "UTCDate",      "UTCTime",
                                                 "CameraName", "ContextImage", "PlateImage",
                                                 "LongitudeX", "LatitudeY",    "ConfidenceScore"};

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::kMalformed, "Genetec's XML: " + what);
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "2026:11:25" with any separator, and "14:03:59" with or without a fraction.
Result<TimeUs> capture_time(std::string_view date, std::string_view time) {
  const auto separator = [](char c) { return c == ':' || c == '-' || c == '/'; };
  if (date.size() != 10 || !separator(date[4]) || !separator(date[7])) {
    return bad("UTCDate is missing or is not year:month:day");
  }
  std::string text(date);
  text[4] = text[7] = '-';
  const Result<TimeUs> at = chain::parse_time(text + "T" + std::string(time) + "Z");
  if (at && !valid_capture_time(*at)) return bad("UTCDate is not of this century");
  if (!at) return bad("UTCTime is missing or is not hours:minutes:seconds");
  return *at;
}

class Elements {
 public:
  explicit Elements(const pugi::xml_node& root) : root_(root) {}
  std::string_view text(std::string_view name) const {
    return root_.child_value(std::string(name).c_str());
  }
  // Says what of the file is not taken over; an element that is empty says nothing.
  void drop_rest(DroppedAttributes& dropped) const {
    for (const pugi::xml_node& element : root_.children()) {
      if (element.type() != pugi::node_element) continue;
      const bool taken = std::find(kTaken.begin(), kTaken.end(), element.name()) != kTaken.end();
      if (!taken && element.first_child()) dropped.count(element.name());
    }
  }

 private:
  const pugi::xml_node& root_;
};

Result<Bytes> picture(const Elements& elements) {
  for (const char* name : {"ContextImage", "PlateImage"}) {
    Result<Bytes> bytes = parse_picture(elements.text(name));
    if (!bytes) return bad(std::string(name) + " is not base64");
    if (!bytes->empty()) return bytes;
  }
  return Bytes();
}

Result<void> take_position(const Elements& elements, ForeignRead& read) {
  const std::string_view latitude = elements.text("LatitudeY");
  const std::string_view longitude = elements.text("LongitudeX");
  if (latitude.empty() && longitude.empty()) return {};
  const std::optional<double> north = number(latitude);
  const std::optional<double> east = number(longitude);
  if (!north || !east) return bad("LatitudeY or LongitudeX is no number of degrees");
  if (*north == 0 && *east == 0) return {};  // no fix
  read.latitude_e7 = degrees_e7(*north, 90);
  read.longitude_e7 = degrees_e7(*east, 180);
  if (!read.latitude_e7 || !read.longitude_e7)
    return bad("LatitudeY or LongitudeX is out of range");
  return {};
}

}  // namespace

Result<ForeignMessage> parse_genetec_xml(std::string_view text) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  if (!parsed) return bad("the text is not XML, or ends early");
  const pugi::xml_node root = document.document_element();
  const Elements elements(root);
  ForeignMessage message;
  message.maker = "genetec";
  message.camera = elements.text("CameraName");
  if (message.camera.empty()) return bad("CameraName is missing");
  ForeignRead read;
  const Result<TimeUs> at = capture_time(elements.text("UTCDate"), elements.text("UTCTime"));
  if (!at) return tl::unexpected(at.error());
  read.captured_at = *at;
  // A template without the score says nothing of how sure the read is: then it counts as unsure.
  if (const std::string_view score = elements.text("ConfidenceScore"); !score.empty()) {
    const std::optional<double> percent = number(score);
    const auto ppm = percent ? parts_per_million(*percent) : std::nullopt;
    if (!ppm) return bad("ConfidenceScore is not from 0 to 100");
    read.confidence_ppm = *ppm;
  }
  if (const Result<void> placed = take_position(elements, read); !placed) {
    return tl::unexpected(placed.error());
  }
  Result<Bytes> image = picture(elements);
  if (!image) return tl::unexpected(image.error());
  read.picture = std::move(*image);
  elements.drop_rest(message.dropped);
  keep(message, std::move(read), elements.text("Plate"));
  return message;
}

}  // namespace alpr::recognition
