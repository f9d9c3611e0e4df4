// What is derived from buckets and kept beside them. It opens only while its bucket is as it was
// when it was written: the bucket's row is bound to it.
#include "ledger/chain/encoding.h"
#include "ledger/store/due.h"
#include "ledger/store/store_core.h"

namespace alpr::store {
namespace {

Bytes about(const Store::LiveBucket& bucket) {
  Bytes out;
  for (const std::uint64_t value :
       {bucket.bucket.value, bucket.first.value, bucket.last.value, bucket.events})
    chain::put_be64(out, value);
  return out;
}

}  // namespace

Result<std::vector<Store::LiveBucket>> Store::live_buckets() const {
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto rows = all_buckets(*txn, {0});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<LiveBucket> live;
  for (const auto& [bucket, row] : *rows)
    if (row.state == BucketState::kLive) live.push_back({bucket, row.first, row.last, row.events});
  return live;
}

Result<void> Store::keep_derived(const LiveBucket& bucket, BytesView bytes) {
  const auto key = core_->vault->bucket_key(bucket.bucket);
  if (!key) return tl::unexpected(key.error());
  return core_->evidence->write_derived(bucket.bucket, *key, about(bucket), bytes);
}

Result<Bytes> Store::derived(const LiveBucket& bucket) const {
  const auto key = core_->vault->bucket_key(bucket.bucket);
  if (!key) return tl::unexpected(key.error());
  return core_->evidence->read_derived(bucket.bucket, *key, about(bucket));
}

}  // namespace alpr::store
