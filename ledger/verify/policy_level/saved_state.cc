// A saved state: "plateledger replay state\n", the SHA-256 of the program that wrote it, and then,
// as policy/replay/state_bytes.h writes them, the log's place, the findings and the replay's bytes;
// at the end the SHA-256 of all before it, so that a changed byte is seen.
#include "ledger/verify/policy_level/saved_state.h"

#include "ledger/chain/hash.h"
#include "policy/replay/state_bytes.h"

namespace alpr::policy_level {
namespace {

constexpr std::string_view kMagic = "plateledger replay state\n";

Digest read_digest(policy::StateReader& in) {
  Digest digest{};
  const BytesView bytes = as_bytes(in.text());
  if (bytes.size() == digest.size())
    std::copy(bytes.begin(), bytes.end(), digest.begin());
  else
    in.fail();
  return digest;
}

}  // namespace

std::string write_state(const Digest& program, const SavedState& state) {
  policy::StateWriter out;
  out.text(as_text(state.place.first));
  out.number(state.place.size);
  out.text(as_text(state.place.last));
  out.text(as_text(state.place.root));
  out.number(state.findings_count);
  out.list(state.findings, [&](const verify::Finding& finding) {
    out.maybe(finding.seq, [&](std::uint64_t seq) { out.number(seq); });
    out.text(finding.rule);
    out.text(finding.what);
  });
  out.text(state.replay);
  std::string bytes(kMagic);
  bytes += as_text(program);
  bytes += out.take();
  bytes += as_text(chain::sha256(as_bytes(bytes)));
  return bytes;
}

Result<SavedState> open_state(const Digest& program, BytesView bytes) {
  const std::size_t around = kMagic.size() + program.size() + sizeof(Digest);
  if (!as_text(bytes).starts_with(kMagic) || bytes.size() < around)
    return fail(ErrorCode::kCorrupt, "it is no saved state");
  const BytesView inner = bytes.first(bytes.size() - sizeof(Digest));
  if (as_text(bytes.last(sizeof(Digest))) != as_text(chain::sha256(inner)))
    return fail(ErrorCode::kCorrupt, "it was changed, or is cut off");
  if (as_text(inner.subspan(kMagic.size(), program.size())) != as_text(program))
    return fail(ErrorCode::kWrongVersion, "another version of this program wrote it");
  policy::StateReader in(as_text(inner.subspan(kMagic.size() + program.size())));
  SavedState state;
  state.place.first = read_digest(in);
  state.place.size = in.number();
  state.place.last = read_digest(in);
  state.place.root = read_digest(in);
  state.findings_count = in.number();
  in.list([&] {
    verify::Finding& finding = state.findings.emplace_back();
    if (in.flag()) finding.seq = in.number();
    finding.rule = in.text();
    finding.what = in.text();
  });
  state.replay = in.text();
  if (!in.at_end() || state.place.size == 0) return fail(ErrorCode::kCorrupt, "it does not read");
  return state;
}

}  // namespace alpr::policy_level
