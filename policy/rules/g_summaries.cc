// bucket.summarised: what 15 minutes of uploads amounted to, counted while it can still be checked
// (I12-B-1, G-1, L-5).
#include <map>

#include "policy/records/hits.h"
#include "policy/rules/b_reads.h"

namespace alpr::policy {
namespace {

struct Tally {
  std::int64_t uploads = 0;
  std::int64_t reads = 0;
  std::map<HotlistSource, SourceCount> hits;
  std::map<std::string, DeviceCount> devices;
};

Result<void> count_event(const chain::EventView& event, Tally& tally) {
  if (event.header.kind == UploadReceived::kKind.number) {
    auto upload = from_event<UploadReceived>(event);
    if (!upload) return tl::unexpected(upload.error());
    DeviceCount& device = tally.devices[upload->device];
    ++tally.uploads;
    ++device.uploads;
    device.batch_last = std::max(device.batch_last, upload->batch);
  } else if (event.header.kind == ReadRecorded::kKind.number) {
    auto read = from_event<ReadRecorded>(event);
    if (!read) return tl::unexpected(read.error());
    ++tally.reads;
    ++tally.devices[read->device].reads;
  } else if (event.header.kind == HitRaised::kKind.number) {
    auto hit = from_event<HitRaised>(event);
    if (!hit) return tl::unexpected(hit.error());
    SourceCount& source = tally.hits[hit->entry.source];
    source.source = hit->entry.source;
    ++source.hits;
    if (hit->match == MatchKind::kOcrEquivalent) ++source.ocr_equivalent;
  }
  return {};
}

}  // namespace

Decision summarise(const State& state, Bucket bucket, std::span<const chain::EventView> events,
                   const Moment& moment) {
  if (moment.now < bucket_end(bucket)) {
    return Decision::not_judged(ErrorCode::kConflict, "the bucket's 15 minutes are not over");
  }
  const auto before = find_summary(state.rows, bucket);
  if (!before) return not_judged(before.error());
  if (*before)
    return Decision::not_judged(ErrorCode::kConflict, "the bucket is summarised already");
  if (events.empty()) return Decision::not_judged(ErrorCode::kNotFound, "the bucket has no events");
  Tally tally;
  for (const chain::EventView& event : events) {
    ALPR_CHECK(event.header.retention == chain::Retention::kThirtyDay &&
               bucket_of(event.header.time) == bucket);
    if (auto counted = count_event(event, tally); !counted) return not_judged(counted.error());
  }
  BucketSummarised record;
  record.policy = moment.policy->version;
  record.bucket = static_cast<std::int64_t>(bucket.value);
  record.first = events.front().header.seq;
  record.last = events.back().header.seq;
  record.uploads = tally.uploads;
  record.reads = tally.reads;
  for (const auto& [source, count] : tally.hits) record.hits.push_back(count);
  for (auto& [name, count] : tally.devices) {
    const auto device = find_device(state.rows, name);
    if (!device) return not_judged(device.error());
    count.device = name;
    if (*device) count.police_area = (*device)->police_area;
    record.devices.push_back(count);
  }
  return Decision{}.then(record);
}

}  // namespace alpr::policy
