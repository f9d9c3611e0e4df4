// Hits shown, steps, validation, stops (I12-C2A, C2A2, DEF-3, B-3).
#include "policy/registers/hits.h"

#include <fmt/core.h>

#include <array>

#include "policy/records/reads.h"
#include "policy/records/shift_lists.h"
#include "policy/registers/devices.h"
#include "policy/registers/hotlists.h"
#include "policy/registers/plate_text.h"
#include "policy/registers/rows.h"
#include "policy/registers/tables.h"
#include "policy/replay/judge.h"
#include "policy/replay/memory_rows.h"
#include "policy/replay/reads_seen.h"
#include "policy/rules/b_reads.h"
#include "policy/rules/c2a2_stop_sheets.h"
#include "policy/rules/c2a2_stops.h"
#include "policy/rules/c2a_hits.h"
#include "policy/rules/devices.h"

namespace alpr::policy {
namespace {

// ---- what a reader brought: judged by itself while it is there ----

std::optional<Again> unknown_device(const Scene& s, const std::string& device) {
  const auto row = find_device(s.state.rows, device);
  if (!row) return undecidable(row.error().detail);
  if (auto refusal = device_refusal(*row)) return breach(refusal->rules, refusal->reason);
  return std::nullopt;
}

// The rest is judged by Batches, once all of the batch has come by.
Again judged_as_a_batch() { return {}; }

Again uploaded(const Scene& s, const UploadReceived& e) {
  if (auto wrong = unknown_device(s, e.device)) return *wrong;
  return judged_as_a_batch();
}

Again read(const Scene& s, const ReadRecorded& e) {
  if (auto wrong = unknown_device(s, e.device)) return *wrong;
  const auto upload = s.past.at(e.upload);
  if (!upload || upload->kind != UploadReceived::kKind.number || upload->time != s.moment.now)
    return breach({"I12-A-6"}, "a read that came with no upload");
  const ReadContent& read = *e.read;
  const bool captured = read.captured_at.value <= s.moment.now.value + kCaptureAheadMaxUs &&
                        s.moment.now < due_time(read.captured_at);
  if (!valid_plate(read.plate) || !captured)
    return breach({"I12-B-2"}, "a read without a plate or a time of capture that it can have");
  return judged_as_a_batch();
}

// I12-C2B2-2, C2B1-2: a custom entry matches while it is approved and not ended, of a general list
// the active version alone.
std::optional<Again> wrong_entry(const Scene& s, const MatchedEntry& entry) {
  if (entry.source != HotlistSource::kCustomBolo) {
    const auto active = active_list(s.state.rows, entry.source);
    if (!active) return undecidable(active.error().detail);
    if (*active && (*active)->loaded == entry.list) return std::nullopt;
    return breach({"I12-C2B1-2", "I12-D-2"}, "a hit of a list that was not the active one");
  }
  const auto row = find_entry(s.state.rows, entry.request.value_or(Sequence{}));
  if (!row) return undecidable(row.error().detail);
  if (!*row || state_at(**row, s.moment.now) != EntryState::kActive ||
      (*row)->approved != entry.list)
    return breach({"I12-C2B2-2"}, "a hit of a custom entry that was not approved and active");
  if (!entry.informational)
    return breach({"I12-C2B2-3"}, "a hit of a custom entry that is not marked as information only");
  return std::nullopt;
}

Again raised(const Scene& s, const HitRaised& e) {
  if (e.state != HitState::kUnvalidated)
    return breach({"I12-DEF-3", "I12-C2A-3"}, "a hit that began in another state than UNVALIDATED");
  if (auto wrong = unknown_device(s, e.device)) return *wrong;
  if (auto wrong = wrong_entry(s, e.entry)) return *wrong;
  const auto read = s.past.at(e.read);
  if (!read || read->kind != ReadRecorded::kKind.number)
    return breach({"I12-B-3"}, "a hit of no read");
  const std::int64_t age_us = s.moment.now.value - e.entry.list_time.value;
  if (e.list_age_s != std::max<std::int64_t>(0, age_us / kSecondUs))
    return breach({"I12-C2A-8"}, "a hit that says another age of its list than the list has");
  const bool equal = e.plate == e.entry.plate;
  if (equal != (e.match == MatchKind::kExact))
    return breach({"I12-B-3"}, "its match is not of the kind that it says");
  return undecidable("whose list's rows are not on the record");
}

// ---- what members did ----

Again disclosed(const Scene& s, const HitsDisclosed& e) {
  if (e.hits.size() > static_cast<std::size_t>(kHitsShownMax))
    return breach({"I12-F-2"}, "more hits than one answer shows");
  std::vector<HitView> views;
  bool erased = false;
  for (const Sequence hit : e.hits) {
    const auto what = s.past.at(hit);
    if (!what || what->kind != HitRaised::kKind.number)
      return breach({"I12-F-2"}, fmt::format("it showed event {}, which is no hit", hit.value));
    if (due_time(what->time) <= s.moment.now)
      return breach({"I12-G-1"}, fmt::format("it showed hit {} past its 30 days", hit.value));
    auto row = find_hit(s.state.rows, hit);
    if (!row) return undecidable(row.error().detail);
    if (!*row) erased = true;
    views.push_back(
        {row->value_or(HitRow{hit, what->time, {}}), std::nullopt, HitState::kUnvalidated});
  }
  // Whether a source was open to the person is to be seen from the hit alone (I12-C3-b).
  if (erased && s.moment.policy->parameters.sources_by_grant)
    return undecidable("the hit that was shown is erased");
  return decided(decide(s.state, e.by, ListHits{}, views, s.moment));
}

// The hit as the member's event has its facts, where the hit itself is erased: the record carries
// all that the rule used, plates aside (docs/architecture.md).
HitRow from_facts(Sequence hit, const HitFacts& facts, const std::string& plate_read,
                  const std::string& plate_listed) {
  HitRow row;
  row.hit = hit;
  row.raised_at = facts.raised_at;
  row.raised.read = facts.read;
  row.raised.plate = plate_read;
  row.raised.match = facts.match;
  row.raised.list_age_s = facts.list_age_s;
  row.raised.offline = facts.offline;
  MatchedEntry& entry = row.raised.entry;
  entry.source = facts.source;
  entry.list = facts.list;
  entry.reason = facts.reason;
  entry.informational = facts.informational;
  entry.plate = plate_listed;
  const auto known = [&](Attribute attribute) -> std::optional<std::string> {
    for (const Attribute one : facts.known)
      if (one == attribute) return "KNOWN";
    return std::nullopt;
  };
  entry.attributes = {
      known(Attribute::kMake),      known(Attribute::kModel), known(Attribute::kStyle),
      known(Attribute::kColor),     known(Attribute::kYear),  known(Attribute::kState),
      known(Attribute::kPlateType), known(Attribute::kVin),   known(Attribute::kMarks)};
  return row;
}

struct SeenHit {
  OverlaidRows rows;
  HitRow row;
  std::optional<Again> wrong;

