// Store: what an auditor asks for. Checkpoints, tiles, entry bundles and proofs, each from one
// snapshot.
#include "ledger/store/event_rows.h"
#include "ledger/store/log_tree.h"
#include "ledger/store/store.h"
#include "ledger/store/store_core.h"

namespace alpr::store {

namespace {

Error no_such_size() { return {ErrorCode::kNotFound, "the log has not reached this size"}; }

}  // namespace

Result<std::string> Store::newest_checkpoint() {
  auto newest = core_->checkpoints.hand_out(*core_->env);
  if (!newest) return tl::unexpected(newest.error());
  return std::move(newest->note);
}

Result<std::string> Store::checkpoint(std::uint64_t size) const {
  return core_->checkpoints.hand_out(*core_->env, size);
}

Result<std::string> Store::checkpoint_until(TimeUs time) const {
  // Header times grow with seq: the number of events until then, by halving.
  std::uint64_t low = 0;
  std::uint64_t high = size();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto at = header(Sequence{middle});
    if (!at) return tl::unexpected(at.error());
    if (at->time <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto row = txn->last_to(Db::kCheckpoints, key64(low));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kNotFound, "no checkpoint is as old as that yet");
  return std::string(as_text((*row)->value));
}

Result<std::string> Store::newest_cosigned() const {
  std::optional<std::uint64_t> size;
  {
    const auto txn = core_->env->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    const auto newest = read_newest_cosigned(*txn);
    if (!newest) return tl::unexpected(newest.error());
    size = *newest;
  }
  if (!size) return fail(ErrorCode::kNotFound, "no witness has cosigned this log yet");
  return checkpoint(*size);
}

Result<Bytes> Store::tile(const chain::TileId& tile) const {
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto size = log_size(*txn);
  if (!size) return tl::unexpected(size.error());
  return read_tile(*txn, tile, *size);
}

Result<Bytes> Store::entries(std::uint64_t index, unsigned width) const {
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto size = log_size(*txn);
  if (!size) return tl::unexpected(size.error());
  if (width == 0 || width > chain::tile_width(0, index, *size)) {
    return fail(ErrorCode::kNotFound, "the log has no such entries yet");
  }
  std::vector<Bytes> entries;
  for (unsigned i = 0; i < width; ++i) {
    const auto header = read_header_bytes(*txn, {index * chain::kTileWidth + i});
    if (!header) return tl::unexpected(header.error());
    entries.emplace_back(header->begin(), header->end());
  }
  return chain::encode_entries(entries);
}

// From the newest size that is committed: a tile that is cached as wide as that serves every proof
// until the next commit.
Result<std::vector<Digest>> Store::inclusion_path(Sequence seq, std::uint64_t size) const {
  const std::uint64_t have = core_->size;
  if (size > have) return tl::unexpected(no_such_size());
  CachedTree tree(*core_->env, core_->nodes, have);
  return chain::inclusion_path(seq.value, size, tree.reader());
}

Result<std::vector<Digest>> Store::consistency_path(std::uint64_t old_size,
                                                    std::uint64_t size) const {
  const std::uint64_t have = core_->size;
  if (size > have) return tl::unexpected(no_such_size());
  CachedTree tree(*core_->env, core_->nodes, have);
  return chain::consistency_path(old_size, size, tree.reader());
}

Result<std::string> Store::tlog_proof(Sequence seq) {
  const auto newest = core_->checkpoints.hand_out(*core_->env);
  if (!newest) return tl::unexpected(newest.error());
  return tlog_proof_against(seq, newest->size, newest->note);
}

Result<std::string> Store::tlog_proof(Sequence seq, std::uint64_t size) const {
  const auto kept = core_->checkpoints.hand_out(*core_->env, size);
  if (!kept) return tl::unexpected(kept.error());
  return tlog_proof_against(seq, size, *kept);
}

Result<std::string> Store::tlog_proof_against(Sequence seq, std::uint64_t size,
                                              const std::string& checkpoint) const {
  if (seq.value >= size)
    return fail(ErrorCode::kNotFound, "there is no such event in a log of this size");
  auto path = inclusion_path(seq, size);
  if (!path) return tl::unexpected(path.error());
  return chain::format_tlog_proof({seq.value, std::move(*path), checkpoint, {}});
}

// Which checkpoint is the newest is settled before the snapshot is taken, so the one that the
// bundle ends with may be a later one, which nobody asked to keep. Taken until both are the same.
Result<BundleWriter> Store::bundle(const BundleOptions& options) {
  constexpr int kTriesMax = 100;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const auto newest = core_->checkpoints.hand_out(*core_->env);
    if (!newest) return tl::unexpected(newest.error());
    auto txn = core_->env->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    const auto size = log_size(*txn);
    if (!size) return tl::unexpected(size.error());
    if (*size == newest->size) return BundleWriter::begin(std::move(*txn), options);
  }
  return fail(ErrorCode::kBusy, "the log grows faster than it can be read; try again");
}

Result<std::vector<KeyRotation>> Store::key_history() const {
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  return read_key_history(*txn, log_vkey());
}

}  // namespace alpr::store
