#include "reports/figures/purged_events.h"

#include <algorithm>

#include "policy/records/hits.h"

namespace alpr::figures {
namespace {

using policy::BucketSummarised;
using policy::HitRaised;
using policy::ReadRecorded;
using policy::UploadReceived;

constexpr std::uint64_t kBlock = 4'096;  // headers

// reads.purged, as far as it says of which bucket it is.
struct TombstoneOf {
  std::int64_t bucket = 0;
  template <typename M>
  void members(M& m) {
    m("bucket", bucket);
  }
};

Bucket bucket_at(std::int64_t number) { return {static_cast<std::uint64_t>(number)}; }

}  // namespace

Result<void> PurgedEvents::take(const SeenEvent& event) {
  const chain::Header& header = event.header;
  if (header.seq.value > next_)
    if (auto passed = gap({next_, header.seq.value - next_}, header.time); !passed) return passed;
  next_ = header.seq.value + 1;
  time_ = header.time;
  if (header.retention == chain::Retention::kThirtyDay) {
    buckets_[bucket_of(header.time)].kept.add(header.kind);
  } else if (is<BucketSummarised>(event)) {
    const auto summary = open_event<Summary>(event);
    if (!summary) return tl::unexpected(summary.error());
    if (auto done = resolve(bucket_at(summary->bucket), &*summary); !done) return done;
  } else if (header.kind == chain::kind::kReadsPurged) {
    const auto tombstone = open_event<TombstoneOf>(event);
    if (!tombstone) return tl::unexpected(tombstone.error());
    if (auto done = resolve(bucket_at(tombstone->bucket), nullptr); !done) return done;
  }
  return fold_.take(event);
}

Result<void> PurgedEvents::finish(std::uint64_t size) {
  if (size > next_) {
    const auto last = header(size - 1);
    if (!last) return tl::unexpected(last.error());
    if (auto passed = gap({next_, size - next_}, last->time); !passed) return passed;
  }
  while (!buckets_.empty())
    if (auto done = resolve(buckets_.begin()->first, nullptr); !done) return done;
  return {};
}

Result<chain::Header> PurgedEvents::header(std::uint64_t seq) const {
  const auto one = headers_({seq}, 1);
  if (!one) return tl::unexpected(one.error());
  if (one->size() != 1)
    return fail(ErrorCode::kCorrupt, "event " + std::to_string(seq) + " has no header");
  return chain::decode_header(one->front());
}

// All of them after time_ and not after `before`, for times do not go back: mostly of one bucket.
Result<void> PurgedEvents::gap(Run run, TimeUs before) {
  fold_.skip(run.count, before);
  if (bucket_of(time_) == bucket_of(before)) {
    add(bucket_of(before), run);
    return {};
  }
  while (run.count > 0) {
    const auto first = header(run.first);
    if (!first) return tl::unexpected(first.error());
    const Bucket bucket = bucket_of(first->time);
    std::uint64_t same = 1;  // so many are of this bucket, and not more than `most`
    std::uint64_t most = run.count;
    while (same < most) {
      const std::uint64_t middle = same + (most - same + 1) / 2;
      const auto one = header(run.first + middle - 1);
      if (!one) return tl::unexpected(one.error());
      if (bucket_of(one->time) == bucket)
        same = middle;
      else
        most = middle - 1;
    }
    add(bucket, {run.first, same});
    run = {run.first + same, run.count - same};
  }
  return {};
}

void PurgedEvents::add(Bucket bucket, const Run& run) {
  Pieces& pieces = buckets_[bucket];
  pieces.gone.push_back(run);
  pieces.count += run.count;
}

Result<void> PurgedEvents::resolve(Bucket bucket, const Summary* summary) {
  const auto found = buckets_.find(bucket);
  if (found == buckets_.end()) return {};
  const Pieces pieces = std::move(found->second);
  buckets_.erase(found);
  if (pieces.count == 0) return {};
  PurgedBucket purged{bucket, {}, {}};
  if (auto counts = summary ? told(*summary, pieces) : std::nullopt) {
    const auto last = header(pieces.gone.back().first + pieces.gone.back().count - 1);
    if (!last) return tl::unexpected(last.error());
    purged.last = last->time;
    purged.counts = std::move(*counts);
    by_summary_ += pieces.count;
  } else {
    if (auto done = read(pieces, purged); !done) return done;
    by_header_ += pieces.count;
  }
  fold_.take_purged(purged);
  return {};
}

// What of the summary is gone; nullopt where it is another number than are gone, or there are kinds
// of events that a summary does not count.
std::optional<KindCounts> PurgedEvents::told(const Summary& summary, const Pieces& pieces) {
  std::int64_t hits = 0;
  for (const policy::SourceCount& source : summary.hits) hits += source.hits;
  KindCounts counts;
  for (const auto& [kind, all] : {std::pair(UploadReceived::kKind.number, summary.uploads),
                                  std::pair(ReadRecorded::kKind.number, summary.reads),
                                  std::pair(HitRaised::kKind.number, hits)}) {
    const std::int64_t gone = all - pieces.kept.of(kind);
    if (gone < 0) return std::nullopt;
    counts.add(kind, gone);
  }
  if (counts.all() != pieces.count) return std::nullopt;
  return counts;
}

Result<void> PurgedEvents::read(const Pieces& pieces, PurgedBucket& purged) const {
  for (const Run& run : pieces.gone) {
    for (std::uint64_t at = 0; at < run.count; at += kBlock) {
      const std::uint64_t wanted = std::min(kBlock, run.count - at);
      const auto block = headers_({run.first + at}, wanted);
      if (!block) return tl::unexpected(block.error());
      if (block->size() != wanted) return fail(ErrorCode::kCorrupt, "headers are missing");
      for (const chain::HeaderBytes& bytes : *block) {
        const auto header = chain::decode_header(bytes);
        if (!header) return tl::unexpected(header.error());
        if (header->retention != chain::Retention::kThirtyDay)
          return fail(ErrorCode::kCorrupt,
                      "event " + std::to_string(header->seq.value) +
                          ": it has no payload, and is of a kind that keeps it");
        purged.counts.add(header->kind);
        purged.last = std::max(purged.last, header->time);
      }
    }
  }
  return {};
}

}  // namespace alpr::figures
