// The tlog-proof functions of note.h (C2SP tlog-proof@v1):
//   c2sp.org/tlog-proof@v1
//   extra <base64>            optional
//   index <decimal>
//   <base64 hash>             0 to 63 times, leaf side first
//   (empty line)
//   <signed checkpoint, verbatim>
#include <fmt/core.h>

#include "ledger/chain/encoding.h"
#include "ledger/chain/note.h"
#include "ledger/chain/note_text.h"

namespace alpr::chain {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kPathMax = 63;

bool begins_with(const std::optional<std::string_view>& line, std::string_view prefix) {
  return line && line->substr(0, prefix.size()) == prefix;
}

Result<std::vector<Digest>> take_path(std::string_view& rest) {
  std::vector<Digest> path;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return fail(ErrorCode::kMalformed, "a tlog-proof without a checkpoint");
    if (line->empty()) return path;
    if (path.size() == kPathMax) {
      return fail(ErrorCode::kMalformed, "a tlog-proof with over 63 hashes");
    }
    const auto hash = parse_digest_base64(*line);
    if (!hash) return tl::unexpected(hash.error());
    path.push_back(*hash);
  }
}

}  // namespace

std::string format_tlog_proof(const TlogProof& proof) {
  ALPR_CHECK(proof.path.size() <= kPathMax);
  std::string out = fmt::format("{}\n", kFirstLine);
  if (!proof.extra.empty()) {
    ALPR_CHECK(parse_base64(proof.extra).has_value());
    out += fmt::format("{}{}\n", kExtra, proof.extra);
  }
  out += fmt::format("{}{}\n", kIndex, proof.index);
  for (const Digest& hash : proof.path) out += base64(hash) + "\n";
  return out + "\n" + proof.checkpoint;
}

Result<TlogProof> parse_tlog_proof(std::string_view bytes) {
  if (bytes.size() > 2 * kNoteSizeMax) return fail(ErrorCode::kTooLarge, "an oversized tlog-proof");
  std::string_view rest = bytes;
  if (take_line(rest) != kFirstLine) {
    return fail(ErrorCode::kMalformed, "a tlog-proof begins with c2sp.org/tlog-proof@v1");
  }
  TlogProof proof;
  auto line = take_line(rest);
  if (begins_with(line, kExtra)) {
    proof.extra = line->substr(kExtra.size());
    const auto extra = parse_base64(proof.extra);
    if (!extra || extra->empty()) {
      return fail(ErrorCode::kMalformed, "a tlog-proof whose extra line is not base64");
    }
    line = take_line(rest);
  }
  if (!begins_with(line, kIndex)) {
    return fail(ErrorCode::kMalformed, "a tlog-proof without its index line");
  }
  const auto index = parse_decimal(line->substr(kIndex.size()));
  if (!index) return tl::unexpected(index.error());
  proof.index = *index;
  auto path = take_path(rest);
  if (!path) return tl::unexpected(path.error());
  proof.path = std::move(*path);
  const auto note = parse_note(rest);
  if (!note) return tl::unexpected(note.error());
  proof.checkpoint = rest;
  return proof;
}

}  // namespace alpr::chain
