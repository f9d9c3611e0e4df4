#include "recognition/loose_json.h"

#include <string>

namespace alpr::recognition {

Result<chain::Json> parse_loose_json(std::string_view text) {
  std::string tight;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!in_string && space) continue;
    tight.push_back(c);
    if (in_string && c == '\\' && i + 1 < text.size()) {
      tight.push_back(text[++i]);
    } else if (c == '"') {
      in_string = !in_string;
    }
  }
  return chain::parse_canonical(tight);
}

}  // namespace alpr::recognition
