// Text as HTML has it. Pure; any thread.
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

}  // namespace alpr::forms
