#include "policy/registers/reads.h"

#include <algorithm>

#include "policy/registers/devices.h"
#include "policy/registers/rows.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kSummariesMax = 10'000'000;  // 15 minutes each: over 280 years

struct BatchRow {
  std::string device;
  std::int64_t highest = 0;
  template <typename M>
  void members(M& m) {
    m("device", device);
    m("highest", highest);
  }
};

// Rows of thirty-day events are keyed by numbers alone (ledger/store/registers.h), so a device
// stands there by the seq of its enrolment. nullopt: no such device.
Result<std::optional<chain::RowKey>> uploads_of(const chain::RegisterReader& rows,
                                                std::string_view device) {
  const auto row = find_device(rows, device);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::optional<chain::RowKey>();
  return std::optional(seq_key((*row)->enrolled));
}

chain::RowKey bucket_key(std::int64_t bucket) {
  return chain::RowKey().number(static_cast<std::uint64_t>(bucket));
}

// Permanent, though uploads feed it: bucket.summarised says the same again before its bucket can be
// purged.
Result<void> raise_highest(chain::RegisterWriter& rows, const std::string& device,
                           std::int64_t batch) {
  auto highest = highest_batch(rows, device);
  if (!highest) return tl::unexpected(highest.error());
  if (*highest >= batch) return {};
  return write_row(rows, table::kBatchHighest, text_key(device), BatchRow{device, batch});
}

Result<void> fold_received(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (!event.have_payload) return {};  // purged
  auto e = from_event<UploadReceived>(event);
  if (!e) return tl::unexpected(e.error());
  auto key = uploads_of(rows, e->device);
  if (!key) return tl::unexpected(key.error());
  if (!*key) return fail(ErrorCode::kCorrupt, "an upload's device is not in the register");
  (*key)->number(static_cast<std::uint64_t>(e->batch));
  const UploadRow row{event.header.seq, event.header.time, e->batch, e->reads, e->hits, e->link};
  auto written = write_row(rows, table::kUploads, **key, row, event.header.seq);
  if (!written) return written;
  return raise_highest(rows, e->device, e->batch);
}

Result<void> fold_summarised(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<BucketSummarised>(event);
  if (!e) return tl::unexpected(e.error());
  for (const DeviceCount& device : e->devices) {
    if (auto raised = raise_highest(rows, device.device, device.batch_last); !raised) return raised;
  }
  const chain::RowKey key = bucket_key(e->bucket);
  return write_row(rows, table::kSummaries, key, SummaryRow{event.header.seq, std::move(*e)});
}

}  // namespace

Result<std::optional<UploadRow>> find_upload(const chain::RegisterReader& rows,
                                             std::string_view device, std::int64_t batch) {
  auto key = uploads_of(rows, device);
  if (!key) return tl::unexpected(key.error());
  if (!*key) return std::optional<UploadRow>();
  (*key)->number(static_cast<std::uint64_t>(batch));
  return read_row<UploadRow>(rows, table::kUploads, **key);
}

Result<std::int64_t> highest_batch(const chain::RegisterReader& rows, std::string_view device) {
  auto row = read_row<BatchRow>(rows, table::kBatchHighest, text_key(device));
  if (!row) return tl::unexpected(row.error());
  return *row ? (*row)->highest : 0;
}

Result<bool> has_live_batch_below(const chain::RegisterReader& rows, std::string_view device,
                                  std::int64_t batch, TimeUs now) {
  const auto key = uploads_of(rows, device);
  if (!key) return tl::unexpected(key.error());
  if (!*key) return false;
  bool found = false;
  std::optional<Error> error;
  auto scanned = rows.scan(table::kUploads, **key, [&](std::string_view value) {
    auto row = from_json_text<UploadRow>(value);
    if (!row) {
      error = Error{ErrorCode::kCorrupt, "an upload row is malformed: " + row.error().detail};
      return false;
    }
    if (row->batch >= batch) return false;  // rows come by number
    found = now < due_time(row->received_at);
    return !found;
  });
  if (!scanned) return tl::unexpected(scanned.error());
  if (error) return tl::unexpected(*error);
  return found;
}

Result<std::optional<SummaryRow>> find_summary(const chain::RegisterReader& rows, Bucket bucket) {
  return read_row<SummaryRow>(rows, table::kSummaries,
                              bucket_key(static_cast<std::int64_t>(bucket.value)));
}

Result<std::vector<SummaryRow>> list_summaries(const chain::RegisterReader& rows) {
  return list_rows<SummaryRow>(rows, table::kSummaries, {}, kSummariesMax);
}

Result<void> fold_reads(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (event.header.kind == UploadReceived::kKind.number) return fold_received(event, rows);
  if (event.header.kind == BucketSummarised::kKind.number) return fold_summarised(event, rows);
  return {};
}

}  // namespace alpr::policy
