// A batch that introduces a new key of the log. The order, and what a crash leaves: log_signers.h.
#include <fmt/format.h>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/store/batch.h"
#include "ledger/store/keyring.h"

namespace alpr::store {

namespace {

std::string json_text(std::string_view text) {
  std::string json;
  chain::write_string(json, text);
  return json;
}

}  // namespace

Result<Sequence> Batch::rotate_log_key(std::int64_t overlap_us) {
  if (broken_) return tl::unexpected(*broken_);
  if (next().value == 0) return fail(ErrorCode::kRefused, "the log has no first event yet");
  if (overlap_us < 0 || overlap_us > kLogKeyOverlapMaxUs) {
    return fail(ErrorCode::kMalformed, "the old key signs beside the new one for 0 to 400 days");
  }
  if (rotation_) return fail(ErrorCode::kConflict, "the log's key is being rotated already");
  LogSeeds seeds = core_.signers->live(time_);
  if (seeds.size() >= kLogSeedsMax) {
    return fail(
        ErrorCode::kConflict,
        fmt::format("{} keys of the log sign beside each other: wait until the overlap of the "
                    "oldest is over",
                    seeds.size()));
  }
  Rotation rotation{{random_key(), kNoEnd}, {time_.value + overlap_us}};
  seeds.back().until = rotation.former_until;
  seeds.push_back(rotation.next);
  if (const auto put = core_.vault->put_log_seeds(seeds); !put) return tl::unexpected(put.error());
  // A crash from here until the commit leaves a seed that the log does not name.
  const chain::SigningKey key = rotation.next.signing_key();
  const std::string vkey =
      chain::format_vkey({core_.origin, chain::KeyType::kEd25519, key.public_key()});
  const Signature proof = key.sign(as_bytes(rotation_text(core_.origin, next(), vkey)));
  const chain::Draft draft{
      chain::kind::kKeyRotated,
      {},
      {{"vkey", json_text(vkey), true}, {"proof", json_text(chain::base64(proof)), true}}};
  const auto appended = append(draft, By::kLedger);
  if (!appended) return appended;
  rotation_ = std::move(rotation);
  end_batch();
  return appended;
}

Result<Sequence> Transaction::rotate_log_key(std::int64_t overlap_us) {
  return batch_.rotate_log_key(overlap_us);
}

}  // namespace alpr::store
