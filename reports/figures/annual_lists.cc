// Hot lists and how fresh they were (I12-C2B1), custom entries and how long they waited (I12-C2B2).
#include <algorithm>
#include <array>
#include <map>

#include "policy/records/hotlists.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::EntryApproved;
using policy::EntryDenied;
using policy::EntryRemoved;
using policy::EntryRequested;
using policy::HotlistConfirmed;
using policy::HotlistFetchFailed;
using policy::HotlistImportRefused;
using policy::HotlistLoaded;
using policy::HotlistStale;

constexpr FigureText kLoaded = {"C2B1.loads", "A", "I12-C2B1-1", "General lists loaded, by source",
                                "Events hotlist.loaded of the period, by source."};
constexpr FigureText kConfirmed = {"C2B1.confirmed", "A", "I12-C2B1-1",
                                   "General lists found unchanged, by source",
                                   "Events hotlist.confirmed of the period, by source."};
constexpr FigureText kFailed = {"C2B1.fetches-failed", "A", "I12-C2B1-1",
                                "Fetches that failed, by source",
                                "Events hotlist.fetch-failed of the period, by source."};
constexpr FigureText kRefusedLists = {"C2B1.imports-refused", "A", "I12-C2B1-2",
                                      "Lists that were not let in",
                                      "Events hotlist.import-refused of the period."};
constexpr FigureText kStale = {
    "C2B1.stale", "F", "I12-C2B1-1", "Times that a list was older than 24 hours, by source",
    "Events hotlist.stale of the period, by source: one each time a list became too old."};

constexpr FigureText kRequested = {"C2B2.requested", "A", "I12-K-3",
                                   "Custom entries asked for, by purpose",
                                   "Events hotlist.entry-requested of the period, by purpose."};
constexpr FigureText kApproved = {"C2B2.approved", "A", "I12-K-3", "Custom entries approved",
                                  "Events hotlist.entry-approved of the period."};
constexpr FigureText kDenied = {"C2B2.denied", "A", "I12-K-3", "Custom entries denied",
                                "Events hotlist.entry-denied of the period."};
constexpr FigureText kRemoved = {"C2B2.removed", "A", "I12-K-3", "Custom entries taken out",
                                 "Events hotlist.entry-removed of the period."};
constexpr FigureText kExpired = {
    "C2B2.expired", "A", "I12-K-3", "Custom entries that expired",
    "Approved entries whose expires_at is in the period, and that were not taken out before."};
constexpr FigureText kPending = {
    "C2B2.pending", "A", "I12-K-3", "Custom entries that still waited at the period's end",
    "Events hotlist.entry-requested before the period's end without an approval, denial, removal "
    "or expiry before it."};
constexpr FigureText kMedian = {
    "C2B2.latency.median", "A", "I12-C2B2-2", "Seconds from request to approval, median",
    "Of the approvals of the period the whole seconds since their request, in rising order: the "
    "one at place n/2, rounded up."};
constexpr FigureText kNinetieth = {
    "C2B2.latency.p90", "A", "I12-C2B2-2", "Seconds from request to approval, nine of ten",
    "Of the approvals of the period the whole seconds since their request, in rising order: the "
    "one at place 9n/10, rounded up."};

class Lists : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{HotlistLoaded::kKind.number, HotlistConfirmed::kKind.number,
                                       HotlistFetchFailed::kKind.number,
                                       HotlistStale::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (!within(event)) return {};
    if (is<HotlistLoaded>(event)) return count<HotlistLoaded>(event, loaded_);
    if (is<HotlistConfirmed>(event)) return count<HotlistConfirmed>(event, confirmed_);
    if (is<HotlistFetchFailed>(event)) return count<HotlistFetchFailed>(event, failed_);
    if (is<HotlistStale>(event)) return count<HotlistStale>(event, stale_);
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    figures.each(kLoaded, loaded_);
    figures.each(kConfirmed, confirmed_);
    figures.each(kFailed, failed_);
    figures.one(kRefusedLists, kinds.of<HotlistImportRefused>());
    figures.each(kStale, stale_);
  }

 private:
  using BySource = CountsOf<policy::HotlistSource>;
  template <policy::Record R>
  static Result<void> count(const SeenEvent& event, BySource& counts) {
    const auto record = open_part<R>(event);
    if (!record) return tl::unexpected(record.error());
    ++counts[record->source];
    return {};
  }
  BySource loaded_, confirmed_, failed_, stale_;
};

