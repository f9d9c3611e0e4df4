// The registers of uploads: which batch numbers were taken, and what a bucket amounted to.
//
// Upload rows go with their upload's bucket; the highest batch number and the summaries are
// permanent. Written by fold_reads alone; find and list functions read any snapshot on any thread
// and fail with kCorrupt when a row does not read back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/registers.h"
#include "policy/records/reads.h"

namespace alpr::policy {

// A batch's result, with which sending it again is answered.
struct UploadRow {
  Sequence upload;
  TimeUs received_at;
  std::int64_t batch = 0;
  std::int64_t reads = 0;  // the events upload + 1 ...
  std::int64_t hits = 0;   // ... and those after them
  std::optional<Digest> link = std::nullopt;
  template <typename M>
  void members(M& m) {
    m("upload", upload);
    m("received_at", received_at);
    m("batch", batch);
    m("reads", reads);
    m("hits", hits);
    m("link", link);
  }
};

struct SummaryRow {
  Sequence summary;
  BucketSummarised counts;
  template <typename M>
  void members(M& m) {
    m("summary", summary);
    m("counts", counts);
  }
};

Result<std::optional<UploadRow>> find_upload(const chain::RegisterReader& rows,
                                             std::string_view device, std::int64_t batch);
// 0 when the device never sent one. Outlives its uploads (event-format.md: numbers are kept for
// ever).
Result<std::int64_t> highest_batch(const chain::RegisterReader& rows, std::string_view device);
// An upload of this device with a lower number that is not past due: then `batch` was never
// received, for numbers come in growing order and are purged in that order.
Result<bool> has_live_batch_below(const chain::RegisterReader& rows, std::string_view device,
                                  std::int64_t batch, TimeUs now);

Result<std::optional<SummaryRow>> find_summary(const chain::RegisterReader& rows, Bucket bucket);
Result<std::vector<SummaryRow>> list_summaries(const chain::RegisterReader& rows);  // by bucket

// Folds kinds 64 and 79.
Result<void> fold_reads(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
