#include "policy/rules/decision.h"

#include <algorithm>

#include "policy/records/system.h"

namespace alpr::policy {
namespace {

// A code point and how many bytes it took; invalid UTF-8 counts as one visible byte, so that it is
// never blank.
struct CodePoint {
  char32_t value;
  std::size_t bytes;
};

CodePoint first_code_point(std::string_view text) {
  constexpr CodePoint kInvalid{U'\uFFFD', 1};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return kInvalid;
  char32_t value = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return kInvalid;
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  return {value, size};
}

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode White_Space, the control characters, and what else leaves no mark on a page: zero-width
// and bidirectional controls, fillers, the soft hyphen, the empty Braille pattern, variation
// selectors and tags.
constexpr Range kUnseen[] = {
    {0x0000, 0x0020}, {0x007F, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F},   {0x061C, 0x061C},
    {0x115F, 0x1160}, {0x1680, 0x1680}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x2000, 0x200F},
    {0x2028, 0x202F}, {0x205F, 0x206F}, {0x2800, 0x2800}, {0x3000, 0x3000},   {0x3164, 0x3164},
    {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xE0000, 0xE0FFF},
};

bool unseen(char32_t c) {
  return std::any_of(std::begin(kUnseen), std::end(kUnseen),
                     [&](const Range& range) { return range.first <= c && c <= range.last; });
}

}  // namespace

bool blank(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    if (!unseen(c.value)) return false;
    text.remove_prefix(c.bytes);
  }
  return true;
}

Decision refuse(const Moment& moment, const std::optional<Actor>& actor, std::string_view action,
                Refusal refusal) {
  CommandRefused record;
  record.policy = moment.policy->version;
  record.action = std::string(action);
  record.rules = refusal.rules;
  record.slug = refusal.slug;
  record.reason = refusal.reason;
  record.by = actor;
  Decision decision;
  decision.then(record);
  decision.refusal = std::move(refusal);
  return decision;
}

}  // namespace alpr::policy
