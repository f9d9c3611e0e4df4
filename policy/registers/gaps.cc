#include "policy/registers/gaps.h"

#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

Result<void> write(chain::RegisterWriter& rows, const GapRow& row) {
  return write_row(rows, table::kGaps, seq_key(row.gap), row);
}

Result<void> fold_recorded(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto recorded = from_event<GapRecorded>(event);
  if (!recorded) return tl::unexpected(recorded.error());
  const GapRow row{event.header.seq, event.header.time, std::move(*recorded),
                   std::nullopt,     std::nullopt,      std::nullopt};
  return write(rows, row);
}

Result<void> fold_closed(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto closed = from_event<GapClosed>(event);
  if (!closed) return tl::unexpected(closed.error());
  auto row = need_row<GapRow>(rows, table::kGaps, seq_key(closed->gap), "gap.recorded");
  if (!row) return tl::unexpected(row.error());
  row->closed = event.header.seq;
  row->closed_at = event.header.time;
  row->how = std::move(closed->how);
  return write(rows, *row);
}

}  // namespace

Result<std::optional<GapRow>> find_gap(const chain::RegisterReader& rows, Sequence gap) {
  return read_row<GapRow>(rows, table::kGaps, seq_key(gap));
}

Result<std::vector<GapRow>> list_gaps(const chain::RegisterReader& rows, Sequence from,
                                      std::size_t limit) {
  return list_rows_from<GapRow>(rows, table::kGaps, seq_key(from), limit);
}

Result<void> fold_gaps(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case GapRecorded::kKind.number:
      return fold_recorded(event, rows);
    case GapClosed::kKind.number:
      return fold_closed(event, rows);
    default:
      return {};
  }
}

}  // namespace alpr::policy
