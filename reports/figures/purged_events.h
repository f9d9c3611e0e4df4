// The log for a report without walking what is gone: purged events are counted by the summary of
// their bucket where that adds up to the very number of them, else by their headers
// (docs/decisions/0061-what-is-purged-is-counted-by-its-summary.md). Pure; one thread.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "policy/records/reads.h"
#include "reports/figures/annual.h"

namespace alpr::figures {

class PurgedEvents {
 public:
  // Headers [first, first + count), all of them; an error is handed on.
  using Headers =
      std::function<Result<std::vector<chain::HeaderBytes>>(Sequence first, std::uint64_t count)>;
  // Borrows the fold.
  PurgedEvents(AnnualFold& fold, Headers headers) : fold_(fold), headers_(std::move(headers)) {}

  // The next event of which there is more than a header; what lies between it and the one before is
  // purged. As AnnualFold::take(); kCorrupt: what is gone was not to go.
  Result<void> take(const SeenEvent& event);
  // The log ends at `size` events. Once.
  Result<void> finish(std::uint64_t size);

  std::uint64_t by_summary() const { return by_summary_; }  // purged events counted so
  std::uint64_t by_header() const { return by_header_; }

 private:
  struct Run {
    std::uint64_t first = 0, count = 0;
  };
  struct Pieces {
    std::vector<Run> gone;  // rising
    std::uint64_t count = 0;
    KindCounts kept;  // thirty-day events of the bucket that are there
  };
  Result<chain::Header> header(std::uint64_t seq) const;
  Result<void> gap(Run run, TimeUs before);
  void add(Bucket bucket, const Run& run);
  // bucket.summarised without its devices.
  struct Summary {
    std::int64_t bucket = 0;
    std::int64_t uploads = 0;
    std::int64_t reads = 0;
    std::vector<policy::SourceCount> hits;
    template <typename M>
    void members(M& m) {
      m("bucket", bucket);
      m("uploads", uploads);
      m("reads", reads);
      m("hits", hits);
    }
  };
  Result<void> resolve(Bucket bucket, const Summary* summary);
  static std::optional<KindCounts> told(const Summary& summary, const Pieces& pieces);
  Result<void> read(const Pieces& pieces, PurgedBucket& purged) const;

  AnnualFold& fold_;
  Headers headers_;
  std::map<Bucket, Pieces> buckets_;  // not told of yet
  std::uint64_t next_ = 0;
  TimeUs time_;  // of the event before next_
  std::uint64_t by_summary_ = 0, by_header_ = 0;
};

}  // namespace alpr::figures
