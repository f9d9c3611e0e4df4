// Hot lists, custom entries, vehicles' copies (I12-C2A1, C2B1, C2B2, A-3, A-5).
#include "policy/registers/hotlists.h"

#include <fmt/core.h>

#include <array>

#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"
#include "policy/records/shift_lists.h"
#include "policy/registers/devices.h"
#include "policy/registers/plate_index.h"
#include "policy/registers/rows.h"
#include "policy/registers/tables.h"
#include "policy/replay/judge.h"
#include "policy/replay/memory_rows.h"
#include "policy/replay/reads_seen.h"
#include "policy/rules/a3_shift_lists.h"
#include "policy/rules/c2b1_hotlists.h"
#include "policy/rules/c2b2_entries.h"
#include "recognition/upload/shift_answer.h"

namespace alpr::policy {
namespace {

Again loaded(const Scene& s, const HotlistLoaded& e) {
  if (e.rows < 0 || e.blob < 0 || e.by.has_value() == e.feed.has_value())
    return breach({"I12-C2A1-4"},
                  "a list is loaded by a person or by a feed, with its rows counted");
  const LoadHotlist command{std::string(to_text(e.source)), e.source_time, std::nullopt};
  const PreparedHotlist prepared{
      e.file_sha256, ParsedHotlist{{}, static_cast<std::size_t>(e.rows), e.excluded, e.root},
      e.previous, e.delta};
  const Loader by = e.by ? Loader(*e.by) : Loader(FeedName{*e.feed});
  // Of a profile the event has the name and digest alone.
  return decided(
             decide(s.state, by, command, prepared, static_cast<std::uint64_t>(e.blob), s.moment))
      .without({"profile"});
}

Again confirmed(const Scene& s, const HotlistConfirmed& e) {
  if (!e.file_sha256)
    return decided(
               decide(s.state, ConfirmHotlist{e.source, e.feed, e.loaded, std::nullopt}, s.moment))
        .without({"profile", "excluded"});
  // The file's rows were those of the active list: the event says so by being this one.
  const auto active = active_list(s.state.rows, e.source);
  if (!active) return undecidable(active.error().detail);
  if (!*active) return breach({"I12-C2B1-1"}, "it confirms a list that was never loaded");
  const LoadHotlist command{std::string(to_text(e.source)), e.source_time, std::nullopt};
  const PreparedHotlist prepared{*e.file_sha256,
                                 ParsedHotlist{{},
                                               static_cast<std::size_t>((*active)->rows),
                                               e.excluded,
                                               (*active)->root.value_or(Digest{})},
                                 std::nullopt, std::nullopt};
  return decided(decide(s.state, Loader(FeedName{e.feed}), command, prepared, 0, s.moment))
      .without({"profile"});
}

Again fetch_failed(const Scene& s, const HotlistFetchFailed& e) {
  return decided(decide(s.state, NoteFetchFailure{e.source, e.feed, e.why, e.status}, s.moment));
}

Again stale(const Scene& s, const HotlistStale&) {
  return decided(check_freshness(s.state, s.moment));
}

Again delta_shown(const Scene& s, const HotlistDeltaDisclosed& e) {
  return decided(decide(s.state, e.by, ShowDelta{e.version, e.after}, e.shown, s.moment));
}

Again requested(const Scene& s, const EntryRequested& e) {
  const RequestEntry command{e.plate,       e.descriptor,        std::string(to_text(e.purpose)),
                             e.case_number, e.offense_report_no, e.justification,
                             e.expires_at,  e.attributes,        e.not_protected_characteristic,
                             e.supersedes};
  return decided(decide(s.state, e.by, command, s.moment));
}

Again approved(const Scene& s, const EntryApproved& e) {
  return decided(
      decide(s.state, e.by, DecideEntry{e.request, Verdict::kApprove, e.reason}, s.moment));
}

Again denied(const Scene& s, const EntryDenied& e) {
  return decided(decide(s.state, e.by, DecideEntry{e.request, Verdict::kDeny, e.reason}, s.moment));
}

Again removed(const Scene& s, const EntryRemoved& e) {
  return decided(decide(s.state, e.by, RemoveEntry{e.request, e.reason}, s.moment));
}

Again entries_shown(const Scene& s, const EntriesDisclosed& e) {
  if (e.entries.size() > static_cast<std::size_t>(kEntriesShownMax))
    return breach({"I12-A-5"}, "more entries than one answer shows");
  std::vector<EntryRow> rows;
  for (const Sequence request : e.entries) {
    auto row = find_entry(s.state.rows, request);
    if (!row) return undecidable(row.error().detail);
    if (!*row)
      return breach({"I12-F-2"},
                    fmt::format("it showed event {}, which is no entry", request.value));
    rows.push_back(std::move(**row));
  }
  return decided(decide(s.state, e.by, ListEntries{}, rows, s.moment));
}

// What a vehicle's copy must have been made of.
std::vector<recognition::ShiftListVersion> versions(const ListsTaken& e) {
  std::vector<recognition::ShiftListVersion> all;
  for (const CopiedList& list : e.lists) {
    recognition::ShiftListVersion version;
    version.source = std::string(to_text(list.source));
    version.list = list.list;
    version.list_time = list.list_time;
    version.rows = static_cast<std::uint64_t>(std::max<std::int64_t>(list.rows, 0));
    all.push_back(std::move(version));
  }
  if (e.custom_entries > 0) {
    recognition::ShiftListVersion custom;
    custom.source = std::string(to_text(HotlistSource::kCustomBolo));
    custom.rows = static_cast<std::uint64_t>(e.custom_entries);
    all.push_back(std::move(custom));
  }
  return all;
}

// I12-A-3: every list in the copy was the active version of its source, and none is left out.
std::optional<Again> wrong_lists(const Scene& s, const ListsTaken& e) {
  const auto active = active_lists(s.state.rows);
  if (!active) return undecidable(active.error().detail);
  for (const CopiedList& copied : e.lists) {
    const bool is_active = std::any_of(active->begin(), active->end(), [&](const HotlistRow& row) {
      return row.loaded == copied.list && row.source == copied.source &&
             row.source_time == copied.list_time;
    });
    if (!is_active)
      return breach({"I12-A-3", "I12-C2B1-2"},
                    fmt::format("its copy has {} of event {}, which was not the active version",
                                to_text(copied.source), copied.list.value));
  }
  if (e.valid_until.value - e.made_at.value > recognition::kShiftMaxUs)
    return breach({"I12-A-3"}, "its copy was valid for longer than a shift lasts");
  return std::nullopt;
}

// The device's signature is not kept: its key is replaced by one that signs here.
Again lists_taken(const Scene& s, const ListsTaken& e) {
  if (auto wrong = wrong_lists(s, e)) return *wrong;
  constexpr std::string_view kOrigin = "replay";
  const auto key = chain::SigningKey::from_seed(Digest{1});
  auto device = find_device(s.state.rows, e.device);
  if (!device) return undecidable(device.error().detail);
  OverlaidRows rows(s.state.rows);
  if (*device) {
    (*device)->public_key = key.public_key();
    rows.put(table::kDevices, text_key(e.device), to_json_text(**device));
  }
  TakeLists command{e.device, e.asked_at, Digest{}, {}};
  const std::string message = recognition::signed_message(recognition::ShiftRequest{
      std::string(kOrigin), command.device, command.asked_at, command.shift_key});
  command.signature = chain::base64(key.sign(as_bytes(message)));
  MadeCopy copy;
  copy.list.origin = std::string(kOrigin);
  copy.list.device = e.device;
  copy.list.lists = versions(e);
  copy.list.made_at = e.made_at;
  copy.list.valid_until = e.valid_until;
  copy.sha256 = e.sha256;
  copy.changes = s.state.plates.changes();
  return decided(decide(state_with(s.state, rows), kOrigin, command, copy, s.moment));
}

}  // namespace

std::span<const Judge> hotlist_judges() {
  static const std::array all{
      judging<HotlistLoaded, loaded>("I12-C2B1-1"),
      judging<HotlistConfirmed, confirmed>("I12-C2B1-1"),
      judging<HotlistFetchFailed, fetch_failed>("I12-C2B1-1"),
      judging<HotlistStale, stale>("I12-C2B1-1"),
      judging<HotlistDeltaDisclosed, delta_shown>("I12-F-2"),
      judging<EntryRequested, requested>("I12-C2B2-1"),
      judging<EntryApproved, approved>("I12-C2B2-2"),
      judging<EntryDenied, denied>("I12-C2B2-2"),
      judging<EntryRemoved, removed>("I12-C2B2-1"),
      judging<EntriesDisclosed, entries_shown>("I12-A-5"),
      judging<ListsTaken, lists_taken>("I12-A-3"),
  };
  return all;
}

}  // namespace alpr::policy
