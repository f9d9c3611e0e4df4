#include "policy/registers/hotlists.h"

#include "policy/registers/rows.h"
#include "policy/registers/tables.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kVersionsMax = 1'000'000;
constexpr std::size_t kEntriesMax = 1'000'000;

// The ledger's list.purged (ledger/chain/kinds.h).
struct ListPurged {
  Sequence loaded;
  std::int64_t blob = 0;
  Sequence superseded;
  std::int64_t count = 0;
  template <typename M>
  void members(M& m) {
    m("loaded", loaded);
    m("blob", blob);
    m("superseded", superseded);
    m("count", count);
  }
};

struct ActiveRow {
  Sequence loaded;
  template <typename M>
  void members(M& m) {
    m("loaded", loaded);
  }
};

Result<HotlistRow> need_version(const chain::RegisterReader& rows, Sequence loaded) {
  return need_row<HotlistRow>(rows, table::kHotlistVersions, seq_key(loaded), "hot-list version");
}
Result<EntryRow> need_entry(const chain::RegisterReader& rows, Sequence request) {
  return need_row<EntryRow>(rows, table::kEntries, seq_key(request), "custom entry");
}

Result<void> end_alarm(chain::RegisterWriter& rows, HotlistSource source) {
  return rows.erase(table::kHotlistAlarms, text_key(to_text(source)));
}

Result<void> raise_alarm(chain::RegisterWriter& rows, const chain::EventView& event,
                         HotlistAlarmRow row) {
  row.event = event.header.seq;
  row.since = event.header.time;
  return write_row(rows, table::kHotlistAlarms, text_key(to_text(row.source)), row);
}

Result<void> fold_fetch_failed(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<HotlistFetchFailed>(event);
  if (!e) return tl::unexpected(e.error());
  return raise_alarm(
      rows, event,
      {e->source, std::move(e->feed), {}, {}, std::string(to_text(e->why)), std::nullopt});
}

// A person who loads a file is told at once; an alarm is for what happens with nobody there.
Result<void> fold_import_refused(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<HotlistImportRefused>(event);
  if (!e) return tl::unexpected(e.error());
  const auto source = enum_from_text<HotlistSource>(e->source);
  if (!e->feed || !source) return {};
  return raise_alarm(rows, event, {*source, *e->feed, {}, {}, e->slug, e->file_sha256});
}

Result<void> fold_loaded(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<HotlistLoaded>(event);
  if (!e) return tl::unexpected(e.error());
  if (e->previous) {
    auto before = need_version(rows, *e->previous);
    if (!before) return tl::unexpected(before.error());
    before->superseded = event.header.seq;
    before->superseded_at = event.header.time;
    auto written = write_row(rows, table::kHotlistVersions, seq_key(*e->previous), *before);
    if (!written) return written;
  }
  HotlistRow row;
  row.loaded = event.header.seq;
  row.source = e->source;
  row.loaded_at = event.header.time;
  row.source_time = e->source_time;
  row.rows = e->rows;
  row.blob = e->blob;
  row.root = e->root;
  row.previous = e->previous;
  row.delta = e->delta;
  if (auto quiet = end_alarm(rows, e->source); !quiet) return quiet;
  auto written = write_row(rows, table::kHotlistVersions, seq_key(row.loaded), row);
  if (!written) return written;
  return write_row(rows, table::kHotlists, text_key(to_text(e->source)), ActiveRow{row.loaded});
}

Result<void> fold_confirmed(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<HotlistConfirmed>(event);
  if (!e) return tl::unexpected(e.error());
  auto row = need_version(rows, e->loaded);
  if (!row) return tl::unexpected(row.error());
  row->source_time = e->source_time;
  row->stale.reset();
  row->confirmed = event.header.seq;
  row->confirmed_at = event.header.time;
  if (auto quiet = end_alarm(rows, e->source); !quiet) return quiet;
  return write_row(rows, table::kHotlistVersions, seq_key(e->loaded), *row);
}

Result<void> fold_stale(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<HotlistStale>(event);
  if (!e) return tl::unexpected(e.error());
  auto row = need_version(rows, e->loaded);
  if (!row) return tl::unexpected(row.error());
  row->stale = event.header.seq;
  return write_row(rows, table::kHotlistVersions, seq_key(e->loaded), *row);
}

Result<void> fold_list_purged(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_json_text<ListPurged>(event.json);
  if (!e) return tl::unexpected(e.error());
  auto row = need_version(rows, e->loaded);
  if (!row) return tl::unexpected(row.error());
  row->purged = event.header.seq;
  return write_row(rows, table::kHotlistVersions, seq_key(e->loaded), *row);
}

Result<void> fold_requested(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<EntryRequested>(event);
  if (!e) return tl::unexpected(e.error());
  EntryRow row;
  row.request = event.header.seq;
  row.requested_at = event.header.time;
  row.asked = std::move(*e);
  return write_row(rows, table::kEntries, seq_key(row.request), row);
}

