// A note is  text || LF || signature lines.  The text ends in LF; the empty line before the
// signatures is the note's last one. A signature line is  EM DASH, space, name, space, base64(be32
// key id || signature), LF.
#include "ledger/chain/note.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/note_text.h"

namespace alpr::chain {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // EM DASH, space
constexpr std::size_t kTimeSize = 8;
constexpr std::uint64_t kTimeMax = (std::uint64_t{1} << 63) - 1;

// The multi-byte characters that Unicode calls white space; the single-byte ones are tested for by
// value.
constexpr std::array<std::string_view, 19> kWideSpaces = {
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
    "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

std::string cosigned_message(std::string_view text, std::uint64_t time_s) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time_s, text);
}

// The verified key with its time, or nothing when the signature does not hold under this key.
std::optional<Verified> check_signature(std::string_view text, const NoteSignature& signature,
                                        const VerifierKey& key) {
  Verified verified{key, std::nullopt};
  const std::size_t skipped = key.type == KeyType::kCosignature ? kTimeSize : 0;
  Signature raw;
  if (signature.signature.size() != skipped + raw.size()) return std::nullopt;
  std::copy_n(signature.signature.begin() + static_cast<std::ptrdiff_t>(skipped), raw.size(),
              raw.begin());
  if (key.type == KeyType::kEd25519) {
    if (!verify(key.key, as_bytes(text), raw)) return std::nullopt;
    return verified;
  }
  const std::uint64_t time_s = get_be64(signature.signature.data());
  if (time_s > kTimeMax) return std::nullopt;
  if (!verify(key.key, as_bytes(cosigned_message(text, time_s)), raw)) return std::nullopt;
  verified.time_s = time_s;
  return verified;
}

bool contains_key(const std::vector<Verified>& verified, const VerifierKey& key) {
  return std::any_of(verified.begin(), verified.end(),
                     [&](const Verified& one) { return one.key == key; });
}

std::uint32_t key_id(std::string_view name, KeyType type, const PublicKey& key) {
  const std::array<std::uint8_t, 2> middle = {'\n', static_cast<std::uint8_t>(type)};
  return get_be32(sha256({as_bytes(name), BytesView(middle), BytesView(key)}).data());
}

}  // namespace

bool valid_note_text(std::string_view text) {
  return valid_utf8(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return c == '\n' || static_cast<unsigned char>(c) >= 0x20;
         });
}

std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Result<Digest> parse_digest_base64(std::string_view text) {
  const auto bytes = parse_base64(text);
  Digest digest;
  if (!bytes || bytes->size() != digest.size()) {
    return fail(ErrorCode::kMalformed, "a hash that is not the base64 of 32 bytes");
  }
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

std::uint32_t VerifierKey::id() const { return key_id(name, type, key); }

bool valid_key_name(std::string_view name) {
  if (name.empty() || !valid_utf8(name)) return false;
  const bool plain = std::none_of(name.begin(), name.end(), [](char c) {
    return c == '+' || static_cast<unsigned char>(c) <= 0x20;
  });
  return plain && std::none_of(kWideSpaces.begin(), kWideSpaces.end(), [&](auto space) {
           return name.find(space) != std::string_view::npos;
         });
}

std::string format_vkey(const VerifierKey& key) {
  ALPR_CHECK(valid_key_name(key.name));
  Bytes typed = {static_cast<std::uint8_t>(key.type)};
  typed.insert(typed.end(), key.key.begin(), key.key.end());
  return fmt::format("{}+{:08x}+{}", key.name, key.id(), base64(typed));
}

Result<VerifierKey> parse_vkey(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return fail(ErrorCode::kMalformed, "a verifier key is name+id+base64");
  }
  VerifierKey key;
  key.name = text.substr(0, first);
  if (!valid_key_name(key.name)) {
    return fail(ErrorCode::kMalformed, "a verifier key whose name is empty or holds white space");
  }
  const auto id = parse_hex(text.substr(first + 1, second - first - 1));
  const auto typed = parse_base64(text.substr(second + 1));
  if (!id || id->size() != 4 || !typed || typed->empty()) {
    return fail(ErrorCode::kMalformed, "a verifier key whose id or key cannot be read");
  }
  key.type = static_cast<KeyType>(typed->front());
  if (key.type != KeyType::kEd25519 && key.type != KeyType::kCosignature) {
    return fail(ErrorCode::kMalformed,
                fmt::format("a verifier key of the unsupported type {}", typed->front()));
  }
  const auto point = checked_public_key(BytesView(*typed).subspan(1));
  if (!point) return tl::unexpected(point.error());
  key.key = *point;
  if (key.id() != get_be32(id->data())) {
    return fail(ErrorCode::kMalformed, "a verifier key whose id is not that of its name and key");
  }
  return key;
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  const auto malformed = [] {
    return fail(ErrorCode::kMalformed, "a signature line is: em dash, name, base64");
  };
  if (line.substr(0, kDash.size()) != kDash) return malformed();
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return malformed();
  NoteSignature signature;
  signature.name = line.substr(0, space);
  const auto blob = parse_base64(line.substr(space + 1));
  if (!valid_key_name(signature.name) || !blob || blob->size() < 5) return malformed();
  signature.id = get_be32(blob->data());
  signature.signature.assign(blob->begin() + 4, blob->end());
  return signature;
}

