#include "ledger/store/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/store/batch.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/projection.h"
#include "ledger/store/store_core.h"

namespace alpr::store {

RetentionHook& retention_hook() {
  static RetentionHook current = nullptr;
  return current;
}

namespace {

void reached(const char* step) {
  if (retention_hook() != nullptr) retention_hook()(step);
}

std::string json_text(std::string_view text) {
  std::string out;
  chain::write_string(out, text);
  return out;
}

// What a tombstone of this bucket covers now.
struct Plan {
  BucketRow row;
  std::vector<Sequence> purged;
  std::vector<Sequence> held;
  chain::CompactRange leaves;
};

// kConflict when there is nothing to do: not due at `now`, or all that is left is on hold.
Result<Plan> plan_purge(const Txn& txn, Bucket bucket, TimeUs now) {
  const auto row = read_bucket(txn, bucket);
  if (!row) return tl::unexpected(row.error());
  if (!*row || (*row)->state == BucketState::kTombstoned) {
    return fail(ErrorCode::kConflict, "the bucket has no events, or is being purged");
  }
  Plan plan{**row, {}, {}, {}};
  const auto last = read_header(txn, plan.row.last);
  if (!last) return tl::unexpected(last.error());
  // Never early, by the time that the tombstone itself will carry.
  if (due_time(last->time) > now) return fail(ErrorCode::kConflict, "the bucket is not due yet");
  for (std::uint64_t seq = plan.row.first.value; seq <= plan.row.last.value; ++seq) {
    const auto bytes = read_header_bytes(txn, {seq});
    if (!bytes) return tl::unexpected(bytes.error());
    const auto header = chain::decode_header(*bytes);
    if (!header) return tl::unexpected(header.error());
    if (header->retention != chain::Retention::kThirtyDay) continue;
    const auto payload = read_payload_row(txn, {seq});
    if (!payload) return tl::unexpected(payload.error());
    if (!*payload) continue;  // an earlier tombstone's
    const auto holds = read_holds(txn, {seq});
    if (!holds) return tl::unexpected(holds.error());
    if (!holds->empty()) {
      plan.held.push_back({seq});
      continue;
    }
    plan.purged.push_back({seq});
    plan.leaves.append(chain::leaf_hash(*bytes));
  }
  if (plan.purged.empty() && plan.row.state == BucketState::kKeysDestroyed) {
    return fail(ErrorCode::kConflict, "all that is left of the bucket is on hold");
  }
  return plan;
}

chain::Draft tombstone_draft(Bucket bucket, const Plan& plan) {
  return {chain::kind::kReadsPurged,
          {},
          {{"bucket", std::to_string(bucket.value)},
           {"first", std::to_string(plan.row.first.value)},
           {"last", std::to_string(plan.row.last.value)},
           {"count", std::to_string(plan.purged.size())},
           {"root", json_text(chain::hex(plan.leaves.root()))},
           {"held", write_sequences(plan.held)}}};
}

// What a committed tombstone covers and what of it is still there: for a purge that a crash cut
// short.
Result<std::vector<Sequence>> covered_by(const Txn& txn, const BucketRow& row) {
  const auto json = read_open_member(txn, row.tombstone, "held");
  if (!json) return tl::unexpected(json.error());
  const auto list = parse_sequences(*json);
  if (!list) return tl::unexpected(list.error());
  const std::set<Sequence> held(list->begin(), list->end());
  std::vector<Sequence> out;
  for (std::uint64_t seq = row.first.value; seq <= row.last.value; ++seq) {
    if (held.contains({seq})) continue;
    const auto header = read_header(txn, {seq});
    if (!header) return tl::unexpected(header.error());
    if (header->retention != chain::Retention::kThirtyDay) continue;
    const auto payload = read_payload_row(txn, {seq});
    if (!payload) return tl::unexpected(payload.error());
    if (*payload) out.push_back({seq});
  }
  return out;
}

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

// Buckets with something that is due at `now` and not on hold.
Result<std::set<Bucket>> buckets_due(const Txn& txn, TimeUs now) {
  std::set<Bucket> out;
  const auto buckets = all_buckets(txn, {0});
  if (!buckets) return tl::unexpected(buckets.error());
  for (const auto& [bucket, row] : *buckets) {
    if (row.state == BucketState::kKeysDestroyed) continue;
    const auto last = read_header(txn, row.last);
    if (!last) return tl::unexpected(last.error());
    if (due_time(last->time) <= now) out.insert(bucket);
  }
  const auto released = held_events(txn, HeldRows::kReleased);
  if (!released) return tl::unexpected(released.error());
  for (const Sequence seq : *released) {
    const auto header = read_header(txn, seq);
    if (!header) return tl::unexpected(header.error());
    const auto row = read_bucket(txn, bucket_of(header->time));
    if (!row) return tl::unexpected(row.error());
    // In a living bucket it goes with the others.
    const bool over = *row && (*row)->state == BucketState::kKeysDestroyed;
    if (over && due_time(header->time) <= now) out.insert(bucket_of(header->time));
  }
  return out;
}

// Runs a step; on a full disk gives up the ballast and tries once more.
template <typename Step>
auto with_ballast(const StoreCore& core, const Step& step) {
  auto result = step();
  if (!result && result.error().code == ErrorCode::kNoSpace && give_up_ballast(core))
    result = step();
  return result;
}

}  // namespace

Retention::Retention(Store& store, Sequencer& sequencer,
                     std::function<Result<void>(Bucket)> before_bucket)
    : store_(store), sequencer_(sequencer), before_bucket_(std::move(before_bucket)) {}

Result<PurgeReport> Retention::run() {
  const std::lock_guard lock(mutex_);
  PurgeReport report;
  if (const auto done = finish_pending_locked(report); !done) return tl::unexpected(done.error());
  const auto due = due_buckets();
  if (!due) return tl::unexpected(due.error());
  for (const Bucket bucket : *due) {
    if (const auto done = purge_bucket(bucket, report); !done) return tl::unexpected(done.error());
  }
  const auto unused = with_ballast(store_.core(), [&] { return sequencer_.destroy_unused_keys(); });
  if (!unused) return tl::unexpected(unused.error());
  make_ballast(store_.core());
  return report;
}

Result<PurgeReport> Retention::finish_pending() {
  const std::lock_guard lock(mutex_);
  PurgeReport report;
  if (const auto done = finish_pending_locked(report); !done) return tl::unexpected(done.error());
  return report;
}

Result<std::vector<Bucket>> Retention::due_buckets() const {
  const auto txn = store_.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto due = buckets_due(*txn, store_.clock().now());
  if (!due) return tl::unexpected(due.error());
  return std::vector<Bucket>(due->begin(), due->end());
}

Result<void> Retention::finish_pending_locked(PurgeReport& report) {
  struct Pending {
    Sequence tombstone;
    std::optional<Bucket> bucket;
    std::optional<std::uint64_t> blob;
    std::vector<Sequence> events;
  };
  std::vector<Pending> pending;
  {
    const auto txn = store_.core().env->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    const auto buckets = all_buckets(*txn, {0});
    if (!buckets) return tl::unexpected(buckets.error());
    for (const auto& [bucket, row] : *buckets) {
      if (row.state != BucketState::kTombstoned) continue;
      auto events = covered_by(*txn, row);
      if (!events) return tl::unexpected(events.error());
      pending.push_back({row.tombstone, bucket, std::nullopt, std::move(*events)});
    }
    const auto blobs = read_blobs(*txn);
    if (!blobs) return tl::unexpected(blobs.error());
    for (const auto& [id, tombstone] : *blobs) {
      if (tombstone != 0) pending.push_back({{tombstone}, std::nullopt, id, {}});
    }
  }
  for (Pending& one : pending) {
    const auto done =
        destroy_and_finish(one.tombstone, one.bucket, one.blob, std::move(one.events));
    if (!done) return done;
    ++report.finished;
  }
  return {};
}

Result<void> Retention::purge_bucket(Bucket bucket, PurgeReport& report) {
  if (before_bucket_) {
    const auto before = range(bucket);
    if (!before) return tl::unexpected(before.error());
    if (*before && (*before)->state == static_cast<int>(BucketState::kLive)) {
      if (const auto done = before_bucket_(bucket); !done) return done;
    }
  }
  // Step 1. The plan is made inside the transaction: no hold or release can come between.
  Plan plan;
  Sequence tombstone;
  const auto commit = with_ballast(store_.core(), [&] {
    return sequencer_.run([&](Transaction& transaction) -> Result<void> {
      auto made = plan_purge(transaction.batch_.txn(), bucket, transaction.now());
      if (!made) return tl::unexpected(made.error());
      plan = std::move(*made);
      const auto seq = transaction.append_own(tombstone_draft(bucket, plan));
      if (!seq) return tl::unexpected(seq.error());
      tombstone = *seq;
      return {};
    });
  });
  if (!commit) {
    // A hold or the header's time made it moot since it was found due; the next run looks again.
    if (commit.error().code == ErrorCode::kConflict) return {};
    return tl::unexpected(commit.error());
  }
  // A crash here leaves events that no call returns, and their keys: finish_pending goes on from
  // step 2.
  reached("tombstone-committed");
  const std::size_t events = plan.purged.size();
  const auto done = destroy_and_finish(tombstone, bucket, std::nullopt, std::move(plan.purged));
  if (!done) return done;
  report.tombstones.push_back(tombstone);
  report.events += events;
  report.held += plan.held.size();
  return {};
}

Result<void> Retention::destroy_and_finish(Sequence tombstone, std::optional<Bucket> bucket,
                                           std::optional<std::uint64_t> blob,
                                           std::vector<Sequence> events) {
  StoreCore& core = store_.core();
  std::vector<Sequence> own_keys;
  {
    const auto txn = core.env->begin_read();
    if (!txn) return tl::unexpected(txn.error());
    for (const Sequence event : events) {
      const auto seal = payload_seal(*txn, event);
      if (!seal) return tl::unexpected(seal.error());
      if (*seal == Seal::kHeld) own_keys.push_back(event);
    }
  }
  // Step 2. The vault has its own account of what a crash inside leaves; called again it does what
  // is left.
  const auto destroyed =
      with_ballast(core, [&] { return core.vault->destroy(bucket, blob, own_keys); });
  if (!destroyed) return tl::unexpected(destroyed.error());
  ALPR_CHECK(destroyed->erasable.has_value());
  // A crash here leaves ciphertext that nobody can open: finish_pending does both steps again.
  reached("keys-destroyed");
  Sequencer::Purged purged{tombstone, bucket, std::move(events), blob, {}};
  purged.keys_destroyed = {
      chain::kind::kKeysDestroyed,
      {},
      {{"tombstone", std::to_string(tombstone.value)},
       {"keyring", json_text(own_keys.empty() ? "erasable" : "erasable+permanent")},
       {"digest", json_text(chain::hex(*destroyed->erasable))}}};
  // Step 3.
  const auto finished = with_ballast(core, [&] { return sequencer_.finish_purge(purged); });
  if (!finished) return tl::unexpected(finished.error());
  reached("purge-finished");
  return {};
}

Result<void> Retention::purge_blob(std::uint64_t blob, Sequence loaded, Sequence superseded,
                                   std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  Sequence tombstone;
  const auto commit = with_ballast(store_.core(), [&] {
    return sequencer_.run([&](Transaction& transaction) -> Result<void> {
      if (!transaction.batch_.has_blob(blob)) {
        return fail(ErrorCode::kNotFound, fmt::format("there is no blob {}", blob));
      }
      const auto header = read_header(transaction.batch_.txn(), superseded);
      if (!header) return tl::unexpected(header.error());
      if (due_time(header->time) > transaction.now()) {
        return fail(ErrorCode::kRefused, "the list is not past its thirty days yet");
      }
      const auto seq = transaction.append_own({chain::kind::kListPurged,
                                               {},
                                               {{"loaded", std::to_string(loaded.value)},
                                                {"blob", std::to_string(blob)},
                                                {"superseded", std::to_string(superseded.value)},
                                                {"count", std::to_string(count)}}});
      if (!seq) return tl::unexpected(seq.error());
      tombstone = *seq;
      return {};
    });
  });
  if (!commit) return tl::unexpected(commit.error());
  reached("tombstone-committed");
  return destroy_and_finish(tombstone, std::nullopt, blob, {});
}

Result<std::uint64_t> Retention::overdue(std::int64_t grace_us) const {
  const auto txn = store_.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto due = buckets_due(*txn, {store_.clock().now().value - grace_us - 1});
  if (!due) return tl::unexpected(due.error());
  return due->size();
}

Result<std::vector<Bucket>> Retention::closed_buckets(Bucket from) const {
  const auto txn = store_.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto buckets = all_buckets(*txn, from);
  if (!buckets) return tl::unexpected(buckets.error());
  std::vector<Bucket> out;
  for (const auto& [bucket, row] : *buckets) {
    if (row.state == BucketState::kLive && bucket_end(bucket) <= store_.clock().now()) {
      out.push_back(bucket);
    }
  }
  return out;
}

Result<std::optional<Retention::BucketRange>> Retention::range(Bucket bucket) const {
  const auto txn = store_.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto row = read_bucket(*txn, bucket);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  return BucketRange{(*row)->first, (*row)->last, (*row)->events, static_cast<int>((*row)->state)};
}

}  // namespace alpr::store
