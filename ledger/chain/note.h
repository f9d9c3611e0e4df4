// C2SP signed notes, verifier keys, checkpoints, cosignatures and tlog-proofs. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

enum class KeyType : std::uint8_t { kEd25519 = 0x01, kCosignature = 0x04 };

struct VerifierKey {
  std::string name;
  KeyType type = KeyType::kEd25519;
  PublicKey key{};
  std::uint32_t id() const;  // first 4 bytes of SHA-256(name || LF || type || key)
  bool operator==(const VerifierKey&) const = default;
};
std::string format_vkey(const VerifierKey& key);  // name+hex8+base64
Result<VerifierKey> parse_vkey(
    std::string_view text);  // checks the id, and that the key is no small-order one
bool valid_key_name(std::string_view name);  // non-empty, no Unicode white space, no '+'

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  Bytes signature;  // after the key id
};
struct Note {
  std::string text;  // includes its last LF
  std::vector<NoteSignature> signatures;
};
inline constexpr std::size_t kNoteSizeMax = 1 << 16;
inline constexpr std::size_t kNoteSignaturesMax = 100;
Result<Note> parse_note(std::string_view bytes);  // form only, no signature is checked
std::string format_note(const Note& note);
std::string signature_line(const NoteSignature& signature);         // with its LF
Result<NoteSignature> parse_signature_line(std::string_view line);  // without its LF

NoteSignature sign_note(std::string_view text, std::string_view name, const SigningKey& key);
NoteSignature cosign_note(std::string_view text, std::string_view name, const SigningKey& key,
                          std::uint64_t time_s);

struct Verified {
  VerifierKey key;
  std::optional<std::uint64_t> time_s;  // a cosignature's
};
// Signatures by unknown (name, id) pairs are skipped; a known pair whose signature fails makes the
// note invalid (kBadSignature); so does no verified signature at all.
Result<std::vector<Verified>> verify_note(const Note& note, const std::vector<VerifierKey>& known);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  std::vector<std::string> extensions;
  bool operator==(const Checkpoint&) const = default;
};
std::string checkpoint_text(const Checkpoint& checkpoint);
Result<Checkpoint> parse_checkpoint_text(std::string_view text);

// Parses a signed checkpoint, verifies it under `known`, and demands that it is of this origin and
// that a known Ed25519 key named like the origin signed it: a witness alone does not speak for the
// log.
Result<Checkpoint> open_checkpoint(std::string_view bytes, std::string_view origin,
                                   const std::vector<VerifierKey>& known);

struct TlogProof {
  std::uint64_t index = 0;
  std::vector<Digest> path;
  std::string checkpoint;  // verbatim
  std::string extra;       // base64, or empty
};
std::string format_tlog_proof(const TlogProof& proof);
Result<TlogProof> parse_tlog_proof(std::string_view bytes);

}  // namespace alpr::chain
