// Limits on free text and on numbers that reach an event. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::policy {

inline constexpr std::size_t kShortTextMax = 200;   // bytes: names, numbers, citations
inline constexpr std::size_t kNarrativeMax = 4000;  // bytes: justifications, reasons, narratives

// kMalformed when the text is not UTF-8 or is over `max_bytes`: such a command is not judged. Says
// which member. Whether a text may be blank is for the rule that requires it (it refuses with its
// requirement ID).
std::optional<Error> text_fault(std::string_view member, std::string_view text,
                                std::size_t max_bytes);

// kMalformed when the number does not fit canonical JSON or is outside [min, max].
std::optional<Error> number_fault(std::string_view member, std::int64_t number, std::int64_t min,
                                  std::int64_t max);
std::optional<Error> time_fault(std::string_view member, TimeUs time);  // 1970 to 2255 (2^53-1 us)

// A day of the calendar as YYYY-MM-DD.
bool valid_date(std::string_view text);

}  // namespace alpr::policy
