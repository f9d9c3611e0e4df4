#include "policy/registers/query_elements.h"

#include <algorithm>

#include "policy/registers/areas.h"
#include "policy/registers/plate_text.h"
#include "recognition/upload/upload_format.h"

namespace alpr::policy {
namespace {

constexpr std::int64_t kWindowMax = 24 * 3600 * kSecondUs;
constexpr std::size_t kLiteralsMin = 3;

tl::unexpected<Error> malformed(std::string what) {
  return fail(ErrorCode::kMalformed, "elements" + std::move(what));
}

Result<void> check_plate(const QueryElements& e) {
  const std::string& pattern = *e.plate;
  const auto normal = normalise_pattern(pattern);
  if (!normal || *normal != pattern) return malformed(".plate: 1 to 20 of A-Z, 0-9, ? and *");
  if (!has_wildcard(pattern) && pattern.size() > kPlateMax)
    return malformed(".plate: a plate has at most 10 characters");
  if (has_wildcard(pattern) && e.matching == PlateMatching::kOcrEquivalent)
    return malformed(".matching: OCR_EQUIVALENT takes a whole plate, without ? and *");
  return {};
}

bool name(const std::string& text) { return !text.empty() && text.size() <= 64; }

}  // namespace

Result<void> check_elements(const QueryElements& e, TimeUs now) {
  if (!e.plate && !e.circle && !e.polygon && !e.captured_from && !e.captured_until && !e.device &&
      !e.police_area && !e.color && !e.make && !e.model)
    return malformed(": give a plate, an area, a time window, a device or a vehicle's attribute");
  if (e.plate)
    if (auto checked = check_plate(e); !checked) return checked;
  if (e.circle)
    if (auto checked = check_area(*e.circle); !checked) return checked;
  if (e.polygon)
    if (auto checked = check_area(*e.polygon); !checked) return checked;
  if (e.captured_from && e.captured_until && *e.captured_until <= *e.captured_from)
    return malformed(".captured_until: must be later than captured_from");
  if (e.captured_from && *e.captured_from > now)
    return malformed(".captured_from: lies in the future");
  if (e.device && !name(*e.device)) return malformed(".device: 1 to 64 characters");
  if (e.police_area && !name(*e.police_area)) return malformed(".police_area: 1 to 64 characters");
  if (e.color && !recognition::valid_color(*e.color))
    return malformed(".color: 1 to 20 letters of a-z");
  for (const auto& [text, what] : {std::pair(&e.make, ".make"), std::pair(&e.model, ".model")})
    if (*text && !recognition::valid_make_or_model(**text))
      return malformed(std::string(what) + ": 1 to 40 of a-z, 0-9, space, '-', '.' and '_'");
  return {};
}

std::optional<std::string> too_broad(const QueryElements& e) {
  if (e.plate && literal_count(*e.plate) >= kLiteralsMin) return std::nullopt;
  const bool window = e.captured_from && e.captured_until &&
                      e.captured_until->value - e.captured_from->value <= kWindowMax;
  const bool place = e.circle || e.polygon || e.device || e.police_area;
  if (window && place) return std::nullopt;
  return "too broad: give at least 3 known characters of the plate, or a place (area, police area "
         "or device) with a time window of at most 24 hours";
}

}  // namespace alpr::policy
