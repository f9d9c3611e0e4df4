// What was erased and how late, and what was held (I12-G).
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "policy/records/holds.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::HoldDenied;
using policy::HoldPlaced;
using policy::HoldReleased;
using policy::HoldRequested;

constexpr std::int64_t kMinuteS = 60;

constexpr FigureText kBuckets = {
    "G1.purges", "A", "I12-G-1", "Purges",
    "Events reads.purged of the period: one for each 15 minutes of uploads, and one more where "
    "held events of them went later."};
constexpr FigureText kEvents = {"G1.purged-events", "A", "I12-G-1", "Events erased",
                                "Sum of count in the events reads.purged of the period."};
constexpr FigureText kLateness = {
    "G4.lateness", "F", "I12-G-4", "Purges by how long after due the key was destroyed",
    "First tombstones of their bucket whose keys.destroyed is in the period, by the time from 30 "
    "days after the bucket's last thirty-day event to the destruction of its key."};
constexpr FigureText kLatest = {"G4.lateness.maximum", "F", "I12-G-4",
                                "Seconds that the latest purge was late",
                                "The longest of these times, in whole seconds."};
constexpr FigureText kOverdue = {
    "G4.overdue", "F", "I12-G-4", "Overdue alarms",
    "Events purge.overdue of the period: one for each bucket and hour."};
constexpr FigureText kLists = {"C2B1.lists-purged", "A", "I12-C2B1-2",
                               "Superseded lists whose rows were destroyed",
                               "Events list.purged of the period."};

constexpr FigureText kHoldsAsked = {"G2.holds.requested", "A", "I12-G-2",
                                    "Holds asked for, by reason",
                                    "Events hold.requested of the period, by reason."};
constexpr FigureText kHoldsPlaced = {"G2.holds.placed", "A", "I12-G-2", "Holds placed, by reason",
                                     "Events hold.placed of the period, by reason."};
constexpr FigureText kHoldsDenied = {"G2.holds.denied", "A", "I12-G-2", "Holds denied",
                                     "Events hold.denied of the period."};
constexpr FigureText kHoldsReleased = {"G3.holds.released", "A", "I12-G-3", "Holds released",
                                       "Events hold.released of the period."};
constexpr FigureText kHoldsInForce = {
    "G2.holds.in-force", "A", "I12-G-2", "Holds in force at the period's end",
    "Events hold.placed before the period's end without a hold.released before it."};
constexpr FigureText kHoldsLate = {"G2.holds.review-overdue", "F", "I12-G-2",
                                   "Holds past their review at the period's end",
                                   "Of these the ones whose review_by is before the period's end."};
constexpr FigureText kHeldEvents = {
    "G2.held-events", "A", "I12-G-2", "Events held at the period's end",
    "Different events named by the holds in force at the period's end."};

// reads.purged and keys.destroyed, all members (ledger/chain/kinds.h).
struct Tombstone {
  std::int64_t bucket = 0;
  Sequence first, last;
  std::int64_t count = 0;
  Digest root{};
  std::vector<Sequence> held;
  template <typename M>
  void members(M& m) {
    m("bucket", bucket);
    m("first", first);
    m("last", last);
    m("count", count);
    m("root", root);
    m("held", held);
  }
};
struct Destroyed {
  Sequence tombstone;
  std::string keyring;
  Digest digest{};
  template <typename M>
  void members(M& m) {
    m("tombstone", tombstone);
    m("keyring", keyring);
    m("digest", digest);
  }
};

