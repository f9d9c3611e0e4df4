#include "ledger/store/key_history.h"

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/kinds.h"
#include "ledger/chain/merkle.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/log_tree.h"

namespace alpr::store {
namespace {

Result<std::string> proof_at_commit(const Txn& txn, Sequence seq) {
  std::optional<std::pair<std::uint64_t, std::string>> covering;
  const auto scanned = txn.scan(Db::kCheckpoints, key64(seq.value + 1), [&](const Row& row) {
    if (row.key.size() == 8)
      covering.emplace(chain::get_be64(row.key.data()), std::string(as_text(row.value)));
    return false;
  });
  if (!scanned) return tl::unexpected(scanned.error());
  if (!covering)
    return fail(ErrorCode::kCorrupt, "no checkpoint is kept that covers a rotation of the key");
  auto path =
      chain::inclusion_path(seq.value, covering->first, subtree_reader(txn, covering->first));
  if (!path) return tl::unexpected(path.error());
  return chain::format_tlog_proof({seq.value, std::move(*path), covering->second, {}});
}

}  // namespace

Result<std::vector<Sequence>> find_rotations(const Txn& txn, std::uint64_t end) {
  std::vector<Sequence> found;
  const auto scanned = txn.scan(Db::kHeaders, {}, [&](const Row& row) {
    if (row.key.size() != 8 || chain::get_be64(row.key.data()) >= end) return false;
    const auto header = chain::decode_header(row.value);
    if (header && header->kind == chain::kind::kKeyRotated) found.push_back(header->seq);
    return true;
  });
  if (!scanned) return tl::unexpected(scanned.error());
  return found;
}

Result<std::vector<KeyRotation>> read_key_history(const Txn& txn, const chain::VerifierKey& now) {
  const auto first = read_open_member(txn, {0}, "vkey");
  if (!first) return tl::unexpected(first.error());
  if (*first == chain::write(chain::Json(chain::format_vkey(now))))
    return std::vector<KeyRotation>();
  const auto size = log_size(txn);
  if (!size) return tl::unexpected(size.error());
  const auto seqs = find_rotations(txn, *size);
  if (!seqs) return tl::unexpected(seqs.error());
  std::vector<KeyRotation> history;
  for (const Sequence seq : *seqs) {
    const auto header = read_header_bytes(txn, seq);
    if (!header) return tl::unexpected(header.error());
    const auto row = read_payload_row(txn, seq);
    if (!row) return tl::unexpected(row.error());
    if (!*row) return fail(ErrorCode::kCorrupt, "a rotation of the log's key has no payload");
    auto proof = proof_at_commit(txn, seq);
    if (!proof) return tl::unexpected(proof.error());
    history.push_back(
        {*header, Bytes((*row)->clear.begin(), (*row)->clear.end()), std::move(*proof)});
  }
  return history;
}

}  // namespace alpr::store
