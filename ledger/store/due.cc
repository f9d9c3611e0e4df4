#include "ledger/store/due.h"

#include <algorithm>

#include "ledger/store/event_rows.h"

namespace alpr::store {
namespace {

// Since when a bucket with living keys is due. A later tombstone is for what was released: its keys
// are due from then on.
Result<TimeUs> due_since(const Txn& txn, const BucketRow& row) {
  const bool again = row.state == BucketState::kTombstoned && !row.earlier.empty();
  const auto header = read_header(txn, again ? row.tombstone : row.last);
  if (!header) return tl::unexpected(header.error());
  return again ? header->time : due_time(header->time);
}

}  // namespace

Result<std::vector<std::pair<Bucket, BucketRow>>> all_buckets(const Txn& txn, Bucket from) {
  std::vector<std::pair<Bucket, BucketRow>> out;
  Result<void> outcome;
  const auto done = txn.scan(Db::kBuckets, key64(from.value), [&](const Row& row) {
    const auto bucket = parse_key64(row.key, "buckets");
    const auto parsed = parse_bucket(row.value);
    if (!bucket || !parsed) {
      outcome = tl::unexpected(bucket ? parsed.error() : bucket.error());
      return false;
    }
    out.emplace_back(Bucket{*bucket}, *parsed);
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  if (!outcome) return tl::unexpected(outcome.error());
  return out;
}

Result<std::map<Bucket, TimeUs>> buckets_due(const Txn& txn, TimeUs now) {
  std::map<Bucket, TimeUs> out;
  const auto buckets = all_buckets(txn, {0});
  if (!buckets) return tl::unexpected(buckets.error());
  for (const auto& [bucket, row] : *buckets) {
    if (row.state == BucketState::kKeysDestroyed) continue;
    const auto since = due_since(txn, row);
    if (!since) return tl::unexpected(since.error());
    if (*since <= now) out[bucket] = *since;
  }
  const auto held = held_rows(txn, {0}, {~std::uint64_t{0}});
  if (!held) return tl::unexpected(held.error());
  for (const HeldRow& one : *held) {
    if (!one.released) continue;
    const auto header = read_header(txn, one.event);
    if (!header) return tl::unexpected(header.error());
    const Bucket bucket = bucket_of(header->time);
    const auto row = read_bucket(txn, bucket);
    if (!row) return tl::unexpected(row.error());
    // In a living bucket it goes with the others.
    if (!*row || (*row)->state != BucketState::kKeysDestroyed) continue;
    const TimeUs since = std::max(due_time(header->time), *one.released);
    if (since > now) continue;
    const auto [known, first] = out.try_emplace(bucket, since);
    if (!first) known->second = std::min(known->second, since);
  }
  return out;
}

}  // namespace alpr::store