std::string signature_line(const NoteSignature& signature) {
  ALPR_CHECK(valid_key_name(signature.name) && !signature.signature.empty());
  Bytes blob;
  put_be32(blob, signature.id);
  blob.insert(blob.end(), signature.signature.begin(), signature.signature.end());
  return fmt::format("{}{} {}\n", kDash, signature.name, base64(blob));
}

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kNoteSizeMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("a note of over {} bytes", kNoteSizeMax));
  }
  if (!valid_note_text(bytes)) {
    return fail(ErrorCode::kMalformed, "a note that is not UTF-8 or holds control characters");
  }
  const std::size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos) {
    return fail(ErrorCode::kMalformed, "a note without an empty line before its signatures");
  }
  Note note;
  note.text = bytes.substr(0, split + 1);
  std::string_view rest = bytes.substr(split + 2);
  while (!rest.empty()) {
    if (note.signatures.size() == kNoteSignaturesMax) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("a note with over {} signatures", kNoteSignaturesMax));
    }
    const auto line = take_line(rest);
    if (!line) return fail(ErrorCode::kMalformed, "a note that does not end in a line feed");
    auto signature = parse_signature_line(*line);
    if (!signature) return tl::unexpected(signature.error());
    note.signatures.push_back(std::move(*signature));
  }
  if (note.signatures.empty()) return fail(ErrorCode::kMalformed, "a note without a signature");
  return note;
}

std::string format_note(const Note& note) {
  ALPR_CHECK(!note.text.empty() && note.text.back() == '\n' && valid_note_text(note.text));
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) out += signature_line(signature);
  return out;
}

NoteSignature sign_note(std::string_view text, std::string_view name, const SigningKey& key) {
  const Signature raw = key.sign(as_bytes(text));
  return {std::string(name), key_id(name, KeyType::kEd25519, key.public_key()),
          Bytes(raw.begin(), raw.end())};
}

NoteSignature cosign_note(std::string_view text, std::string_view name, const SigningKey& key,
                          std::uint64_t time_s) {
  ALPR_CHECK(time_s <= kTimeMax);
  const Signature raw = key.sign(as_bytes(cosigned_message(text, time_s)));
  Bytes timed;
  put_be64(timed, time_s);
  timed.insert(timed.end(), raw.begin(), raw.end());
  return {std::string(name), key_id(name, KeyType::kCosignature, key.public_key()),
          std::move(timed)};
}

Result<std::vector<Verified>> verify_note(const Note& note, const std::vector<VerifierKey>& known) {
  std::vector<Verified> verified;
  for (const NoteSignature& signature : note.signatures) {
    bool is_known = false;
    bool holds = false;
    for (const VerifierKey& key : known) {
      if (key.name != signature.name || key.id() != signature.id) continue;
      is_known = true;
      auto one = check_signature(note.text, signature, key);
      if (!one) continue;
      holds = true;
      // A key that signed twice is counted once, so that a quorum cannot be made of one witness.
      if (!contains_key(verified, key)) verified.push_back(std::move(*one));
    }
    if (is_known && !holds) {
      return fail(ErrorCode::kBadSignature,
                  fmt::format("the signature of {} does not verify", signature.name));
    }
  }
  if (verified.empty()) {
    return fail(ErrorCode::kBadSignature, "no signature by a known key");
  }
  return verified;
}

}  // namespace alpr::chain
