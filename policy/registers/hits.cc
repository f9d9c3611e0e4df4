#include "policy/registers/hits.h"

#include <algorithm>

#include "policy/registers/rows.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kResponsesMax = 10'000'000;
constexpr std::size_t kStopsMax = 10'000'000;

struct ShownRow {
  Sequence event;  // the first hits.disclosed that showed it
  template <typename M>
  void members(M& m) {
    m("event", event);
  }
};

chain::RowKey shown_key(Sequence hit, std::string_view username) {
  return chain::RowKey().number(hit.value).text(username);
}

Result<void> fold_raised(const chain::EventView& event, chain::RegisterWriter& rows) {
  if (!event.have_payload) return {};  // purged
  auto e = from_event<HitRaised>(event);
  if (!e) return tl::unexpected(e.error());
  const HitRow row{event.header.seq, event.header.time, std::move(*e)};
  return write_row(rows, table::kHits, seq_key(row.hit), row, row.hit);
}

Result<void> fold_disclosed(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<HitsDisclosed>(event);
  if (!e) return tl::unexpected(e.error());
  for (const Sequence hit : e->hits) {
    auto shown = was_shown(rows, hit, e->by.username);
    if (!shown) return tl::unexpected(shown.error());
    if (*shown) continue;
    auto written = write_row(rows, table::kHitsShown, shown_key(hit, e->by.username),
                             ShownRow{event.header.seq});
    if (!written) return written;
  }
  return {};
}

Result<HitResponseRow> response_or_new(const chain::RegisterReader& rows, Sequence hit,
                                       const HitFacts& facts, TimeUs at) {
  auto found = find_response(rows, hit);
  if (!found) return tl::unexpected(found.error());
  if (*found) return std::move(**found);
  HitResponseRow row;
  row.hit = hit;
  row.facts = facts;
  row.first_at = at;
  return row;
}

void stands(HitResponseRow& row, const HitStepRecorded& step, Sequence seq) {
  switch (step.step) {
    case HitStep::kPlateConfirmed:
      row.plate_confirmed = seq;
      return;
    case HitStep::kVisualMatch:
      row.visual_match = seq;
      return;
    case HitStep::kCletsVerified:
      row.clets_verified = seq;
      return;
    case HitStep::kAttributesChecked:
      row.attributes_checked = seq;
      return;
    case HitStep::kAdditional:
      std::erase_if(row.additional, [&](const auto& one) { return one.name == step.additional; });
      row.additional.push_back({step.additional.value_or(""), seq});
      return;
    case HitStep::kFollowing:
      row.following = seq;
      return;
  }
}

Result<void> fold_step(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<HitStepRecorded>(event);
  if (!e) return tl::unexpected(e.error());
  auto row = response_or_new(rows, e->hit, e->facts, event.header.time);
  if (!row) return tl::unexpected(row.error());
  if (e->done) stands(*row, *e, event.header.seq);
  row->state = e->state;
  row->last_at = event.header.time;
  row->last_by = e->by.username;
  return write_row(rows, table::kResponses, seq_key(e->hit), *row);
}

Result<void> fold_validated(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<HitValidated>(event);
  if (!e) return tl::unexpected(e.error());
  auto row =
      need_row<HitResponseRow>(rows, table::kResponses, seq_key(e->hit), "response to a hit");
  if (!row) return tl::unexpected(row.error());
  row->state = HitState::kFullyValidated;
  row->validated = event.header.seq;
  return write_row(rows, table::kResponses, seq_key(e->hit), *row);
}

Result<void> fold_stop(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<StopDocumented>(event);
  if (!e) return tl::unexpected(e.error());
  auto row = response_or_new(rows, e->hit, e->facts, event.header.time);
  if (!row) return tl::unexpected(row.error());
  const bool acted = e->action == StopAction::kFreedomRestricted ||
                     e->disposition == Disposition::kRecoveredVehicle;
  row->state = acted ? HitState::kActioned : HitState::kClosed;
  row->stop = event.header.seq;
  row->last_at = event.header.time;
  row->last_by = e->by.username;
  if (auto written = write_row(rows, table::kResponses, seq_key(e->hit), *row); !written)
    return written;
  return write_row(rows, table::kStops, seq_key(event.header.seq),
                   StopRow{event.header.seq, event.header.time, std::move(*e), {}});
}

Result<void> fold_follow_up(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<StopFollowedUp>(event);
  if (!e) return tl::unexpected(e.error());
  auto row = need_row<StopRow>(rows, table::kStops, seq_key(e->stop), "stop");
  if (!row) return tl::unexpected(row.error());
  row->follow_ups.push_back({event.header.seq, event.header.time, e->by.name, e->next_steps});
  return write_row(rows, table::kStops, seq_key(e->stop), *row);
}

// Oldest first.
Result<std::vector<HitRow>> hits_between(const chain::RegisterReader& rows, Sequence from,
                                         Sequence until) {
  std::vector<HitRow> hits;
  std::optional<Error> error;
  auto scanned = rows.scan_from(table::kHits, seq_key(from), [&](std::string_view value) {
    auto row = from_json_text<HitRow>(value);
    if (!row) {
      error = Error{ErrorCode::kCorrupt, "a hit's row is malformed: " + row.error().detail};
      return false;
    }
    if (row->hit >= until) return false;
    hits.push_back(std::move(*row));
    return true;
  });
  if (!scanned) return tl::unexpected(scanned.error());
  if (error) return tl::unexpected(*error);
  return hits;
}

}  // namespace