Result<void> end_entry(chain::RegisterWriter& rows, Sequence request, EntryState state,
                       Sequence by) {
  auto row = need_entry(rows, request);
  if (!row) return tl::unexpected(row.error());
  row->state = state;
  row->ended = by;
  return write_row(rows, table::kEntries, seq_key(request), *row);
}

Result<void> fold_approved(const chain::EventView& event, chain::RegisterWriter& rows) {
  auto e = from_event<EntryApproved>(event);
  if (!e) return tl::unexpected(e.error());
  auto row = need_entry(rows, e->request);
  if (!row) return tl::unexpected(row.error());
  if (row->asked.supersedes) {
    auto ended = end_entry(rows, *row->asked.supersedes, EntryState::kRemoved, event.header.seq);
    if (!ended) return ended;
  }
  row->state = EntryState::kActive;
  row->approved = event.header.seq;
  row->approved_at = event.header.time;
  return write_row(rows, table::kEntries, seq_key(e->request), *row);
}

template <Record R>
Result<void> fold_ended(const chain::EventView& event, chain::RegisterWriter& rows,
                        EntryState state) {
  auto e = from_event<R>(event);
  if (!e) return tl::unexpected(e.error());
  return end_entry(rows, e->request, state, event.header.seq);
}

}  // namespace

EntryState state_at(const EntryRow& entry, TimeUs now) {
  const bool open = entry.state == EntryState::kRequested || entry.state == EntryState::kActive;
  return open && entry.asked.expires_at <= now ? EntryState::kExpired : entry.state;
}

TimeUs last_good_import(const HotlistRow& row) { return row.confirmed_at.value_or(row.loaded_at); }

Result<std::optional<HotlistAlarmRow>> find_alarm(const chain::RegisterReader& rows,
                                                  HotlistSource source) {
  return read_row<HotlistAlarmRow>(rows, table::kHotlistAlarms, text_key(to_text(source)));
}

Result<std::vector<HotlistAlarmRow>> list_alarms(const chain::RegisterReader& rows) {
  return list_rows<HotlistAlarmRow>(rows, table::kHotlistAlarms, {},
                                    EnumTexts<HotlistSource>::texts.size());
}

Result<std::optional<HotlistRow>> active_list(const chain::RegisterReader& rows,
                                              HotlistSource source) {
  auto active = read_row<ActiveRow>(rows, table::kHotlists, text_key(to_text(source)));
  if (!active) return tl::unexpected(active.error());
  if (!*active) return std::optional<HotlistRow>();
  auto row = need_version(rows, (*active)->loaded);
  if (!row) return tl::unexpected(row.error());
  return std::optional<HotlistRow>(std::move(*row));
}

Result<std::vector<HotlistRow>> active_lists(const chain::RegisterReader& rows) {
  std::vector<HotlistRow> lists;
  for (const auto& [source, text] : EnumTexts<HotlistSource>::texts) {
    auto row = active_list(rows, source);
    if (!row) return tl::unexpected(row.error());
    if (*row) lists.push_back(std::move(**row));
  }
  return lists;
}

Result<std::optional<HotlistRow>> find_list(const chain::RegisterReader& rows, Sequence loaded) {
  return read_row<HotlistRow>(rows, table::kHotlistVersions, seq_key(loaded));
}

Result<std::vector<HotlistRow>> lists_to_purge(const chain::RegisterReader& rows, TimeUs until) {
  auto all = list_rows<HotlistRow>(rows, table::kHotlistVersions, {}, kVersionsMax);
  if (!all) return all;
  std::erase_if(*all, [&](const HotlistRow& row) {
    return row.purged || !row.superseded_at || *row.superseded_at > until;
  });
  return all;
}

Result<std::optional<EntryRow>> find_entry(const chain::RegisterReader& rows, Sequence request) {
  return read_row<EntryRow>(rows, table::kEntries, seq_key(request));
}

Result<std::vector<EntryRow>> list_entries(const chain::RegisterReader& rows) {
  return list_rows<EntryRow>(rows, table::kEntries, {}, kEntriesMax);
}

Result<void> fold_hotlists(const chain::EventView& event, chain::RegisterWriter& rows) {
  switch (event.header.kind) {
    case HotlistLoaded::kKind.number:
      return fold_loaded(event, rows);
    case HotlistImportRefused::kKind.number:
      return fold_import_refused(event, rows);
    case HotlistConfirmed::kKind.number:
      return fold_confirmed(event, rows);
    case HotlistFetchFailed::kKind.number:
      return fold_fetch_failed(event, rows);
    case HotlistStale::kKind.number:
      return fold_stale(event, rows);
    case chain::kind::kListPurged:
      return fold_list_purged(event, rows);
    case EntryRequested::kKind.number:
      return fold_requested(event, rows);
    case EntryApproved::kKind.number:
      return fold_approved(event, rows);
    case EntryDenied::kKind.number:
      return fold_ended<EntryDenied>(event, rows, EntryState::kDenied);
    case EntryRemoved::kKind.number:
      return fold_ended<EntryRemoved>(event, rows, EntryState::kRemoved);
    default:
      return {};
  }
}

}  // namespace alpr::policy
