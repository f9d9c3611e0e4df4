#include "ledger/store/purge_plan.h"

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/kinds.h"
#include "ledger/chain/merkle.h"
#include "ledger/store/event_rows.h"

namespace alpr::store {
namespace {

// All thirty-day events of a living bucket but for those that are spared.
Result<void> cover_living(const Txn& txn, PurgePlan& plan) {
  chain::CompactRange leaves;
  auto spared = plan.spared.begin();
  Result<void> outcome;
  const auto done = txn.scan(Db::kHeaders, key64(plan.row.first.value), [&](const Row& row) {
    const auto header = chain::decode_header(row.value);
    if (!header) {
      outcome = tl::unexpected(header.error());
      return false;
    }
    if (header->seq > plan.row.last) return false;
    if (header->retention != chain::Retention::kThirtyDay) return true;
    if (spared != plan.spared.end() && *spared == header->seq) {
      ++spared;
      return true;
    }
    ++plan.count;
    leaves.append(chain::leaf_hash(chain::encode(*header)));
    return true;
  });
  if (!done) return done;
  plan.root = leaves.root();
  return outcome;
}

// Of a bucket that has been purged: what it kept then, and is no longer held.
Result<void> cover_released(const Txn& txn, PurgePlan& plan) {
  chain::CompactRange leaves;
  for (const Sequence seq : plan.own_keys) {
    const auto bytes = read_header_bytes(txn, seq);
    if (!bytes) return tl::unexpected(bytes.error());
    leaves.append(chain::leaf_hash(*bytes));
  }
  plan.count = plan.own_keys.size();
  plan.root = leaves.root();
  return {};
}

}  // namespace

Result<PurgePlan> plan_purge(const Txn& txn, Bucket bucket, TimeUs now) {
  const auto row = read_bucket(txn, bucket);
  if (!row) return tl::unexpected(row.error());
  if (!*row || (*row)->state == BucketState::kTombstoned) {
    return fail(ErrorCode::kConflict, "the bucket has no events, or is being purged");
  }
  PurgePlan plan;
  plan.row = **row;
  const auto last = read_header(txn, plan.row.last);
  if (!last) return tl::unexpected(last.error());
  plan.due = due_time(last->time);
  if (plan.due > now) return fail(ErrorCode::kConflict, "the bucket is not due yet");
  auto held = held_rows(txn, plan.row.first, plan.row.last);
  if (!held) return tl::unexpected(held.error());
  plan.held = std::move(*held);
  for (const HeldRow& one : plan.held) {
    (one.holds.empty() ? plan.own_keys : plan.spared).push_back(one.event);
  }
  const bool living = plan.row.state == BucketState::kLive;
  if (!living && plan.own_keys.empty()) {
    return fail(ErrorCode::kConflict, "all that is left of the bucket is on hold");
  }
  const auto covered = living ? cover_living(txn, plan) : cover_released(txn, plan);
  if (!covered) return tl::unexpected(covered.error());
  return plan;
}

Result<bool> still_holds(const Txn& txn, Bucket bucket, const PurgePlan& plan) {
  const auto row = read_bucket(txn, bucket);
  if (!row) return tl::unexpected(row.error());
  const auto held = held_rows(txn, plan.row.first, plan.row.last);
  if (!held) return tl::unexpected(held.error());
  return *row && **row == plan.row && *held == plan.held;
}

chain::Draft tombstone_draft(Bucket bucket, const PurgePlan& plan) {
  return {chain::kind::kReadsPurged,
          {},
          {{"bucket", std::to_string(bucket.value)},
           {"first", std::to_string(plan.row.first.value)},
           {"last", std::to_string(plan.row.last.value)},
           {"count", std::to_string(plan.count)},
           {"root", "\"" + chain::hex(plan.root) + "\""},
           {"held", write_sequences(plan.spared)}}};
}

}  // namespace alpr::store