class Retention : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{chain::kind::kReadsPurged, chain::kind::kKeysDestroyed};
    return kKinds;
  }
  bool takes_thirty_day() const override { return true; }
  Result<void> take(const SeenEvent& event) override {
    if (event.header.retention == chain::Retention::kThirtyDay) {
      // Most events are of the same bucket as the one before.
      const Bucket bucket = bucket_of(event.header.time);
      if (newest_ == last_.end() || newest_->first != bucket)
        newest_ = last_.insert_or_assign(last_.end(), bucket, event.header.time);
      newest_->second = event.header.time;
    } else if (event.header.kind == chain::kind::kReadsPurged) {
      return tombstone(event);
    } else if (event.header.kind == chain::kind::kKeysDestroyed) {
      return destroyed(event);
    }
    return {};
  }
  void take_purged(const PurgedBucket& purged) override {
    TimeUs& last = last_[purged.bucket];
    last = std::max(last, purged.last);
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    figures.one(kBuckets, kinds.of(chain::kind::kReadsPurged));
    figures.one(kEvents, erased_);
    figures.each(kLateness, lateness_);
    figures.one(kLatest, latest_);
    figures.one(kOverdue, kinds.of(chain::kind::kPurgeOverdue));
    figures.one(kLists, kinds.of(chain::kind::kListPurged));
  }

 private:
  Result<void> tombstone(const SeenEvent& event) {
    const auto purged = open_event<Tombstone>(event);
    if (!purged) return tl::unexpected(purged.error());
    if (within(event)) erased_ += purged->count;
    // A later tombstone of the same bucket is of what was held: not due when the bucket was.
    const auto last = last_.find({static_cast<std::uint64_t>(purged->bucket)});
    if (last == last_.end()) return {};
    due_[event.header.seq] = due_time(last->second);
    if (last == newest_) newest_ = last_.end();
    last_.erase(last);
    return {};
  }
  Result<void> destroyed(const SeenEvent& event) {
    const auto keys = open_event<Destroyed>(event);
    if (!keys) return tl::unexpected(keys.error());
    const auto due = due_.find(keys->tombstone);
    if (due == due_.end()) return {};
    const std::int64_t late = (event.header.time.value - due->second.value) / kSecondUs;
    due_.erase(due);
    if (!within(event)) return {};
    latest_ = std::max(late, latest_.value_or(late));
    ++lateness_[late <= 30 * kMinuteS ? kHalfAnHour : late <= 60 * kMinuteS ? kAnHour : kLonger];
    return {};
  }

  static constexpr const char* kHalfAnHour = "1 up to 30 minutes";
  static constexpr const char* kAnHour = "2 up to 60 minutes";
  static constexpr const char* kLonger = "3 over 60 minutes";

  using Last = std::map<Bucket, TimeUs>;
  Last last_;  // time of the last event of each bucket without a tombstone
  Last::iterator newest_ = last_.end();  // of the latest event
  std::map<Sequence, TimeUs> due_;       // by tombstone whose keys are not destroyed yet
  std::int64_t erased_ = 0;
  std::optional<std::int64_t> latest_;
  Counts lateness_{{kHalfAnHour, 0}, {kAnHour, 0}, {kLonger, 0}};
};

class Holds : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{HoldRequested::kKind.number, HoldPlaced::kKind.number,
                                       HoldReleased::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<HoldRequested>(event) && within(event)) {
      const auto record = open_part<HoldRequested>(event);
      if (!record) return tl::unexpected(record.error());
      ++asked_[record->reason];
    } else if (is<HoldPlaced>(event)) {
      const auto record = open_part<HoldPlaced>(event);
      if (!record) return tl::unexpected(record.error());
      if (within(event)) ++placed_[record->reason];
      in_force_[event.header.seq] = {record->events, record->review_by};
    } else if (is<HoldReleased>(event)) {
      const auto record = open_part<HoldReleased>(event);
      if (!record) return tl::unexpected(record.error());
      in_force_.erase(record->hold);
    }
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    std::set<Sequence> held;
    std::int64_t late = 0;
    for (const auto& [seq, hold] : in_force_) {
      held.insert(hold.events.begin(), hold.events.end());
      late += hold.review_by < period_.until ? 1 : 0;
    }
    figures.each(kHoldsAsked, asked_);
    figures.each(kHoldsPlaced, placed_);
    figures.one(kHoldsDenied, kinds.of<HoldDenied>());
    figures.one(kHoldsReleased, kinds.of<HoldReleased>());
    figures.one(kHoldsInForce, static_cast<std::int64_t>(in_force_.size()));
    figures.one(kHoldsLate, late);
    figures.one(kHeldEvents, static_cast<std::int64_t>(held.size()));
  }

 private:
  struct InForce {
    std::vector<Sequence> events;
    TimeUs review_by;
  };
  std::map<Sequence, InForce> in_force_;  // by hold.placed
  CountsOf<policy::HoldReason> asked_, placed_;
};

}  // namespace

std::unique_ptr<Topic> retention_topic(const Period& period) {
  return std::make_unique<Retention>(period);
}
std::unique_ptr<Topic> holds_topic(const Period& period) { return std::make_unique<Holds>(period); }

}  // namespace alpr::figures
