#include "ledger/verify/tally.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/verify/rules.h"

namespace alpr::verify {
namespace {

std::string how_many(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

void BucketTally::Group::add(std::uint64_t seq) {
  if (count++ == 0) first = seq;
}

BucketTally::BucketTally(Bucket bucket, const Facts& facts, std::uint64_t log_size, TimeUs as_of)
    : bucket_(bucket),
      facts_(facts),
      log_size_(log_size),
      as_of_(as_of),
      tombstones_(facts.of(bucket)),
      covered_(tombstones_.size()) {}

// I12-G-1 with I12-G-3: at its due time, or when its last hold ends after that.
TimeUs BucketTally::must_be_gone(const SeenEvent& event) const {
  return std::max(due(event.time), facts_.released_at(event.seq).value_or(TimeUs{0}));
}

void BucketTally::add(const SeenEvent& event, LevelReport& report) {
  if (count_++ == 0) first_ = event.seq;
  last_ = event.seq;
  for (std::size_t i = 0; i < tombstones_.size(); ++i) {
    const bool held = facts_.on_hold(event.seq, tombstones_[i].seq);
    if (!tombstones_[i].lists_as_held(event.seq)) {
      if (held) {
        report.add(event.seq, rule::kHold,
                   fmt::format("purged by tombstone {} while on hold", tombstones_[i].seq));
      }
      return purged(event, i, report);
    }
    ++covered_[i].held_seen;
    if (!held) {
      report.add(event.seq, rule::kHold,
                 fmt::format("tombstone {} keeps it as held, and no hold on it was in force",
                             tombstones_[i].seq));
    }
  }
  kept(event, report);
}

void BucketTally::purged(const SeenEvent& event, std::size_t by, LevelReport& report) {
  const Tombstone& tombstone = tombstones_[by];
  Covered& covered = covered_[by];
  covered.range.append(event.leaf);
  if (tombstone.time < due(event.time)) covered.early.add(event.seq);
  const TimeUs gone = must_be_gone(event);
  covered.must_be_gone = covered.must_be_gone ? std::min(*covered.must_be_gone, gone) : gone;
  if (event.present && tombstone.destroyed) lingering_.add(event.seq);
  for (const std::size_t i : facts_.holds_of(event.seq)) {
    const Hold& hold = facts_.holds()[i];
    if (hold.seq > tombstone.seq) {
      report.add(hold.seq, rule::kHold,
                 fmt::format("holds event {}, which was purged before", event.seq));
    }
  }
}

void BucketTally::kept(const SeenEvent& event, LevelReport& report) {
  if (!event.present) return uncovered_.add(event.seq);
  if (facts_.on_hold(event.seq, log_size_)) return;
  if (as_of_ <= plus(must_be_gone(event), kPurgeGraceUs)) return;
  if (facts_.holds_of(event.seq).empty()) return overdue_.add(event.seq);
  report.add(event.seq, rule::kRelease,
             "still there although its last hold has ended and it is past due");
}

void BucketTally::finish(LevelReport& report) const {
  const auto add = [&](const Group& group, std::string_view rule, std::string_view what) {
    if (group.count == 0) return;
    report.add(group.first, rule,
               fmt::format("{} of bucket {} from here on {}", how_many(group.count, "event"),
                           bucket_.value, what));
  };
  add(uncovered_, rule::kPurge, "lack their payloads, and no tombstone covers them");
  add(lingering_, rule::kPurge,
      "are covered by a tombstone whose keys were destroyed, and their payloads are there");
  add(overdue_, rule::kPurge, "are past due and still there");
  for (std::size_t i = 0; i < tombstones_.size(); ++i)
    finish_tombstone(tombstones_[i], covered_[i], report);
}

void BucketTally::finish_tombstone(const Tombstone& tombstone, const Covered& covered,
                                   LevelReport& report) const {
  const auto add = [&](std::string_view rule, std::string_view what) {
    report.add(tombstone.seq, rule, fmt::format("tombstone of bucket {}: {}", bucket_.value, what));
  };
  if (tombstone.count != covered.range.size()) {
    add(rule::kPurge,
        fmt::format("counts {} events; it covers {}", tombstone.count, covered.range.size()));
  }
  if (tombstone.root != covered.range.root())
    add(rule::kPurge, "its root is not that of the events it covers");
  if (tombstone.first != first_ || tombstone.last != last_) {
    add(rule::kPurge, fmt::format("the bucket's events run from {} to {}", first_, last_));
  }
  if (covered.held_seen != tombstone.held.size()) {
    add(rule::kHold, "lists as held what is not of this bucket, or was purged before");
  }
  if (covered.early.count != 0) {
    add(rule::kPurge, fmt::format("purged early: {} from {} on, before 30 days",
                                  how_many(covered.early.count, "event"), covered.early.first));
  }
  const TimeUs destroyed = tombstone.destroyed ? tombstone.destroyed->time : as_of_;
  if (covered.must_be_gone && destroyed > plus(*covered.must_be_gone, kPurgeGraceUs)) {
    add(rule::kPurge, fmt::format("late: the keys {} {} s after the first of its events was due",
                                  tombstone.destroyed ? "died" : "are not destroyed",
                                  (destroyed.value - covered.must_be_gone->value) / kSecondUs));
  }
}

}  // namespace alpr::verify