  SeenHit(const Scene& s, Sequence hit, const HitFacts& facts, const std::string& plate_read,
          const std::string& plate_listed)
      : rows(s.state.rows) {
    const auto found = find_hit(s.state.rows, hit);
    if (found && *found) {
      row = **found;
      return;
    }
    const auto what = s.past.at(hit);
    if (!what || what->kind != HitRaised::kKind.number) {
      wrong = breach({"I12-C2A2-1"}, "it answers an event that is no hit");
      return;
    }
    row = from_facts(hit, facts, plate_read, plate_listed);
    row.raised_at = what->time;
    rows.put(table::kHits, seq_key(hit), to_json_text(row));
  }
};

// A plate that compares with the read and the listed one as the member's did: what was typed is not
// kept.
std::string plate_that(const PlateComparison& seen, const HitRow& hit) {
  if (seen.equals_read) return hit.raised.plate;
  if (seen.equals_listed) return hit.raised.entry.plate;
  for (const std::string_view other : {"A", "B", "C"})
    if (other != hit.raised.plate && other != hit.raised.entry.plate) return std::string(other);
  return {};
}

RecordStep command_of(const HitStepRecorded& e, const HitRow& hit) {
  RecordStep command;
  command.hit = e.hit;
  command.step = e.step;
  command.visual_plate_match = e.visual_plate_match;
  command.clets = e.clets;
  command.clets_reference = e.clets_reference;
  command.checks = e.checks;
  command.additional = e.additional;
  if (e.step == HitStep::kAdditional) command.confirmed = e.done;
  if (e.comparison) {
    command.observed_plate = plate_that(*e.comparison, hit);
    const auto& listed = hit.raised.entry.attributes.state;
    command.observed_state =
        e.comparison->state_matches.value_or(false) && listed ? *listed : std::string("?");
  }
  return command;
}

std::string_view rule_of(HitStep step) {
  switch (step) {
    case HitStep::kPlateConfirmed:
      return "I12-C2A-2";
    case HitStep::kVisualMatch:
      return "I12-C2A-4";
    case HitStep::kCletsVerified:
      return "I12-C2A-1";
    case HitStep::kAttributesChecked:
      return "I12-C2A-5";
    case HitStep::kAdditional:
      return "I12-C2A-7";
    case HitStep::kFollowing:
      return "I12-C2A-6";
  }
  return "I12-C2A-3";
}

Again step(const Scene& s, const HitStepRecorded& e) {
  const bool same = e.facts.match == MatchKind::kExact;
  const SeenHit hit(s, e.hit, e.facts, "A", same ? "A" : "B");
  if (hit.wrong) return *hit.wrong;
  return decided(decide(state_with(s.state, hit.rows), e.by, command_of(e, hit.row), s.moment))
      .about(rule_of(e.step));
}

Again validated(const Scene&, const HitValidated&) {
  return stray("I12-C2A-3", "a hit is validated by the last of its steps");
}

Again stopped(const Scene& s, const StopDocumented& e) {
  const SeenHit hit(s, e.hit, e.facts, e.plate_read, e.plate_listed);
  if (hit.wrong) return *hit.wrong;
  const DocumentStop command{e.hit,
                             e.action,
                             e.justification,
                             e.case_number,
                             std::string(to_text(e.disposition)),
                             e.responded_at,
                             e.next_steps};
  return decided(decide(state_with(s.state, hit.rows), e.by, command, s.moment));
}

Again followed_up(const Scene& s, const StopFollowedUp& e) {
  return decided(decide(s.state, e.by, FollowUpStop{e.stop, e.next_steps}, s.moment));
}

Again sheet(const Scene& s, const StopsDisclosed& e) {
  return decided(decide(
      s.state, e.by, DiscloseStops{e.form, e.size, e.from, e.to, e.stops, e.follow_ups, e.sha256},
      s.moment));
}

}  // namespace

std::span<const Judge> hit_judges() {
  static const std::array all{
      judging<UploadReceived, uploaded>("I12-A-6"),
      judging<ReadRecorded, read>("I12-B-2"),
      judging<HitRaised, raised>("I12-B-3"),
      judging<HitsDisclosed, disclosed>("I12-F-2"),
      judging<HitStepRecorded, step>("I12-C2A-3"),
      judging<HitValidated, validated>("I12-C2A-3"),
      judging<StopDocumented, stopped>("I12-C2A2-1"),
      judging<StopFollowedUp, followed_up>("I12-C2A2-8"),
      judging<StopsDisclosed, sheet>("I12-C2A2-2"),
  };
  return all;
}

}  // namespace alpr::policy
