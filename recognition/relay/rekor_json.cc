// Rekor Scout's and OpenALPR's JSON. Boost.JSON, because these messages have fractions and nulls,
// which our own canonical JSON does not know.
#include <boost/json.hpp>
#include <cmath>

#include "recognition/relay/message.h"

namespace alpr::recognition {
namespace {

namespace json = boost::json;

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::kMalformed, "Rekor's JSON: " + what);
}

// An object's members, taken one by one; what is left over at the end counts as dropped.
class Members {
 public:
  Members(const json::object& object, std::string prefix)
      : object_(object), prefix_(std::move(prefix)) {}

  const json::value* take(std::string_view name) {
    const json::value* value = object_.if_contains(name);
    if (value != nullptr) taken_.push_back(value);
    return value;
  }
  std::optional<double> number(std::string_view name) {
    const json::value* value = take(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
  }
  std::string_view text(std::string_view name) {
    const json::value* value = take(name);
    if (value == nullptr || !value->is_string()) return {};
    return {value->get_string().data(), value->get_string().size()};
  }
  const json::array* list(std::string_view name) {
    const json::value* value = take(name);
    return value != nullptr ? value->if_array() : nullptr;
  }
  void drop_rest(DroppedAttributes& dropped) const {
    for (const json::key_value_pair& member : object_) {
      if (std::find(taken_.begin(), taken_.end(), &member.value()) != taken_.end()) continue;
      dropped.count(prefix_ + std::string(member.key()));
    }
  }

 private:
  const json::object& object_;
  std::string prefix_;
  std::vector<const json::value*> taken_;
};

// epoch_start and epoch_time are milliseconds since 1970, UTC.
Result<TimeUs> capture_time(Members& members, std::string_view name) {
  constexpr double kMillisMax = 4e12;  // before llround() can overflow
  const std::optional<double> millis = members.number(name);
  const bool number = millis && *millis > 0 && *millis < kMillisMax;
  const TimeUs time{number ? std::llround(*millis) * 1000 : 0};
  if (!valid_capture_time(time)) {
    return bad(std::string(name) + " is missing or is no time in milliseconds");
  }
  return time;
}

Result<Bytes> picture(Members& members, std::string_view name) {
  Result<Bytes> bytes = parse_picture(members.text(name));
  if (!bytes) return bad(std::string(name) + " is not base64");
  return bytes;
}

Result<std::int64_t> confidence(Members& members, std::string_view name) {
  const std::optional<double> percent = members.number(name);
  const auto ppm = percent ? parts_per_million(*percent) : std::nullopt;
  if (!ppm) return bad(std::string(name) + " is missing or not from 0 to 100");
  return *ppm;
}

std::vector<Alternative> alternatives(Members& members, DroppedAttributes& dropped) {
  std::vector<Alternative> found;
  const json::array* list = members.list("candidates");
  if (list == nullptr) return found;
  for (const json::value& one : *list) {
    if (!one.is_object()) continue;
    Members candidate(one.get_object(), "candidates.");
    const Result<std::string> plate = normalise_plate(candidate.text("plate"));
    const std::optional<double> percent = candidate.number("confidence");
    candidate.drop_rest(dropped);
    const auto ppm = percent ? parts_per_million(*percent) : std::nullopt;
    const bool known = plate && std::any_of(found.begin(), found.end(), [&](const Alternative& a) {
                         return a.plate == *plate;
                       });
    // One more than is kept, because the plate itself is among them.
    if (plate && ppm && !known && found.size() <= kAlternativesMax) {
      found.push_back({*plate, *ppm});
    }
  }
  return found;
}

// The most probable of an attribute's candidates, its name as `plain` makes it; candidates whose
// name it makes empty are passed over.
std::optional<VehicleAttribute> attribute(Members& vehicle, const std::string& attribute,
                                          std::string (*plain)(std::string_view),
                                          DroppedAttributes& dropped) {
  std::optional<VehicleAttribute> best;
  const json::array* list = vehicle.list(attribute);
  if (list == nullptr) return best;
  for (const json::value& one : *list) {
    if (!one.is_object()) continue;
    Members candidate(one.get_object(), "vehicle." + attribute + ".");
    const std::string_view name = candidate.text("name");
    const std::optional<double> percent = candidate.number("confidence");
    candidate.drop_rest(dropped);
    const auto ppm = percent ? parts_per_million(*percent) : std::nullopt;
    std::string text = plain(name);
    if (!text.empty() && ppm && (!best || *ppm > best->confidence_ppm))
      best = VehicleAttribute{std::move(text), *ppm};
  }
  return best;
}

// Rekor's shades, such as "silver-gray", count by their first word.
std::string plain_color(std::string_view name) {
  const std::string_view word = name.substr(0, name.find('-'));
  return valid_color(word) ? std::string(word) : std::string();
}

std::string plain_make(std::string_view name) {
  std::string text;
  for (const char c : name) text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return valid_make_or_model(text) ? text : std::string();
}

// "ford_f-150" is make and model in one; what follows the first underscore is the model.
std::string plain_model(std::string_view name) {
  const std::size_t make = name.find('_');
  return make == std::string_view::npos ? std::string() : plain_make(name.substr(make + 1));
}

void take_position(Members& members, ForeignRead& read) {
  constexpr std::string_view kLatitude = "gps_latitude";
  constexpr std::string_view kLongitude = "gps_longitude";
  const std::optional<double> latitude = members.number(kLatitude);
  const std::optional<double> longitude = members.number(kLongitude);
  // A camera that was given no position says 0 and 0, or -1 and -1.
  const bool given = latitude && longitude && !(*latitude == 0 && *longitude == 0) &&
                     !(*latitude == -1 && *longitude == -1);
  if (!given) return;
  read.latitude_e7 = degrees_e7(*latitude, 90);
  read.longitude_e7 = degrees_e7(*longitude, 180);
}

std::string camera_of(Members& members) {
  const json::value* camera = members.take("camera_id");
  if (camera == nullptr) return {};
  if (camera->is_string()) return std::string(camera->get_string());
  return camera->is_int64() || camera->is_uint64() ? json::serialize(*camera) : std::string();
}

// One vehicle's passage: the best of several reads.
Result<void> parse_group(Members& members, ForeignMessage& message) {
  ForeignRead read;
  Result<TimeUs> time = capture_time(members, "epoch_start");
  if (!time) return tl::unexpected(time.error());
  read.captured_at = *time;
  const Result<std::int64_t> sure = confidence(members, "best_confidence");
  if (!sure) return tl::unexpected(sure.error());
  read.confidence_ppm = *sure;
  take_position(members, read);
  read.alternatives = alternatives(members, message.dropped);
  if (const json::value* vehicle = members.take("vehicle"); vehicle && vehicle->is_object()) {
    Members attributes(vehicle->get_object(), "vehicle.");
    read.color = attribute(attributes, "color", plain_color, message.dropped);
    read.make = attribute(attributes, "make", plain_make, message.dropped);
    read.model = attribute(attributes, "make_model", plain_model, message.dropped);
    attributes.drop_rest(message.dropped);
  }
  Result<Bytes> vehicle_crop = picture(members, "vehicle_crop_jpeg");
  if (!vehicle_crop) return tl::unexpected(vehicle_crop.error());
  read.picture = std::move(*vehicle_crop);
  if (const json::value* best = members.take("best_plate"); best && best->is_object()) {
    Members plate(best->get_object(), "best_plate.");
    Result<Bytes> plate_crop = picture(plate, "plate_crop_jpeg");
    if (!plate_crop) return tl::unexpected(plate_crop.error());
    if (read.picture.empty()) read.picture = std::move(*plate_crop);
    plate.drop_rest(message.dropped);
  }
  keep(message, std::move(read), members.text("best_plate_number"));
  return {};
}

// The plates of one picture.
Result<void> parse_results(Members& members, ForeignMessage& message) {
  const Result<TimeUs> time = capture_time(members, "epoch_time");
  if (!time) return tl::unexpected(time.error());
  ForeignRead common;
  common.captured_at = *time;
  take_position(members, common);
  const json::array* results = members.list("results");
  if (results == nullptr) return bad("results is missing or is no list");
  if (results->size() > kMessageReadsMax) {
    return fail(ErrorCode::kTooLarge, "Rekor's JSON: results has more than 64 plates");
  }
  for (const json::value& one : *results) {
    if (!one.is_object()) return bad("results holds something that is no object");
    Members result(one.get_object(), "results.");
    ForeignRead read = common;
    const Result<std::int64_t> sure = confidence(result, "confidence");
    if (!sure) return tl::unexpected(sure.error());
    read.confidence_ppm = *sure;
    read.alternatives = alternatives(result, message.dropped);
    Result<Bytes> crop = picture(result, "plate_crop_jpeg");
    if (!crop) return tl::unexpected(crop.error());
    read.picture = std::move(*crop);
    const std::string_view plate = result.text("plate");
    result.drop_rest(message.dropped);
    keep(message, std::move(read), plate);
  }
  return {};
}

}  // namespace

Result<ForeignMessage> parse_rekor_json(std::string_view text) {
  boost::system::error_code error;
  const json::value root = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return bad("the text is not JSON");
  if (!root.is_object()) return bad("the text is no object");
  Members members(root.get_object(), "");
  ForeignMessage message;
  message.maker = "rekor";
  const std::string_view type = members.text("data_type");
  members.take("version");
  if (type == "heartbeat") return message;
  message.camera = camera_of(members);
  if (message.camera.empty()) return bad("camera_id is missing");
  Result<void> done;
  if (type == "alpr_group") {
    done = parse_group(members, message);
  } else if (type == "alpr_results") {
    done = parse_results(members, message);
  } else {
    return bad("data_type is not alpr_group, alpr_results or heartbeat");
  }
  if (!done) return tl::unexpected(done.error());
  members.drop_rest(message.dropped);
  return message;
}

}  // namespace alpr::recognition
