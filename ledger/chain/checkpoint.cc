// The checkpoint functions of note.h: origin, decimal size, base64 root and extension lines, each
// ended by LF.
#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/note.h"
#include "ledger/chain/note_text.h"

namespace alpr::chain {
namespace {

bool valid_line(std::string_view line) {
  return !line.empty() && valid_note_text(line) && line.find('\n') == std::string_view::npos;
}

}  // namespace

std::string checkpoint_text(const Checkpoint& checkpoint) {
  ALPR_CHECK(valid_line(checkpoint.origin));
  std::string text =
      checkpoint.origin + "\n" + decimal(checkpoint.size) + "\n" + base64(checkpoint.root) + "\n";
  for (const std::string& extension : checkpoint.extensions) {
    ALPR_CHECK(valid_line(extension));
    text += extension + "\n";
  }
  return text;
}

Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  const auto origin = take_line(text);
  const auto size_line = take_line(text);
  const auto root_line = take_line(text);
  if (!root_line) return fail(ErrorCode::kMalformed, "a checkpoint has at least three lines");
  if (!valid_line(*origin)) return fail(ErrorCode::kMalformed, "a checkpoint without an origin");
  Checkpoint checkpoint;
  checkpoint.origin = *origin;
  const auto size = parse_decimal(*size_line);
  if (!size) return fail(ErrorCode::kMalformed, "a checkpoint's size: " + size.error().detail);
  checkpoint.size = *size;
  const auto root = parse_digest_base64(*root_line);
  if (!root) return fail(ErrorCode::kMalformed, "a checkpoint's root: " + root.error().detail);
  checkpoint.root = *root;
  while (!text.empty()) {
    const auto extension = take_line(text);
    if (!extension || !valid_line(*extension)) {
      return fail(ErrorCode::kMalformed, "a checkpoint with an empty or unfinished line");
    }
    checkpoint.extensions.emplace_back(*extension);
  }
  return checkpoint;
}

Result<Checkpoint> open_checkpoint(std::string_view bytes, std::string_view origin,
                                   const std::vector<VerifierKey>& known) {
  const auto note = parse_note(bytes);
  if (!note) return tl::unexpected(note.error());
  const auto verified = verify_note(*note, known);
  if (!verified) return tl::unexpected(verified.error());
  // A witness only says what it has seen; that it is the log's checkpoint is the log's to say.
  const bool by_log = std::any_of(verified->begin(), verified->end(), [&](const Verified& one) {
    return one.key.type == KeyType::kEd25519 && one.key.name == origin;
  });
  if (!by_log) {
    return fail(ErrorCode::kBadSignature, "the checkpoint bears no known signature of the log");
  }
  auto checkpoint = parse_checkpoint_text(note->text);
  if (checkpoint && checkpoint->origin != origin) {
    return fail(ErrorCode::kMalformed, "the checkpoint is of another log");
  }
  return checkpoint;
}

}  // namespace alpr::chain
