#include "policy/registers/records_requests.h"

#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

Result<RecordsRequestRow> need_request(const chain::RegisterReader& rows, Sequence request) {
  return need_row<RecordsRequestRow>(rows, table::kRecordsRequests, seq_key(request),
                                     "records.requested");
}

Result<void> write(chain::RegisterWriter& rows, const RecordsRequestRow& row) {
  return write_row(rows, table::kRecordsRequests, seq_key(row.request), row);
}

Result<void> fold_requested(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto asked = from_event<RecordsRequested>(event);
  if (!asked) return tl::unexpected(asked.error());
  const RecordsRequestRow row{event.header.seq, event.header.time, std::move(*asked), std::nullopt,
                              std::nullopt};
  return write(rows, row);
}

Result<void> fold_decided(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto decided = from_event<RecordsDecided>(event);
  if (!decided) return tl::unexpected(decided.error());
  auto row = need_request(rows, decided->request);
  if (!row) return tl::unexpected(row.error());
  row->answer = RecordsAnswerRow{
      event.header.seq,          event.header.time,          decided->outcome, decided->exception,
      std::move(decided->basis), std::move(decided->reason), decided->by.name};
  return write(rows, *row);
}

Result<void> fold_closed(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto closed = from_event<RecordsClosed>(event);
  if (!closed) return tl::unexpected(closed.error());
  auto row = need_request(rows, closed->request);
  if (!row) return tl::unexpected(row.error());
  row->closed_at = event.header.time;
  return write(rows, *row);
}

}  // namespace

Result<std::optional<RecordsRequestRow>> find_records_request(const chain::RegisterReader& rows,
                                                              Sequence request) {
  return read_row<RecordsRequestRow>(rows, table::kRecordsRequests, seq_key(request));
}

Result<std::vector<RecordsRequestRow>> list_records_requests(const chain::RegisterReader& rows,
                                                             Sequence from, std::size_t limit) {
  return list_rows_from<RecordsRequestRow>(rows, table::kRecordsRequests, seq_key(from), limit);
}

Result<void> fold_records_requests(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case RecordsRequested::kKind.number:
      return fold_requested(event, rows);
    case RecordsDecided::kKind.number:
      return fold_decided(event, rows);
    case RecordsClosed::kKind.number:
      return fold_closed(event, rows);
    default:
      return {};
  }
}

}  // namespace alpr::policy