Result<std::optional<HitRow>> find_hit(const chain::RegisterReader& rows, Sequence hit) {
  return read_row<HitRow>(rows, table::kHits, seq_key(hit));
}

Result<std::vector<HitRow>> newest_hits(const chain::RegisterReader& rows, TimeUs now, Sequence end,
                                        std::size_t limit, const KeepHit& keep) {
  constexpr std::uint64_t kFirstSpan = 4'096;  // events that are looked back over at first
  std::vector<HitRow> newest;
  std::uint64_t until = end.value;
  for (std::uint64_t span = kFirstSpan; until > 0 && newest.size() < limit; span *= 4) {
    const std::uint64_t from = until > span ? until - span : 0;
    auto found = hits_between(rows, Sequence{from}, Sequence{until});
    if (!found) return found;
    bool due = false;
    for (auto hit = found->rbegin(); hit != found->rend() && newest.size() < limit; ++hit) {
      due = now >= due_time(hit->raised_at);
      if (due) break;  // and so are all before it
      const auto kept = keep(*hit);
      if (!kept) return tl::unexpected(kept.error());
      if (*kept) newest.push_back(std::move(*hit));
    }
    if (due) break;
    until = from;
  }
  return newest;
}

Result<std::vector<HitRow>> hits_after(const chain::RegisterReader& rows, Sequence after,
                                       TimeUs now, std::size_t limit) {
  std::vector<HitRow> hits;
  std::optional<Error> error;
  auto scanned =
      rows.scan_from(table::kHits, seq_key(Sequence{after.value + 1}), [&](std::string_view value) {
        if (hits.size() >= limit) return false;
        auto row = from_json_text<HitRow>(value);
        if (!row) {
          error = Error{ErrorCode::kCorrupt, "a hit's row is malformed: " + row.error().detail};
          return false;
        }
        if (now < due_time(row->raised_at)) hits.push_back(std::move(*row));
        return true;
      });
  if (!scanned) return tl::unexpected(scanned.error());
  if (error) return tl::unexpected(*error);
  return hits;
}

Result<std::optional<HitResponseRow>> find_response(const chain::RegisterReader& rows,
                                                    Sequence hit) {
  return read_row<HitResponseRow>(rows, table::kResponses, seq_key(hit));
}

Result<std::vector<HitResponseRow>> undocumented_responses(const chain::RegisterReader& rows) {
  auto all = list_rows<HitResponseRow>(rows, table::kResponses, {}, kResponsesMax);
  if (!all) return all;
  std::erase_if(*all, [](const HitResponseRow& row) { return row.stop.has_value(); });
  return all;
}

Result<std::optional<StopRow>> find_stop(const chain::RegisterReader& rows, Sequence stop) {
  return read_row<StopRow>(rows, table::kStops, seq_key(stop));
}

Result<std::vector<StopRow>> list_stops(const chain::RegisterReader& rows) {
  return list_rows<StopRow>(rows, table::kStops, {}, kStopsMax);
}

Result<std::vector<StopRow>> stops_of(const chain::RegisterReader& rows, const StopPeriod& period,
                                      std::size_t limit) {
  std::vector<StopRow> stops;
  std::optional<Error> error;
  auto scanned = rows.scan(table::kStops, {}, [&](std::string_view value) {
    auto row = from_json_text<StopRow>(value);
    if (!row) {
      error = Error{ErrorCode::kCorrupt, "a stop's row is malformed: " + row.error().detail};
      return false;
    }
    if (row->stop.value >= period.size || row->documented_at >= period.to) return false;
    if (row->documented_at < period.from) return true;
    if (stops.size() >= limit) {
      error = Error{ErrorCode::kTooLarge,
                    "more stops than one answer takes: ask for a shorter "
                    "period"};
      return false;
    }
    std::erase_if(row->follow_ups,
                  [&](const FollowUp& one) { return one.event.value >= period.size; });
    stops.push_back(std::move(*row));
    return true;
  });
  if (!scanned) return tl::unexpected(scanned.error());
  if (error) return tl::unexpected(*error);
  return stops;
}

Result<bool> was_shown(const chain::RegisterReader& rows, Sequence hit, std::string_view username) {
  auto row = rows.get(table::kHitsShown, shown_key(hit, username));
  if (!row) return tl::unexpected(row.error());
  return row->has_value();
}

Result<void> fold_hits(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case HitRaised::kKind.number:
      return fold_raised(event, rows);
    case HitsDisclosed::kKind.number:
      return fold_disclosed(event, rows);
    case HitStepRecorded::kKind.number:
      return fold_step(event, rows);
    case HitValidated::kKind.number:
      return fold_validated(event, rows);
    case StopDocumented::kKind.number:
      return fold_stop(event, rows);
    case StopFollowedUp::kKind.number:
      return fold_follow_up(event, rows);
    default:
      return {};
  }
}

}  // namespace alpr::policy
