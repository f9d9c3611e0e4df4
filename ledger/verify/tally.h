// One 15-minute bucket's thirty-day events against its tombstones: what each tombstone must have
// covered, what is gone without one, what is still there and must not be. Fed in order of seq. One
// thread.
//
// A bucket's first tombstone purges all its thirty-day events but those it lists as held; each
// later one purges what the one before had listed and it no longer lists. So which tombstone purged
// an event follows from the lists alone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/chain/merkle.h"
#include "ledger/chain/types.h"
#include "ledger/verify/facts.h"
#include "ledger/verify/report.h"

namespace alpr::verify {

struct SeenEvent {
  std::uint64_t seq = 0;
  TimeUs time;
  Digest leaf{};
  bool present = false;  // its payload is in the store
};

class BucketTally {
 public:
  // `log_size` ends the log as the facts know it. All references outlive this.
  BucketTally(Bucket bucket, const Facts& facts, std::uint64_t log_size, TimeUs as_of);

  Bucket bucket() const { return bucket_; }
  void add(const SeenEvent& event, LevelReport& report);
  void finish(LevelReport& report) const;

 private:
  // Counts what is wrong with many events the same way, so that it is one finding.
  struct Group {
    std::uint64_t count = 0;
    std::uint64_t first = 0;
    void add(std::uint64_t seq);
  };
  struct Covered {
    chain::CompactRange range;
    std::uint64_t held_seen = 0;
    Group early;
    std::optional<TimeUs> must_be_gone;  // the earliest among what it purges
  };

  void purged(const SeenEvent& event, std::size_t by, LevelReport& report);
  void kept(const SeenEvent& event, LevelReport& report);
  void finish_tombstone(const Tombstone& tombstone, const Covered& covered,
                        LevelReport& report) const;
  TimeUs must_be_gone(const SeenEvent& event) const;

  Bucket bucket_;
  const Facts& facts_;
  std::uint64_t log_size_;
  TimeUs as_of_;
  const std::vector<Tombstone>& tombstones_;
  std::vector<Covered> covered_;  // one for each tombstone
  std::uint64_t first_ = 0, last_ = 0, count_ = 0;
  Group uncovered_, lingering_, overdue_;
};

}  // namespace alpr::verify
