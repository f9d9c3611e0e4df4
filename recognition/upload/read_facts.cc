#include <algorithm>

#include "ledger/chain/canonical_cursor.h"
#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "recognition/upload/upload_format.h"

namespace alpr::recognition {
namespace {

using chain::CanonicalCursor;
using chain::Json;

// Years 2000 to 2100: outside of it a camera's clock is not set, and the claim is worthless.
constexpr std::int64_t kCapturedMin = 946'684'800 * kSecondUs;
constexpr std::int64_t kCapturedMax = 4'102'444'800 * kSecondUs;
constexpr std::int64_t kLatitudeMax = 900'000'000;
constexpr std::int64_t kLongitudeMax = 1'800'000'000;
constexpr std::int64_t kPixelMax = 65'535;  // the largest side that JPEG can declare
constexpr std::int64_t kImageBytesMax = std::int64_t{1} << 30;
constexpr std::size_t kPlaceMax = 200;
constexpr std::int64_t kListAgeMaxS = 400'000'000;  // some 12 years

bool upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

tl::unexpected<Error> bad(std::string_view member) {
  return fail(ErrorCode::kMalformed, "read: member \"" + std::string(member) +
                                         "\" is missing, out of place, or out of range");
}

bool in_range(std::int64_t value, std::int64_t lowest, std::int64_t highest) {
  return value >= lowest && value <= highest;
}

bool valid_place(std::string_view place) {
  return place.size() <= kPlaceMax && chain::valid_utf8(place) &&
         std::none_of(place.begin(), place.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Make and model come from other makers' systems alone, so they never stand without the source.
Result<void> check_vehicle(const ReadFacts& facts) {
  const auto good = [](const std::optional<VehicleAttribute>& attribute, auto valid) {
    return !attribute ||
           (valid(attribute->value) && in_range(attribute->confidence_ppm, 0, kConfidenceMax));
  };
  if (!good(facts.color, valid_color)) return bad("color");
  if (!good(facts.make, valid_make_or_model)) return bad("make");
  if (!good(facts.model, valid_make_or_model)) return bad("model");
  const bool sourced = !facts.vehicle_source.empty();
  if (sourced &&
      (!valid_color(facts.vehicle_source) || !(facts.color || facts.make || facts.model)))
    return bad("vehicle_source");
  if (!sourced && (facts.make || facts.model)) return bad("vehicle_source");
  return {};
}

// A member that must come next, by the text before its value.
bool take(CanonicalCursor& text, std::string_view before, std::string& out) {
  return text.accept(before) && text.string(out);
}
bool take(CanonicalCursor& text, std::string_view before, std::int64_t& out) {
  return text.accept(before) && text.integer(out);
}
bool take(CanonicalCursor& text, std::string_view before, std::uint64_t& out) {
  std::int64_t value = -1;
  if (!take(text, before, value) || value < 0) return false;
  out = static_cast<std::uint64_t>(value);
  return true;
}

bool take_box(CanonicalCursor& text, PlateBox& box) {
  for (std::size_t i = 0; i < box.size(); ++i) {
    if (!take(text, i == 0 ? ",\"box\":[[" : ",[", box[i][0]) || !take(text, ",", box[i][1]) ||
        !text.accept(']'))
      return false;
  }
  return text.accept(']');
}

bool take_alternatives(CanonicalCursor& text, std::vector<Alternative>& alternatives) {
  if (!text.accept(",\"alternatives\":[")) return false;
  while (!text.accept(']')) {
    if (alternatives.size() == kAlternativesMax) return false;
    const bool first = alternatives.empty();
    Alternative& one = alternatives.emplace_back();
    if (!take(text, first ? "{\"plate\":" : ",{\"plate\":", one.plate) ||
        !take(text, ",\"confidence_ppm\":", one.confidence_ppm) || !text.accept('}'))
      return false;
  }
  return true;
}

// An attribute that may be left out; false where it is there and is not well formed.
bool take_attribute(CanonicalCursor& text, std::string_view before,
                    std::optional<VehicleAttribute>& out) {
  if (!text.accept(before)) return true;
  out.emplace();
  return take(text, "{\"value\":", out->value) &&
         take(text, ",\"confidence_ppm\":", out->confidence_ppm) && text.accept('}');
}

bool take_image(CanonicalCursor& text, ReadFacts& facts) {
  return text.accept(",\"image\":{\"sha256\":") && text.digest(facts.image_sha256) &&
         take(text, ",\"bytes\":", facts.image_bytes) &&
         take(text, ",\"type\":", facts.image_type) && text.accept('}');
}

// What follows `,"local_hits":[`; there is at least one.
bool take_local_hits(CanonicalCursor& text, std::vector<LocalHit>& hits) {
  do {
    if (hits.size() == kLocalHitsMax) return false;
    LocalHit& hit = hits.emplace_back();
    if (!take(text, "{\"taken\":", hit.taken.value) || !take(text, ",\"list\":", hit.list.value) ||
        !take(text, ",\"entry\":", hit.entry) ||
        !take(text, ",\"matched_at_us\":", hit.matched_at.value) ||
        !take(text, ",\"list_age_s\":", hit.list_age_s) || !text.accept('}'))
      return false;
  } while (text.accept(','));
  return text.accept(']');
}

bool valid_local_hits(const std::vector<LocalHit>& hits) {
  if (hits.size() > kLocalHitsMax) return false;
  const auto number = [](std::uint64_t n) {
    return n <= static_cast<std::uint64_t>(chain::kIntegerMax);
  };
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const LocalHit& hit = hits[i];
    if (!number(hit.taken.value) || !number(hit.list.value) || !number(hit.entry) ||
        !in_range(hit.matched_at.value, kCapturedMin, kCapturedMax) ||
        !in_range(hit.list_age_s, 0, kListAgeMaxS)) {
      return false;
    }
    const auto end = hits.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(hits.begin(), end, [&](const LocalHit& other) {
          return other.list == hit.list && other.entry == hit.entry;
        }))
      return false;
  }
  return true;
}

Json::Array local_hits_json(const std::vector<LocalHit>& hits) {
  Json::Array all;
  for (const LocalHit& hit : hits) {
    all.emplace_back(Json::Object{{"taken", Json(static_cast<std::int64_t>(hit.taken.value))},
                                  {"list", Json(static_cast<std::int64_t>(hit.list.value))},
                                  {"entry", Json(static_cast<std::int64_t>(hit.entry))},
                                  {"matched_at_us", Json(hit.matched_at.value)},
                                  {"list_age_s", Json(hit.list_age_s)}});
  }
  return all;
}

// Written piece by piece, because every read that arrives is written anew to be compared.
void put(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  chain::write_string(out, text);
}
void put(std::string& out, std::string_view name, std::int64_t value) {
  out += name;
  chain::write_integer(out, value);
}

void put_attribute(std::string& out, std::string_view name,
                   const std::optional<VehicleAttribute>& attribute) {
  if (!attribute) return;
  out += name;
  put(out, "{\"value\":", attribute->value);
  put(out, ",\"confidence_ppm\":", attribute->confidence_ppm);
  out += '}';
}

}  // namespace

Result<std::string> normalise_plate(std::string_view text) {
  std::string plate;
  for (char c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (upper_or_digit(c)) plate.push_back(c);
  }
  if (!valid_plate(plate)) {
    return fail(ErrorCode::kMalformed, "a plate has 1 to 10 letters and digits");
  }
  return plate;
}

bool valid_plate(std::string_view plate) {
  return !plate.empty() && plate.size() <= kPlateLengthMax &&
         std::all_of(plate.begin(), plate.end(), upper_or_digit);
}

bool valid_capture_time(TimeUs time) { return in_range(time.value, kCapturedMin, kCapturedMax); }

Result<void> check_facts(const ReadFacts& facts) {
  if (!valid_plate(facts.plate)) return bad("plate");
  if (!in_range(facts.confidence_ppm, 0, kConfidenceMax)) return bad("confidence_ppm");
  if (!valid_capture_time(facts.captured_at)) return bad("captured_at_us");
  if (!in_range(facts.latitude_e7, -kLatitudeMax, kLatitudeMax)) return bad("latitude_e7");
  if (!in_range(facts.longitude_e7, -kLongitudeMax, kLongitudeMax)) return bad("longitude_e7");
  if (!valid_place(facts.place)) return bad("place");
  for (const auto& point : facts.box) {
    for (const std::int64_t coordinate : point) {
      if (!in_range(coordinate, -kPixelMax, kPixelMax)) return bad("box");
    }
  }
  if (facts.alternatives.size() > kAlternativesMax) return bad("alternatives");
  for (std::size_t i = 0; i < facts.alternatives.size(); ++i) {
    const Alternative& one = facts.alternatives[i];
    const auto end = facts.alternatives.begin() + static_cast<std::ptrdiff_t>(i);
    const bool repeated = one.plate == facts.plate ||
                          std::any_of(facts.alternatives.begin(), end,
                                      [&](const Alternative& a) { return a.plate == one.plate; });
    if (repeated || !valid_plate(one.plate) || !in_range(one.confidence_ppm, 0, kConfidenceMax)) {
      return bad("alternatives");
    }
  }
  if (auto vehicle = check_vehicle(facts); !vehicle) return vehicle;
  const bool known_type = facts.image_type == "image/jpeg" || facts.image_type == "image/png";
  if (!known_type || !in_range(facts.image_bytes, 0, kImageBytesMax)) return bad("image");
  if (!valid_local_hits(facts.local_hits)) return bad("local_hits");
  return {};
}

std::string read_json(const ReadFacts& facts) {
  ALPR_CHECK(check_facts(facts).has_value());
  std::string out = "{";
  put(out, "\"plate\":", facts.plate);
  put(out, ",\"confidence_ppm\":", facts.confidence_ppm);
  put(out, ",\"captured_at_us\":", facts.captured_at.value);
  put(out, ",\"latitude_e7\":", facts.latitude_e7);
  put(out, ",\"longitude_e7\":", facts.longitude_e7);
  put(out, ",\"place\":", facts.place);
  for (std::size_t i = 0; i < facts.box.size(); ++i) {
    put(out, i == 0 ? ",\"box\":[[" : ",[", facts.box[i][0]);
    put(out, ",", facts.box[i][1]);
    out += ']';
  }
  out += "],\"alternatives\":[";
  for (std::size_t i = 0; i < facts.alternatives.size(); ++i) {
    put(out, i == 0 ? "{\"plate\":" : ",{\"plate\":", facts.alternatives[i].plate);
    put(out, ",\"confidence_ppm\":", facts.alternatives[i].confidence_ppm);
    out += '}';
  }
  out += ']';
  put_attribute(out, ",\"color\":", facts.color);
  put_attribute(out, ",\"make\":", facts.make);
  put_attribute(out, ",\"model\":", facts.model);
  if (!facts.vehicle_source.empty()) put(out, ",\"vehicle_source\":", facts.vehicle_source);
  put(out, ",\"image\":{\"sha256\":", chain::hex(facts.image_sha256));
  put(out, ",\"bytes\":", facts.image_bytes);
  put(out, ",\"type\":", facts.image_type);
  out += '}';
  if (!facts.local_hits.empty())
    out += ",\"local_hits\":" + chain::write(Json(local_hits_json(facts.local_hits)));
  out += '}';
  return out;
}

Result<void> read_facts(CanonicalCursor& text, ReadFacts& facts) {
  if (!take(text, "{\"plate\":", facts.plate)) return bad("plate");
  if (!take(text, ",\"confidence_ppm\":", facts.confidence_ppm)) return bad("confidence_ppm");
  if (!take(text, ",\"captured_at_us\":", facts.captured_at.value)) return bad("captured_at_us");
  if (!take(text, ",\"latitude_e7\":", facts.latitude_e7)) return bad("latitude_e7");
  if (!take(text, ",\"longitude_e7\":", facts.longitude_e7)) return bad("longitude_e7");
  if (!take(text, ",\"place\":", facts.place)) return bad("place");
  if (!take_box(text, facts.box)) return bad("box");
  if (!take_alternatives(text, facts.alternatives)) return bad("alternatives");
  if (!take_attribute(text, ",\"color\":", facts.color)) return bad("color");
  if (!take_attribute(text, ",\"make\":", facts.make)) return bad("make");
  if (!take_attribute(text, ",\"model\":", facts.model)) return bad("model");
  if (text.accept(",\"vehicle_source\":") &&
      (!text.string(facts.vehicle_source) || facts.vehicle_source.empty()))
    return bad("vehicle_source");
  if (!take_image(text, facts)) return bad("image");
  if (text.accept(",\"local_hits\":[") && !take_local_hits(text, facts.local_hits))
    return bad("local_hits");
  if (!text.accept('}')) return fail(ErrorCode::kMalformed, "read: unknown member at the end");
  return check_facts(facts);
}

Result<ReadFacts> parse_read_json(std::string_view text) {
  CanonicalCursor cursor(text);
  ReadFacts facts;
  if (auto read = read_facts(cursor, facts); !read) return tl::unexpected(read.error());
  if (!cursor.at_end()) return fail(ErrorCode::kMalformed, "read: bytes after the last member");
  return facts;
}

}  // namespace alpr::recognition
