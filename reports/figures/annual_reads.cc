// Reads and hits (I12-B-1, C2A-8). Totals are counted by headers, which stay for ever; what a
// header does not tell comes from the summaries that were made while the reads were there.
#include <algorithm>
#include <array>

#include "ledger/chain/encoding.h"
#include "policy/records/hits.h"
#include "policy/records/reads.h"
#include "reports/figures/topic.h"

namespace alpr::figures {
namespace {

using policy::BucketSummarised;
using policy::HitRaised;
using policy::ReadRecorded;
using policy::UploadReceived;

constexpr FigureText kReads = {"B1.reads", "A", "I12-B-1", "Reads",
                               "Events read.recorded whose header time is in the period."};
constexpr FigureText kHits = {"B1.hits", "A", "I12-B-1", "Hits",
                              "Events hit.raised whose header time is in the period."};
constexpr FigureText kHitRate = {"B1.hit-rate", "A", "I12-B-1", "Hit rate",
                                 "Hits of the period, of the reads of the period."};
constexpr FigureText kUploads = {"B1.uploads", "A", "I12-B-1", "Uploads",
                                 "Events upload.received whose header time is in the period."};
constexpr FigureText kReadsByMonth = {
    "B1.reads.month", "A", "I12-B-1", "Reads by month",
    "Events read.recorded of the period, by the UTC month of their header time."};
constexpr FigureText kHitsByMonth = {
    "B1.hits.month", "A", "I12-B-1", "Hits by month",
    "Events hit.raised of the period, by the UTC month of their header time."};
constexpr FigureText kReadsByArea = {
    "B1.reads.area", "D", "I12-B-1", "Reads by police area",
    "Reads in the events bucket.summarised of the period's buckets, by the area of the device."};
constexpr FigureText kReadsByDevice = {
    "B1.reads.device", "A", "I12-B-1", "Reads by device",
    "Reads in the events bucket.summarised of the period's buckets, by the device's name."};
constexpr FigureText kHitsBySource = {
    "C2A8.hits.source", "A", "I12-C2A-8", "Hits by list",
    "Hits in the events bucket.summarised of the period's buckets, by the list's source."};
constexpr FigureText kOcr = {
    "C2A8.hits.ocr-equivalent", "A", "I12-C2A-8", "Hits by a plate that only looks alike",
    "Of the hits in the events bucket.summarised of the period's buckets those that were matched "
    "by an OCR equivalent, of all of them."};
constexpr FigureText kNotSummarised = {
    "B1.reads.not-summarised", "A", "I12-B-1", "Reads without a summary",
    "Reads of the period by headers, less those in the events bucket.summarised of its buckets: "
    "so many are in no table by area or device."};

class Reads : public Topic {
 public:
  explicit Reads(const Period& period) : Topic(period) {
    for (const auto& [name, none] : months_of(period)) months_[name] = {};
  }

  std::span<const std::uint16_t> reads() const override {
    static constexpr std::array kKinds{BucketSummarised::kKind.number};
    return kKinds;
  }
  bool takes_thirty_day() const override { return true; }
  Result<void> take(const SeenEvent& event) override {
    if (is<BucketSummarised>(event)) return take_summary(event);
    if (!within(event)) return {};
    if (is<ReadRecorded>(event)) ++month(event.header.time).reads;
    if (is<HitRaised>(event)) ++month(event.header.time).hits;
    return {};
  }
  void take_purged(const PurgedBucket& purged) override {
    const TimeUs start = bucket_start(purged.bucket);
    if (!period_.has(start)) return;
    month(start).reads += purged.counts.of<ReadRecorded>();
    month(start).hits += purged.counts.of<HitRaised>();
  }
  void tell(const KindCounts& kinds, FigureList& figures) const override {
    const std::int64_t reads = kinds.of<ReadRecorded>();
    const std::int64_t hits = kinds.of<HitRaised>();
    figures.one(kReads, reads);
    figures.one(kHits, hits);
    figures.ratio(kHitRate, hits, reads);
    figures.one(kUploads, kinds.of<UploadReceived>());
    Counts reads_by_month;
    Counts hits_by_month;
    for (const auto& [name, month] : months_) {
      reads_by_month[name] = month.reads;
      hits_by_month[name] = month.hits;
    }
    figures.each(kReadsByMonth, reads_by_month);
    figures.each(kHitsByMonth, hits_by_month);
    figures.each(kReadsByArea, areas_);
    figures.each(kReadsByDevice, devices_);
    figures.each(kHitsBySource, sources_);
    std::int64_t summarised_hits = 0;
    for (const auto& [source, count] : sources_) summarised_hits += count;
    figures.ratio(kOcr, ocr_, summarised_hits);
    figures.one(kNotSummarised, reads - summarised_);
  }

 private:
  struct Month {
    std::int64_t reads = 0;
    std::int64_t hits = 0;
  };
  // Most events are of the same day as the one before.
  Month& month(TimeUs time) {
    const std::int64_t day = time.value / (86'400 * kSecondUs);
    if (day != day_ || month_ == nullptr) {
      day_ = day;
      month_ = &months_[month_of(time)];
    }
    return *month_;
  }
  // Of the period's buckets, whenever it was appended: the last one's comes after the period.
  Result<void> take_summary(const SeenEvent& event) {
    const auto summary = open_part<BucketSummarised>(event);
    if (!summary) return tl::unexpected(summary.error());
    if (!period_.has(bucket_start({static_cast<std::uint64_t>(summary->bucket)}))) return {};
    summarised_ += summary->reads;
    for (const policy::SourceCount& source : summary->hits) {
      sources_[source.source] += source.hits;
      ocr_ += source.ocr_equivalent;
    }
    for (const policy::DeviceCount& device : summary->devices) {
      areas_[device.police_area] += device.reads;
      devices_[device.device] += device.reads;
    }
    return {};
  }

  std::map<std::string, Month> months_;
  Counts areas_, devices_;
  CountsOf<policy::HotlistSource> sources_;
  std::int64_t ocr_ = 0;
  std::int64_t summarised_ = 0;
  std::int64_t day_ = -1;
  Month* month_ = nullptr;  // of day_
};

}  // namespace

std::string month_of(TimeUs time) { return chain::format_time(time).substr(0, 7); }

Counts months_of(const Period& period) {
  constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
  Counts months;
  for (TimeUs day = period.from; day < period.until; day.value += kDayUs) months[month_of(day)] = 0;
  if (period.from < period.until) months[month_of({period.until.value - 1})] = 0;
  return months;
}

std::unique_ptr<Topic> reads_topic(const Period& period) { return std::make_unique<Reads>(period); }

}  // namespace alpr::figures
