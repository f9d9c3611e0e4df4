#include "ledger/store/checkpoints.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/store/store_core.h"

namespace alpr::store {

namespace {
std::int64_t hour_of(TimeUs time) { return time.value / (3600 * kSecondUs); }
}  // namespace

Result<std::optional<StoredCheckpoint>> read_newest_checkpoint(const Txn& txn) {
  const auto row = txn.last(Db::kCheckpoints);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto size = parse_key64((*row)->key, "checkpoints");
  if (!size) return tl::unexpected(size.error());
  return StoredCheckpoint{*size, std::string(as_text((*row)->value))};
}

Result<std::optional<std::uint64_t>> read_newest_cosigned(const Txn& txn) {
  const auto row = txn.get(Db::kMeta, as_bytes(meta::kCosigned));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto size = parse_key64(**row, "meta");
  if (!size) return tl::unexpected(size.error());
  return *size;
}

Result<void> write_cosignature(Txn& txn, std::uint64_t size,
                               const chain::NoteSignature& signature) {
  const auto row = txn.get(Db::kCheckpoints, key64(size));
  if (!row) return tl::unexpected(row.error());
  if (!*row)
    return fail(ErrorCode::kNotFound, fmt::format("no checkpoint of size {} is kept", size));
  auto note = chain::parse_note(as_text(**row));
  if (!note) return fail(ErrorCode::kCorrupt, "a kept checkpoint: " + note.error().detail);
  const auto same = [&](const chain::NoteSignature& other) {
    return other.name == signature.name && other.id == signature.id;
  };
  const auto older = std::ranges::find_if(note->signatures, same);
  if (older != note->signatures.end()) {
    *older = signature;
  } else if (note->signatures.size() == chain::kNoteSignaturesMax) {
    return fail(ErrorCode::kTooLarge, "a checkpoint takes no more signatures");
  } else {
    note->signatures.push_back(signature);
  }
  const std::string text = chain::format_note(*note);
  if (text.size() > chain::kNoteSizeMax)
    return fail(ErrorCode::kTooLarge, "a checkpoint takes no more signatures");
  if (const auto put = txn.put(Db::kCheckpoints, key64(size), as_bytes(text)); !put) return put;
  const auto newest = read_newest_cosigned(txn);
  if (!newest) return tl::unexpected(newest.error());
  if (*newest && **newest >= size) return {};
  return txn.put(Db::kMeta, as_bytes(meta::kCosigned), key64(size));
}

void CheckpointKeeper::begin(std::uint64_t newest, TimeUs time) {
  const std::lock_guard lock(mutex_);
  recent_ = {{newest, false}};
  handed_out_ = {newest};
  hour_ = hour_of(time);
}

Result<StoredCheckpoint> CheckpointKeeper::hand_out(const Environment& env) {
  // The snapshot is taken under the lock: what is newest in it has not been judged yet.
  const std::lock_guard lock(mutex_);
  const auto txn = env.begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto newest = read_newest_checkpoint(*txn);
  if (!newest) return tl::unexpected(newest.error());
  if (!*newest) return fail(ErrorCode::kNotFound, "the log is empty: nothing is signed yet");
  handed_out_.insert((*newest)->size);
  return **newest;
}

Result<std::string> CheckpointKeeper::hand_out(const Environment& env, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  const auto absent = [size] {
    return fail(ErrorCode::kNotFound, fmt::format("no checkpoint of size {} is kept", size));
  };
  if (pending_ && pending_->leaving == size) return absent();
  const auto txn = env.begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto row = txn->get(Db::kCheckpoints, key64(size));
  if (!row) return tl::unexpected(row.error());
  if (!*row) return absent();
  for (const Candidate& candidate : recent_) {
    if (candidate.size == size) handed_out_.insert(size);
  }
  if (pending_ && pending_->candidate.size == size) handed_out_.insert(size);
  return std::string(as_text(**row));
}

void CheckpointKeeper::keep(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  handed_out_.insert(size);
}

std::optional<std::uint64_t> CheckpointKeeper::judge(std::uint64_t size, TimeUs time) {
  const std::lock_guard lock(mutex_);
  pending_ = Pending{{size, hour_of(time) != hour_}, hour_of(time), std::nullopt};
  if (recent_.size() == 2 && !recent_.front().first_in_hour &&
      !handed_out_.contains(recent_.front().size)) {
    pending_->leaving = recent_.front().size;
  }
  return pending_->leaving;
}

void CheckpointKeeper::committed() {
  const std::lock_guard lock(mutex_);
  ALPR_CHECK(pending_.has_value());
  if (recent_.size() == 2) {
    handed_out_.erase(recent_.front().size);
    recent_.pop_front();
  }
  recent_.push_back(pending_->candidate);
  hour_ = pending_->hour;
  pending_.reset();
}

void CheckpointKeeper::aborted() {
  const std::lock_guard lock(mutex_);
  pending_.reset();
}

}  // namespace alpr::store
