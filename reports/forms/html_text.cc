#include "reports/forms/html_text.h"

#include <fmt/format.h>

namespace alpr::forms {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F)
          out += "\xEF\xBF\xBD";
        else
          out += c;
    }
  }
  return out;
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string percent(std::int64_t value, std::int64_t of) {
  const auto hundredths =
      static_cast<std::int64_t>((static_cast<__int128>(value) * 20'000 + of) / (2 * __int128{of}));
  return fmt::format("{}.{:02}\xC2\xA0%", hundredths / 100, hundredths % 100);
}

}  // namespace alpr::forms
