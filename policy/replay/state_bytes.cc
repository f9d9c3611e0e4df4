#include "policy/replay/state_bytes.h"

namespace alpr::policy {

void StateWriter::number(std::uint64_t number) {
  while (number >= 0x80) {
    bytes_ += static_cast<char>(0x80U | (number & 0x7FU));
    number >>= 7U;
  }
  bytes_ += static_cast<char>(number);
}

void StateWriter::text(std::string_view text) {
  number(text.size());
  bytes_ += text;
}

std::uint64_t StateReader::number() {
  std::uint64_t number = 0;
  for (unsigned shift = 0; ok_ && shift < 64; shift += 7) {
    if (bytes_.empty()) break;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return number;
  }
  ok_ = false;
  return 0;
}

std::string_view StateReader::text() {
  const std::uint64_t size = number();
  if (size > bytes_.size()) ok_ = false;
  if (!ok_) return {};
  const std::string_view text = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return text;
}

}  // namespace alpr::policy
