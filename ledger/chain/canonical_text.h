// How canonical JSON writes the characters of a string: shared by its writer and its readers. Pure.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace alpr::chain {

// The letter of a two-character escape, or 0 where the character has none.
inline char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

// How many bytes at the front stand for themselves in a string: printable ASCII without quote and
// backslash. May be fewer than there are. Each step asks eight at once: the top bit of a byte of
// `special` is set where it is none of these. A borrow can set it needlessly, but only above a byte
// that is one, so the lowest is right.
inline std::size_t plain_length(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  const auto zeros = [](std::uint64_t bytes) { return (bytes - kOnes) & ~bytes & kTops; };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, 8);
    const std::uint64_t controls = (bytes - kOnes * 0x20) & ~bytes;
    const std::uint64_t special =
        ((bytes | controls) & kTops) | zeros(bytes ^ kOnes * '"') | zeros(bytes ^ kOnes * '\\');
    if (special == 0) continue;
    if (std::endian::native == std::endian::little) at += std::countr_zero(special) / 8;
    break;
  }
  return at;
}

}  // namespace alpr::chain