struct Entry {
  TimeUs asked_at;
  TimeUs expires_at;
  std::optional<Sequence> supersedes;
  bool approved = false;
};

class Entries : public Topic {
 public:
  using Topic::Topic;
  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{EntryRequested::kKind.number, EntryApproved::kKind.number,
                                       EntryDenied::kKind.number, EntryRemoved::kKind.number};
    return kKinds;
  }
  Result<void> take(const SeenEvent& event) override {
    if (after(event)) return {};
    if (is<EntryRequested>(event)) return request(event);
    if (is<EntryApproved>(event)) return approve(event);
    if (is<EntryDenied>(event)) return end<EntryDenied>(event);
    if (is<EntryRemoved>(event)) return end<EntryRemoved>(event);
    return {};
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    std::int64_t expired = 0;
    std::int64_t pending = 0;
    for (const auto& [seq, entry] : entries_) {
      expired += entry.approved && period_.has(entry.expires_at) ? 1 : 0;
      pending += !entry.approved && entry.expires_at >= period_.until ? 1 : 0;
    }
    figures.each(kRequested, requested_);
    figures.one(kApproved, kinds.of<EntryApproved>());
    figures.one(kDenied, kinds.of<EntryDenied>());
    figures.one(kRemoved, kinds.of<EntryRemoved>());
    figures.one(kExpired, expired);
    figures.one(kPending, pending);
    figures.one(kMedian, at_place(1, 2));
    figures.one(kNinetieth, at_place(9, 10));
  }

 private:
  Result<void> request(const SeenEvent& event) {
    const auto record = open_part<EntryRequested>(event);
    if (!record) return tl::unexpected(record.error());
    if (within(event)) ++requested_[record->purpose];
    entries_[event.header.seq] = {event.header.time, record->expires_at, record->supersedes};
    return {};
  }
  Result<void> approve(const SeenEvent& event) {
    const auto record = open_part<EntryApproved>(event);
    if (!record) return tl::unexpected(record.error());
    const auto entry = entries_.find(record->request);
    if (entry == entries_.end())
      return fail(ErrorCode::kMalformed, "an approval names no request that is in the log");
    entry->second.approved = true;
    if (within(event))
      waits_.push_back((event.header.time.value - entry->second.asked_at.value) / kSecondUs);
    if (entry->second.supersedes) forget(*entry->second.supersedes, event.header.time);
    return {};
  }
  template <policy::Record R>
  Result<void> end(const SeenEvent& event) {
    const auto record = open_part<R>(event);
    if (!record) return tl::unexpected(record.error());
    forget(record->request, event.header.time);
    return {};
  }
  // What had expired already stays: that it expired is counted.
  void forget(Sequence request, TimeUs at) {
    const auto entry = entries_.find(request);
    if (entry != entries_.end() && entry->second.expires_at > at) entries_.erase(entry);
  }
  std::optional<std::int64_t> at_place(std::size_t part, std::size_t of) const {
    if (waits_.empty()) return std::nullopt;
    std::vector<std::int64_t> sorted = waits_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[(sorted.size() * part + of - 1) / of - 1];
  }

  std::map<Sequence, Entry> entries_;  // by request; without those that ended before expiry
  CountsOf<policy::BoloPurpose> requested_;
  std::vector<std::int64_t> waits_;  // seconds
};

}  // namespace

std::unique_ptr<Topic> lists_topic(const Period& period) { return std::make_unique<Lists>(period); }
std::unique_ptr<Topic> entries_topic(const Period& period) {
  return std::make_unique<Entries>(period);
}

}  // namespace alpr::figures
