#include "policy/rules/texts.h"

#include <fmt/core.h>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"

namespace alpr::policy {

std::optional<Error> text_fault(std::string_view member, std::string_view text,
                                std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    return Error{ErrorCode::kMalformed, fmt::format("{}: over {} bytes", member, max_bytes)};
  }
  if (!chain::valid_utf8(text)) {
    return Error{ErrorCode::kMalformed, fmt::format("{}: not valid UTF-8", member)};
  }
  return std::nullopt;
}

std::optional<Error> number_fault(std::string_view member, std::int64_t number, std::int64_t min,
                                  std::int64_t max) {
  ALPR_CHECK(min >= -chain::kIntegerMax && max <= chain::kIntegerMax);
  if (number >= min && number <= max) return std::nullopt;
  return Error{ErrorCode::kMalformed, fmt::format("{}: must be from {} to {}", member, min, max)};
}

std::optional<Error> time_fault(std::string_view member, TimeUs time) {
  return number_fault(member, time.value, 0, chain::kIntegerMax);
}

bool valid_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  return chain::parse_time(std::string(text) + "T00:00:00Z").has_value();
}

}  // namespace alpr::policy
