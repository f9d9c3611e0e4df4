#include "ledger/store/retention.h"

#include <fmt/format.h>

#include "ledger/chain/encoding.h"
#include "ledger/store/batch.h"
#include "ledger/store/due.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/purge_plan.h"
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

constexpr int kPlansMax = 8;             // a release between plan and tombstone costs a new plan
constexpr std::size_t kAlarmsMax = 256;  // in one run

chain::Draft keys_destroyed_draft(Sequence tombstone, bool also_permanent, const Digest& erasable) {
  return {chain::kind::kKeysDestroyed,
          {},
          {{"tombstone", std::to_string(tombstone.value)},
           {"keyring", also_permanent ? "\"erasable+permanent\"" : "\"erasable\""},
           {"digest", "\"" + chain::hex(erasable) + "\""}}};
}

chain::Draft purge_overdue_draft(Bucket bucket, TimeUs since) {
  return {chain::kind::kPurgeOverdue,
          {},
          {{"bucket", std::to_string(bucket.value)}, {"due", std::to_string(since.value)}}};
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
                     std::function<Result<void>(Bucket)> before_bucket, const EraseLimits& limits)
    : store_(store),
      sequencer_(sequencer),
      before_bucket_(std::move(before_bucket)),
      limits_(limits) {}

Result<PurgeReport> Retention::run() {
  const std::lock_guard lock(mutex_);
  PurgeReport report;
  // Whether the lateness gets on the record or not, what is late goes.
  const auto raised = raise_alarms(report);
  if (const auto done = finish_pending_locked(report); !done) return tl::unexpected(done.error());
  const auto buckets = due(0);
  if (!buckets) return tl::unexpected(buckets.error());
  for (const auto& entry : *buckets) {
    const auto done = purge_bucket(entry.first, report);
    if (!done) return tl::unexpected(done.error());
  }
  const auto unused = with_ballast(store_.core(), [&] { return sequencer_.destroy_unused_keys(); });
  if (!unused) return tl::unexpected(unused.error());
  make_ballast(store_.core());
  if (!raised) return tl::unexpected(raised.error());
  return report;
}

Result<PurgeReport> Retention::finish_pending() {
  const std::lock_guard lock(mutex_);
  PurgeReport report;
  if (const auto done = finish_pending_locked(report); !done) return tl::unexpected(done.error());
  return report;
}

Result<std::map<Bucket, TimeUs>> Retention::due(std::int64_t ago_us) const {
  const auto txn = store_.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  return buckets_due(*txn, {store_.clock().now().value - ago_us});
}

// Those of the last hour, of this process and of the one before it.
Result<void> Retention::load_raised() {
  if (raised_) return {};
  const TimeUs since{store_.clock().now().value - kOverdueUs};
  const auto txn = store_.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  std::map<Bucket, TimeUs> raised;
  for (std::uint64_t seq = store_.size(); seq-- > 0;) {
    const auto header = read_header(*txn, {seq});
    if (!header) return tl::unexpected(header.error());
    if (header->time < since) break;
    if (header->kind != chain::kind::kPurgeOverdue) continue;
    const auto json = read_open_member(*txn, {seq}, "bucket");
    const auto bucket = json ? parse_number(*json) : tl::unexpected(json.error());
    if (!bucket) return tl::unexpected(bucket.error());
    raised.try_emplace({*bucket}, header->time);
  }
  raised_ = std::move(raised);
  return {};
}

Result<void> Retention::raise_alarms(PurgeReport& report) {
  const auto overdue = due(kOverdueUs + 1);
  if (!overdue) return tl::unexpected(overdue.error());
  if (overdue->empty()) {
    raised_.reset();
    return {};
  }
  if (const auto loaded = load_raised(); !loaded) return loaded;
  const TimeUs now = store_.clock().now();
  std::map<Bucket, TimeUs> to_raise;
  for (const auto& [bucket, since] : *overdue) {
    const auto before = raised_->find(bucket);
    if (before != raised_->end() && now.value - before->second.value < kOverdueUs) continue;
    if (to_raise.size() < kAlarmsMax) to_raise[bucket] = since;
  }
  if (to_raise.empty()) return {};
  const auto commit = sequencer_.run([&](Transaction& transaction) -> Result<void> {
    for (const auto& [bucket, since] : to_raise) {
      const auto seq = transaction.append_own(purge_overdue_draft(bucket, since));
      if (!seq) return tl::unexpected(seq.error());
    }
    return {};
  });
  if (!commit) return tl::unexpected(commit.error());
  for (const auto& entry : to_raise) (*raised_)[entry.first] = commit->time;
  report.alarms = to_raise.size();
  return {};
}

Result<std::vector<Retention::Doomed>> Retention::pending() const {
  std::vector<Doomed> out;
  const auto txn = store_.core().env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  const auto buckets = all_buckets(*txn, {0});
  if (!buckets) return tl::unexpected(buckets.error());
  for (const auto& [bucket, row] : *buckets) {
    if (row.state != BucketState::kTombstoned) continue;
    auto covered = covered_by_newest(*txn, row);
    if (!covered) return tl::unexpected(covered.error());
    auto own_keys = own_keys_of(*txn, *covered);
    if (!own_keys) return tl::unexpected(own_keys.error());
    out.push_back({row.tombstone, bucket, std::move(*covered), std::move(*own_keys), {}});
  }
  const auto blobs = read_blobs(*txn);
  if (!blobs) return tl::unexpected(blobs.error());
  for (const auto& [id, tombstone] : *blobs) {
    if (tombstone != 0) out.push_back({{tombstone}, {}, {}, {}, id});
  }
  return out;
}

