#include "policy/registers/sharing.h"

#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

Result<SharingRow> need_sharing(const chain::RegisterReader& rows, Sequence request) {
  return need_row<SharingRow>(rows, table::kSharing, seq_key(request), "sharing.requested");
}

Result<void> write(chain::RegisterWriter& rows, const SharingRow& row) {
  return write_row(rows, table::kSharing, seq_key(row.request), row);
}

Result<void> fold_filed(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto filed = from_event<DocumentFiled>(event);
  if (!filed) return tl::unexpected(filed.error());
  const DocumentRow row{event.header.seq, event.header.time, filed->bytes, filed->sha256,
                        filed->by.username};
  return write_row(rows, table::kDocuments, seq_key(row.document), row);
}

Result<void> fold_requested(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto asked = from_event<SharingRequested>(event);
  if (!asked) return tl::unexpected(asked.error());
  SharingRow row;
  row.request = event.header.seq;
  row.state = SharingState::kPending;
  row.requested_at = event.header.time;
  row.asked = std::move(*asked);
  return write(rows, row);
}

Result<void> fold_decided(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto decided = from_event<SharingDecided>(event);
  if (!decided) return tl::unexpected(decided.error());
  auto row = need_sharing(rows, decided->request);
  if (!row) return tl::unexpected(row.error());
  row->state =
      decided->outcome == ShareOutcome::kHonored ? SharingState::kHonored : SharingState::kDenied;
  row->decision = SharingDecisionRow{event.header.seq, event.header.time, decided->outcome,
                                     std::move(decided->reason), std::move(decided->by)};
  return write(rows, *row);
}

Result<void> fold_withdrawn(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto withdrawn = from_event<SharingWithdrawn>(event);
  if (!withdrawn) return tl::unexpected(withdrawn.error());
  auto row = need_sharing(rows, withdrawn->request);
  if (!row) return tl::unexpected(row.error());
  row->state = SharingState::kWithdrawn;
  row->withdrawn = event.header.seq;
  return write(rows, *row);
}

Result<void> fold_released(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto released = from_event<SharingReleased>(event);
  if (!released) return tl::unexpected(released.error());
  auto row = need_sharing(rows, released->request);
  if (!row) return tl::unexpected(row.error());
  row->state = SharingState::kReleased;
  row->release = SharingReleaseRow{event.header.seq, event.header.time, std::move(*released)};
  return write(rows, *row);
}

}  // namespace

Result<std::optional<SharingRow>> find_sharing(const chain::RegisterReader& rows,
                                               Sequence request) {
  return read_row<SharingRow>(rows, table::kSharing, seq_key(request));
}

Result<std::vector<SharingRow>> list_sharing(const chain::RegisterReader& rows, Sequence from,
                                             std::size_t limit) {
  return list_rows_from<SharingRow>(rows, table::kSharing, seq_key(from), limit);
}

Result<std::optional<DocumentRow>> find_document(const chain::RegisterReader& rows,
                                                 Sequence document) {
  return read_row<DocumentRow>(rows, table::kDocuments, seq_key(document));
}

Result<void> fold_sharing(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case DocumentFiled::kKind.number:
      return fold_filed(event, rows);
    case SharingRequested::kKind.number:
      return fold_requested(event, rows);
    case SharingDecided::kKind.number:
      return fold_decided(event, rows);
    case SharingWithdrawn::kKind.number:
      return fold_withdrawn(event, rows);
    case SharingReleased::kKind.number:
      return fold_released(event, rows);
    default:
      return {};
  }
}

}  // namespace alpr::policy
