// Text as HTML has it, and numbers as all forms do. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace alpr::forms {

// For between tags and within quoted attributes: nothing of it is markup. Control characters that
// HTML does not allow become U+FFFD.
std::string escaped(std::string_view text);

// 1234567 -> "1,234,567"
std::string grouped(std::int64_t number);

// "0.03 %", in hundredths of a percent, half up; no line breaks at its blank. `of` is above 0.
std::string percent(std::int64_t value, std::int64_t of);

}  // namespace alpr::forms
