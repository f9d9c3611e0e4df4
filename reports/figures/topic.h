// A topic of the annual report: it is shown every event of the log once, in order, and then says
// its figures. A topic holds counts, and of what is still open at the period's end the little that
// tells it apart: no payload is kept. One thread.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <vector>

#include "reports/figures/figure.h"
#include "reports/figures/seen_event.h"

namespace alpr::figures {

// Header times in [from, until). Both are multiples of 15 minutes, so that no bucket is in two
// periods.
struct Period {
  TimeUs from;
  TimeUs until;
  bool has(TimeUs time) const { return from <= time && time < until; }
};

// How many events of each kind the period has, by their headers, which no purge takes away.
class KindCounts {
 public:
  void add(std::uint16_t kind, std::int64_t count = 1) {
    if (kind >= counts_.size()) counts_.resize(std::size_t{kind} + 1);
    counts_[kind] += count;
  }
  void add(const KindCounts& others) {
    for (std::size_t kind = 0; kind < others.counts_.size(); ++kind)
      if (others.counts_[kind] != 0) add(static_cast<std::uint16_t>(kind), others.counts_[kind]);
  }
  std::uint64_t all() const {
    std::uint64_t sum = 0;
    for (const std::int64_t count : counts_) sum += static_cast<std::uint64_t>(count);
    return sum;
  }
  std::int64_t of(std::uint16_t kind) const { return kind < counts_.size() ? counts_[kind] : 0; }
  template <policy::Record R>
  std::int64_t of() const {
    return of(R::kKind.number);
  }

 private:
  std::vector<std::int64_t> counts_;  // by kind
};

// Events of one bucket that were purged, told of together.
struct PurgedBucket {
  Bucket bucket;
  TimeUs last;  // header time of the last of them
  KindCounts counts;
};

class Topic {
 public:
  explicit Topic(const Period& period) : period_(period) {}
  virtual ~Topic() = default;
  Topic(const Topic&) = delete;
  Topic& operator=(const Topic&) = delete;

  // Whether it is shown the headers of thirty-day events, of which there are many. Of all others it
  // is shown at least the headers.
  virtual bool takes_thirty_day() const { return false; }
  // The same of many that are gone, some time after their place in the log and before their
  // bucket's tombstone.
  virtual void take_purged(const PurgedBucket&) {}
  // The kinds whose members it reads as well.
  virtual std::span<const std::uint16_t> reads() const = 0;
  // kMalformed: an event is not what its kind says.
  virtual Result<void> take(const SeenEvent& event) = 0;
  virtual void tell(const KindCounts& kinds, FigureList& figures) const = 0;

 protected:
  bool within(const SeenEvent& event) const { return period_.has(event.header.time); }
  // State at the period's end is made of what was before it, too.
  bool after(const SeenEvent& event) const { return event.header.time >= period_.until; }
  const Period period_;
};

std::unique_ptr<Topic> reads_topic(const Period& period);
std::unique_ptr<Topic> devices_topic(const Period& period);
std::unique_ptr<Topic> answers_topic(const Period& period);
std::unique_ptr<Topic> lists_topic(const Period& period);
std::unique_ptr<Topic> entries_topic(const Period& period);
std::unique_ptr<Topic> queries_topic(const Period& period);
std::unique_ptr<Topic> refusals_topic(const Period& period);
std::unique_ptr<Topic> reviews_topic(const Period& period);
std::unique_ptr<Topic> sharing_topic(const Period& period);
std::unique_ptr<Topic> records_topic(const Period& period);
std::unique_ptr<Topic> retention_topic(const Period& period);
std::unique_ptr<Topic> holds_topic(const Period& period);
std::unique_ptr<Topic> people_topic(const Period& period);
std::unique_ptr<Topic> custody_topic(const Period& period);
std::unique_ptr<Topic> audits_topic(const Period& period);
std::unique_ptr<Topic> gaps_topic(const Period& period);
std::unique_ptr<Topic> oversight_topic(const Period& period);

// "2026-01" for each calendar month (UTC) that the period touches, all with 0.
Counts months_of(const Period& period);
std::string month_of(TimeUs time);

}  // namespace alpr::figures