Result<void> Retention::finish_pending_locked(PurgeReport& report) {
  const auto doomed = pending();
  if (!doomed) return tl::unexpected(doomed.error());
  for (const Doomed& one : *doomed) {
    if (const auto done = destroy_and_finish(one); !done) return done;
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
  for (int tries = 0; tries < kPlansMax; ++tries) {
    // Step 1.
    Result<PurgePlan> plan = fail(ErrorCode::kConflict, "");
    {
      const auto txn = store_.core().env->begin_read();
      if (!txn) return tl::unexpected(txn.error());
      plan = plan_purge(*txn, bucket, store_.clock().now());
    }
    // A hold or the clock made it moot since it was found due; the next run looks again.
    if (!plan && plan.error().code == ErrorCode::kConflict) return {};
    if (!plan) return tl::unexpected(plan.error());
    reached("planned");
    Sequence tombstone;
    const auto commit = with_ballast(store_.core(), [&] {
      return sequencer_.run([&](Transaction& transaction) -> Result<void> {
        const auto right = still_holds(transaction.batch_.txn(), bucket, *plan);
        if (!right) return tl::unexpected(right.error());
        // Never early, by the time that the tombstone itself will carry.
        if (!*right || plan->due > transaction.now()) {
          return fail(ErrorCode::kConflict, "the plan of a purge was overtaken");
        }
        const auto seq = transaction.append_own(tombstone_draft(bucket, *plan));
        if (!seq) return tl::unexpected(seq.error());
        tombstone = *seq;
        return {};
      });
    });
    if (!commit && commit.error().code == ErrorCode::kConflict) continue;
    if (!commit) return tl::unexpected(commit.error());
    // A crash here leaves events that no call returns, and their keys: finish_pending goes on from
    // step 2.
    reached("tombstone-committed");
    const Covered covered{
        plan->row.first, plan->row.last, {plan->spared.begin(), plan->spared.end()}};
    if (const auto done = destroy_and_finish({tombstone, bucket, covered, plan->own_keys, {}});
        !done) {
      return done;
    }
    report.tombstones.push_back(tombstone);
    report.events += plan->count;
    report.held += plan->spared.size();
    return {};
  }
  return {};  // holds of this bucket are being released: the next run
}

Result<void> Retention::destroy_and_finish(const Doomed& doomed) {
  StoreCore& core = store_.core();
  // Step 2. The vault has its own account of what a crash inside leaves; called again it does what
  // is left.
  const auto destroyed = with_ballast(
      core, [&] { return core.vault->destroy(doomed.bucket, doomed.blob, doomed.own_keys); });
  if (!destroyed) return tl::unexpected(destroyed.error());
  ALPR_CHECK(destroyed->erasable.has_value());
  // A crash from here on leaves ciphertext that nobody can open, and no keys.destroyed:
  // finish_pending does all of it again, which finds less to do.
  reached("keys-destroyed");
  // Step 3, before 4: whether an event had a copy of its image is seen from its payload.
  if (const auto done = unlink_files(doomed); !done) return done;
  reached("files-unlinked");
  // Step 4.
  if (doomed.bucket) {
    if (const auto done = erase_rows(doomed.covered); !done) return done;
  }
  // Step 5.
  const Sequencer::Purged purged{
      doomed.blob,
      keys_destroyed_draft(doomed.tombstone, !doomed.own_keys.empty(), *destroyed->erasable)};
  const auto finished = with_ballast(core, [&] { return sequencer_.finish_purge(purged); });
  if (!finished) return tl::unexpected(finished.error());
  reached("purge-finished");
  return {};
}

Result<void> Retention::unlink_files(const Doomed& doomed) {
  EvidenceFiles& evidence = *store_.core().evidence;
  Result<void> done;
  if (doomed.bucket) done = evidence.erase_bucket(*doomed.bucket);
  if (doomed.blob && done) done = evidence.erase_blob(*doomed.blob);
  for (const Sequence event : doomed.own_keys) {
    if (done && evidence.has_held(event)) done = evidence.erase_held(event);
  }
  return done;
}

Result<void> Retention::erase_rows(const Covered& covered) {
  std::optional<Sequence> next = covered.first;
  // Each transaction goes on behind the one before, so this ends.
  while (next) {
    const Sequence from = *next;
    const auto done = with_ballast(store_.core(), [&] {
      return sequencer_.between_batches([&](Txn& txn) -> Result<void> {
        const auto erased = erase_covered(txn, covered, from, limits_);
        if (!erased) return tl::unexpected(erased.error());
        next = *erased;
        return {};
      });
    });
    if (!done) return done;
    reached("some-erased");
  }
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
  return destroy_and_finish({tombstone, {}, {}, {}, blob});
}

Result<std::uint64_t> Retention::overdue(std::int64_t grace_us) const {
  const auto late = due(grace_us + 1);
  if (!late) return tl::unexpected(late.error());
  return late->size();
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
