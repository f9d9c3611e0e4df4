#include "ledger/chain/witness_request.h"

#include <fmt/core.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/note_text.h"

namespace alpr::chain {
namespace {
constexpr std::string_view kOld = "old ";
}  // namespace

std::string format_add_checkpoint(const AddCheckpoint& request) {
  ALPR_CHECK(request.proof.size() <= kConsistencyPathMax);
  std::string body = fmt::format("{}{}\n", kOld, decimal(request.old_size));
  for (const Digest& hash : request.proof) body += base64(hash) + "\n";
  return body + "\n" + request.checkpoint;
}

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  if (body.size() > kAddCheckpointSizeMax)
    return fail(ErrorCode::kTooLarge,
                fmt::format("a request of over {} bytes", kAddCheckpointSizeMax));
  const auto first = take_line(body);
  if (!first || !first->starts_with(kOld))
    return fail(ErrorCode::kMalformed, "the first line is: old SIZE");
  const auto size = parse_decimal(first->substr(kOld.size()));
  if (!size) return fail(ErrorCode::kMalformed, "the old size: " + size.error().detail);
  AddCheckpoint request{*size, {}, {}};
  for (;;) {
    const auto line = take_line(body);
    if (!line) return fail(ErrorCode::kMalformed, "no empty line before the checkpoint");
    if (line->empty()) break;
    if (request.proof.size() == kConsistencyPathMax)
      return fail(ErrorCode::kMalformed, "a consistency proof of over 63 hashes");
    const auto hash = parse_digest_base64(*line);
    if (!hash) return tl::unexpected(hash.error());
    request.proof.push_back(*hash);
  }
  request.checkpoint = body;
  return request;
}

std::string format_recorded_size(std::uint64_t size) { return decimal(size) + "\n"; }

Result<std::uint64_t> parse_recorded_size(std::string_view body) {
  const auto line = take_line(body);
  if (!line || !body.empty()) return fail(ErrorCode::kMalformed, "a size is one line");
  return parse_decimal(*line);
}

Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view body) {
  std::vector<NoteSignature> signatures;
  while (!body.empty()) {
    if (signatures.size() == kNoteSignaturesMax)
      return fail(ErrorCode::kTooLarge, fmt::format("over {} signature lines", kNoteSignaturesMax));
    const auto line = take_line(body);
    if (!line) return fail(ErrorCode::kMalformed, "a signature line without its line feed");
    auto signature = parse_signature_line(*line);
    if (!signature) return tl::unexpected(signature.error());
    signatures.push_back(std::move(*signature));
  }
  return signatures;
}

std::string origin_name(std::string_view origin) { return hex(sha256(as_bytes(origin))); }

}  // namespace alpr::chain
