#include "policy/registers/holds.h"

#include "policy/registers/tables.h"

namespace alpr::policy {

namespace {

Result<void> decide_request(chain::RegisterWriter& rows, Sequence request, RequestState state) {
  auto row =
      need_row<HoldRequestRow>(rows, table::kHoldRequests, seq_key(request), "hold.requested");
  if (!row) return tl::unexpected(row.error());
  row->state = state;
  return write_row(rows, table::kHoldRequests, seq_key(request), *row);
}

Result<void> fold_placed(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto placed = from_event<HoldPlaced>(event);
  if (!placed) return tl::unexpected(placed.error());
  if (auto done = decide_request(rows, placed->request, RequestState::kApproved); !done)
    return done;
  const HoldRow row{event.header.seq,
                    false,
                    placed->case_number,
                    placed->reason,
                    placed->requester.username,
                    placed->by.username,
                    event.header.time,
                    placed->review_by,
                    placed->events};
  return write_row(rows, table::kHolds, seq_key(row.hold), row);
}

Result<void> fold_released(const chain::EventView& event, chain::RegisterWriter& rows) {
  const auto released = from_event<HoldReleased>(event);
  if (!released) return tl::unexpected(released.error());
  auto row = need_row<HoldRow>(rows, table::kHolds, seq_key(released->hold), "hold.placed");
  if (!row) return tl::unexpected(row.error());
  row->released = true;
  return write_row(rows, table::kHolds, seq_key(row->hold), *row);
}

}  // namespace

Result<std::optional<HoldRequestRow>> find_hold_request(const chain::RegisterReader& rows,
                                                        Sequence request) {
  return read_row<HoldRequestRow>(rows, table::kHoldRequests, seq_key(request));
}

Result<std::optional<HoldRow>> find_hold(const chain::RegisterReader& rows, Sequence hold) {
  return read_row<HoldRow>(rows, table::kHolds, seq_key(hold));
}

Result<std::vector<HoldRequestRow>> list_hold_requests(const chain::RegisterReader& rows,
                                                       std::size_t limit) {
  return list_rows<HoldRequestRow>(rows, table::kHoldRequests, chain::RowKey(), limit);
}

Result<std::vector<HoldRow>> list_holds(const chain::RegisterReader& rows, std::size_t limit) {
  return list_rows<HoldRow>(rows, table::kHolds, chain::RowKey(), limit);
}

Result<void> fold_holds(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case HoldRequested::kKind.number: {
      auto asked = from_event<HoldRequested>(event);
      if (!asked) return tl::unexpected(asked.error());
      const HoldRequestRow row{event.header.seq, RequestState::kPending, std::move(*asked)};
      return write_row(rows, table::kHoldRequests, seq_key(row.request), row);
    }
    case HoldDenied::kKind.number: {
      const auto denied = from_event<HoldDenied>(event);
      if (!denied) return tl::unexpected(denied.error());
      return decide_request(rows, denied->request, RequestState::kDenied);
    }
    case HoldPlaced::kKind.number:
      return fold_placed(event, rows);
    case HoldReleased::kKind.number:
      return fold_released(event, rows);
    default:
      return {};
  }
}

}  // namespace alpr::policy
