#include "policy/rules/codes.h"

#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"

namespace alpr::policy {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t kGroup = 4;

std::string written_form(std::string_view code) {
  std::string kept;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    kept += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return kept;
}

}  // namespace

std::string code_text(std::span<const std::uint8_t> bits) {
  std::string text;
  std::uint32_t window = 0;
  unsigned waiting = 0;  // bits of the window not yet written
  std::size_t letters = 0;
  for (const std::uint8_t byte : bits) {
    window = (window << 8U) | byte;
    waiting += 8;
    while (waiting >= 5) {
      waiting -= 5;
      if (letters > 0 && letters % kGroup == 0) text += '-';
      text += kAlphabet[(window >> waiting) & 31U];
      ++letters;
    }
  }
  return text;
}

CodeDigest digest_code(std::string_view code, const Salt& salt) {
  const std::string written = written_form(code);
  return {salt, chain::sha256({BytesView(salt), as_bytes(written)})};
}

bool code_fits(std::string_view code, const CodeDigest& digest) {
  return chain::equal_constant_time(digest_code(code, digest.salt).sha256, digest.sha256);
}

}  // namespace alpr::policy
