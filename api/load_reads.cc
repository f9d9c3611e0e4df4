#include "api/load_reads.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "policy/records/reads.h"
#include "policy/registers/holds.h"

namespace alpr::api {
namespace {

constexpr std::size_t kHoldsMax = 10'000'000;

using store::Store;

// Hands the register one read, unless it is gone.
Result<void> take_read(const Store& store, policy::ReadsIndex& reads, Sequence seq) {
  const auto event = store.event(seq);
  if (!event && event.error().code == ErrorCode::kGone) return {};
  if (!event) return tl::unexpected(event.error());
  reads.committed(std::span(&*event, 1));
  return {};
}

Result<void> take_bucket(const Store& store, policy::ReadsIndex& reads,
                         const Store::LiveBucket& bucket) {
  for (Sequence seq = bucket.first; seq <= bucket.last; ++seq.value) {
    const auto header = store.header(seq);
    if (!header) return tl::unexpected(header.error());
    if (header->kind != policy::ReadRecorded::kKind.number) continue;
    if (auto taken = take_read(store, reads, seq); !taken) return taken;
  }
  return {};
}

// Holds in force, and the reads that only they keep.
Result<void> take_holds(const Store& store, policy::ReadsIndex& reads,
                        const std::vector<Store::LiveBucket>& live) {
  const auto holds = policy::list_holds(*store.registers(), kHoldsMax);
  if (!holds) return tl::unexpected(holds.error());
  std::set<std::uint64_t> living;
  for (const Store::LiveBucket& bucket : live) living.insert(bucket.bucket.value);
  std::set<Sequence> held;
  for (const policy::HoldRow& hold : *holds) {
    if (hold.released) continue;
    reads.load_hold(hold.hold, hold.case_number, hold.events);
    held.insert(hold.events.begin(), hold.events.end());
  }
  for (const Sequence seq : held) {
    const auto header = store.header(seq);
    if (!header) return tl::unexpected(header.error());
    if (header->kind != policy::ReadRecorded::kKind.number ||
        living.contains(bucket_of(header->time).value))
      continue;
    if (auto taken = take_read(store, reads, seq); !taken) return taken;
  }
  return {};
}

std::optional<policy::ReadColumns> kept_columns(const Store& store, policy::ReadsIndex& reads,
                                                const Store::LiveBucket& bucket) {
  const auto bytes = store.derived(bucket);
  if (!bytes) return std::nullopt;
  auto columns = policy::ReadColumns::read(
      as_text(*bytes), [&](std::string_view text) { return reads.intern(text); });
  if (!columns || columns->bucket() != bucket.bucket) return std::nullopt;
  return std::move(*columns);
}

}  // namespace

Result<Bucket> load_reads(const Store& store, policy::ReadsIndex& reads) {
  const auto live = store.live_buckets();
  if (!live) return tl::unexpected(live.error());
  if (auto taken = take_holds(store, reads, *live); !taken) return tl::unexpected(taken.error());
  if (live->empty()) return Bucket{0};
  // The newest bucket may still be open, and what is kept of it would not open.
  const std::size_t over = live->size() - 1;
  std::vector<std::optional<policy::ReadColumns>> kept(over);
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
    workers.emplace_back([&] {
      for (std::size_t at = next++; at < over; at = next++)
        kept[at] = kept_columns(store, reads, (*live)[at]);
    });
  for (std::thread& worker : workers) worker.join();
  Bucket from = live->back().bucket;
  std::vector<policy::ReadColumns> found;
  for (std::size_t i = over; i-- > 0;) {
    if (kept[i])
      found.push_back(std::move(*kept[i]));
    else
      from = (*live)[i].bucket;
  }
  reads.load(std::move(found));
  for (std::size_t i = 0; i < live->size(); ++i) {
    if (i < over && kept[i]) continue;
    if (auto taken = take_bucket(store, reads, (*live)[i]); !taken)
      return tl::unexpected(taken.error());
  }
  reads.settle();
  return from;
}

Result<Bucket> keep_reads(Store& store, const policy::ReadsIndex& reads, Bucket from) {
  const std::vector<Bucket> over = reads.sorted_buckets(from);
  if (over.empty()) return from;
  const auto live = store.live_buckets();
  if (!live) return tl::unexpected(live.error());
  std::map<Bucket, Store::LiveBucket> known;
  for (const Store::LiveBucket& bucket : *live) known.emplace(bucket.bucket, bucket);
  for (const Bucket bucket : over) {
    const auto row = known.find(bucket);
    const auto columns = row == known.end() ? std::nullopt : reads.write(bucket);
    if (columns) {
      const auto done = store.keep_derived(row->second, as_bytes(*columns));
      if (!done && done.error().code != ErrorCode::kGone) return tl::unexpected(done.error());
    }
    from = {bucket.value + 1};
  }
  return from;
}

}  // namespace alpr::api
