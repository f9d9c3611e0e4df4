#include "ledger/chain/canonical_cursor.h"

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/canonical_text.h"
#include "ledger/chain/encoding.h"

namespace alpr::chain {

bool CanonicalCursor::boolean(bool& out) {
  for (const bool value : {true, false}) {
    if (!accept(value ? "true" : "false")) continue;
    out = value;
    return true;
  }
  return refuse("neither true nor false");
}

bool CanonicalCursor::integer(std::int64_t& out) {
  const bool negative = accept('-');
  const std::size_t from = at_;
  std::int64_t magnitude = 0;
  // 2^53-1 has sixteen digits, so seventeen are refused before they could overflow.
  while (at_ < text_.size() && at_ - from < 17 && text_[at_] >= '0' && text_[at_] <= '9') {
    magnitude = magnitude * 10 + (text_[at_++] - '0');
  }
  const bool leading_zero = at_ - from > 1 && text_[from] == '0';
  if (at_ == from || leading_zero || magnitude > kIntegerMax) {
    return refuse("an integer with leading zeros or beyond 2^53-1");
  }
  if (negative && magnitude == 0) return refuse("minus zero");
  out = negative ? -magnitude : magnitude;
  return true;
}

bool CanonicalCursor::string(std::string* out) {
  if (out != nullptr) out->clear();
  if (!accept('"')) return refuse("a string is missing");
  const std::size_t from = at_;
  std::size_t plain_from = at_;  // what is not yet in `out`
  bool ascii = true;
  while (at_ < text_.size()) {
    at_ += plain_length(text_.substr(at_));
    if (at_ == text_.size()) break;
    const char c = text_[at_];
    if (c == '"') {
      if (out != nullptr) out->append(text_.substr(plain_from, at_ - plain_from));
      const std::string_view raw = text_.substr(from, at_ - from);
      ++at_;
      return ascii || valid_utf8(raw) || refuse("a string that is not UTF-8");
    }
    if (c == '\\') {
      if (out != nullptr) out->append(text_.substr(plain_from, at_ - plain_from));
      ++at_;
      if (!escape(out)) return false;
      plain_from = at_;
      continue;
    }
    if (is_control(c)) return refuse("a raw control character");
    ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    ++at_;
  }
  return refuse("an unfinished string");
}

bool CanonicalCursor::digest(Digest& out) {
  constexpr std::size_t kDigits = 2 * sizeof(Digest);
  const std::string_view quoted = text_.substr(at_, kDigits + 2);
  if (quoted.size() == kDigits + 2 && quoted.front() == '"' && quoted.back() == '"') {
    if (const auto parsed = parse_digest_hex(quoted.substr(1, kDigits))) {
      out = *parsed;
      at_ += quoted.size();
      return true;
    }
  }
  return refuse("not 64 lower-case hexadecimal digits");
}

// Accepts an escape only where it is the one form that write_string makes of that character.
bool CanonicalCursor::escape(std::string* out) {
  for (const char candidate : {'"', '\\', '\b', '\f', '\n', '\r', '\t'}) {
    if (accept(short_escape(candidate))) {
      if (out != nullptr) out->push_back(candidate);
      return true;
    }
  }
  if (!accept("u00")) return refuse("an escape that the canonical form does not have");
  const auto code = parse_hex(text_.substr(at_, 2));
  if (!code || code->size() != 1) return refuse("an escape without two lower-case hex digits");
  const char c = static_cast<char>(code->front());
  if (!is_control(c) || short_escape(c) != 0) return refuse("a needless escape");
  at_ += 2;
  if (out != nullptr) out->push_back(c);
  return true;
}

}  // namespace alpr::chain
