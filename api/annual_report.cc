#include "api/annual_report.h"

#include <algorithm>

#include "ledger/store/event_walk.h"
#include "reports/figures/purged_events.h"

namespace alpr::api {
namespace {

constexpr std::uint64_t kBlock = 4'096;  // headers

class Walk {
 public:
  Walk(const store::Store& store, figures::AnnualFold& fold)
      : store_(store), fold_(fold), purged_(fold, [&store](Sequence first, std::uint64_t count) {
          return store::walk_headers(store, first, count);
        }) {}

  // Up to `live` what was purged is passed over; from there on there are payloads for nearly all.
  Result<void> run(std::uint64_t live, std::uint64_t size) {
    for (std::uint64_t next = 0; next < live;) {
      const auto block = store::walk_kept(store_, {next}, {live}, kBlock);
      if (!block) return tl::unexpected(block.error());
      auto taken = take(*block, next);
      if (!taken) return taken;
      if (block->size() < kBlock) break;
    }
    for (std::uint64_t next = live; next < size;) {
      const auto block = store::walk_headers(store_, {next}, std::min(kBlock, size - next));
      if (!block) return tl::unexpected(block.error());
      if (block->empty()) return fail(ErrorCode::kCorrupt, "the log ends before its checkpoint");
      auto taken = take(*block, next);
      if (!taken) return taken;
    }
    return purged_.finish(size);
  }

 private:
  Result<void> take(const std::vector<chain::HeaderBytes>& block, std::uint64_t& next) {
    for (const chain::HeaderBytes& bytes : block) {
      const auto header = chain::decode_header(bytes);
      if (!header) return tl::unexpected(header.error());
      if (auto taken = take(*header); !taken) return taken;
      next = header->seq.value + 1;
    }
    return {};
  }
  Result<void> take(const chain::Header& header) {
    if (!fold_.reads(header.kind)) return purged_.take({header});
    const auto event = store_.event(header.seq);
    if (!event) return tl::unexpected(event.error());
    return purged_.take({header, event->members, /*whole=*/true});
  }

  const store::Store& store_;
  figures::AnnualFold& fold_;
  figures::PurgedEvents purged_;
};

// Before this event every bucket has its tombstone.
Result<std::uint64_t> first_live(const store::Store& store, std::uint64_t size) {
  const auto buckets = store.live_buckets();
  if (!buckets) return tl::unexpected(buckets.error());
  std::uint64_t first = size;
  for (const store::Store::LiveBucket& bucket : *buckets)
    first = std::min(first, bucket.first.value);
  return first;
}

}  // namespace

Result<figures::AnnualReport> annual_report(const store::Store& store, const chain::Checkpoint& at,
                                            const figures::Period& period, std::int64_t years) {
  if (auto may = figures::comparable(period, years); !may) return tl::unexpected(may.error());
  const auto live = first_live(store, at.size);
  if (!live) return tl::unexpected(live.error());
  figures::AnnualFold fold(period, years);
  if (auto walked = Walk(store, fold).run(*live, at.size); !walked)
    return tl::unexpected(walked.error());
  return fold.report(at);
}

}  // namespace alpr::api
