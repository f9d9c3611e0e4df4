#include "ledger/chain/encoding.h"

#include <algorithm>
#include <array>
#include <limits>

namespace alpr::chain {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> reverse(std::string_view digits) {
  std::array<std::uint8_t, 256> table{};
  for (auto& value : table) value = kNoDigit;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    table[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr auto kHexValues = reverse(kHexDigits);
constexpr auto kBase64Values = reverse(kBase64Digits);

std::uint8_t hex_value(char c) { return kHexValues[static_cast<std::uint8_t>(c)]; }
std::uint8_t base64_value(char c) { return kBase64Values[static_cast<std::uint8_t>(c)]; }

// Half as many bytes as the text has characters; false where one is no digit.
bool decode_hex(std::string_view text, std::uint8_t* out) {
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const std::uint8_t high = hex_value(text[i]);
    const std::uint8_t low = hex_value(text[i + 1]);
    seen |= high | low;
    *out++ = static_cast<std::uint8_t>(high << 4 | low);
  }
  return (seen & 0xf0) == 0;  // kNoDigit has every bit
}

template <typename Unsigned>
void put_be(Bytes& out, Unsigned value) {
  std::array<std::uint8_t, sizeof value> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(value >> (8 * (bytes.size() - 1 - i)));
  }
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <typename Unsigned>
Unsigned get_be(const std::uint8_t* from) {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value = static_cast<Unsigned>((value << 8) | from[i]);
  }
  return value;
}

}  // namespace

void write_hex(std::string& out, BytesView bytes) {
  const std::size_t from = out.size();
  out.resize(from + bytes.size() * 2);
  char* digits = &out[from];
  for (const std::uint8_t byte : bytes) {
    *digits++ = kHexDigits[byte >> 4];
    *digits++ = kHexDigits[byte & 15];
  }
}

std::string hex(BytesView bytes) {
  std::string out;
  write_hex(out, bytes);
  return out;
}

Result<Bytes> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(ErrorCode::kMalformed, "hex of odd length");
  Bytes out(text.size() / 2);
  if (!decode_hex(text, out.data())) {
    return fail(ErrorCode::kMalformed, "hex holds something else than 0-9 and a-f");
  }
  return out;
}

Result<Digest> parse_digest_hex(std::string_view text) {
  Digest digest{};
  if (text.size() != 2 * digest.size()) {
    return fail(ErrorCode::kMalformed, "a digest has 64 hex digits");
  }
  if (!decode_hex(text, digest.data())) {
    return fail(ErrorCode::kMalformed, "hex holds something else than 0-9 and a-f");
  }
  return digest;
}

std::string base64(BytesView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16;
    if (count > 1) group |= static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    if (count > 2) group |= bytes[i + 2];
    out.push_back(kBase64Digits[group >> 18]);
    out.push_back(kBase64Digits[group >> 12 & 63]);
    out.push_back(count > 1 ? kBase64Digits[group >> 6 & 63] : '=');
    out.push_back(count > 2 ? kBase64Digits[group & 63] : '=');
  }
  return out;
}

Result<Bytes> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return fail(ErrorCode::kMalformed, "base64 whose length is not a multiple of 4");
  }
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::string_view group = text.substr(i, 4);
    const bool last = i + 4 == text.size();
    std::size_t count = 4;
    if (last && group[3] == '=') count = group[2] == '=' ? 2 : 3;
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < count; ++j) {
      const std::uint8_t value = base64_value(group[j]);
      if (value == kNoDigit) {
        return fail(ErrorCode::kMalformed, "base64 holds something outside its alphabet");
      }
      bits |= static_cast<std::uint32_t>(value) << (18 - 6 * j);
    }
    const std::uint32_t unused = count == 2 ? 0xffffu : count == 3 ? 0xffu : 0u;
    if ((bits & unused) != 0) {
      return fail(ErrorCode::kMalformed, "base64 with non-zero trailing bits");
    }
    out.push_back(static_cast<std::uint8_t>(bits >> 16));
    if (count > 2) out.push_back(static_cast<std::uint8_t>(bits >> 8));
    if (count > 3) out.push_back(static_cast<std::uint8_t>(bits));
  }
  return out;
}

std::string decimal(std::uint64_t value) { return std::to_string(value); }

Result<std::uint64_t> parse_decimal(std::string_view text) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (text.empty() || (text.size() > 1 && text[0] == '0')) {
    return fail(ErrorCode::kMalformed, "a number that is empty or has leading zeros");
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return fail(ErrorCode::kMalformed, "a number with a non-digit");
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) return fail(ErrorCode::kMalformed, "a number over 2^63-1");
    value = value * 10 + digit;
  }
  return value;
}

void put_be16(Bytes& out, std::uint16_t value) { put_be(out, value); }
void put_be32(Bytes& out, std::uint32_t value) { put_be(out, value); }
void put_be64(Bytes& out, std::uint64_t value) { put_be(out, value); }
std::uint16_t get_be16(const std::uint8_t* from) { return get_be<std::uint16_t>(from); }
std::uint32_t get_be32(const std::uint8_t* from) { return get_be<std::uint32_t>(from); }
std::uint64_t get_be64(const std::uint8_t* from) { return get_be<std::uint64_t>(from); }

}  // namespace alpr::chain
