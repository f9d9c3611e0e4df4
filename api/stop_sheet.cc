#include "api/stop_sheet.h"

#include <map>

#include "api/marking.h"
#include "ledger/chain/encoding.h"

namespace alpr::api {
namespace {

const std::vector<std::string> kColumns{"record",
                                        "seq",
                                        "leaf_hash",
                                        "recorded_at_utc",
                                        "stop",
                                        "hit",
                                        "raised_at_utc",
                                        "list",
                                        "list_reason",
                                        "match",
                                        "plate_read",
                                        "plate_listed",
                                        "validation",
                                        "clets_confirmed",
                                        "action",
                                        "disposition",
                                        "username",
                                        "member",
                                        "organisation",
                                        "case_number",
                                        "responded_at_utc",
                                        "justification",
                                        "next_steps"};

using Cells = std::map<std::string_view, std::string, std::less<>>;

std::string text_of(Sequence seq) { return chain::decimal(seq.value); }

Cells stop_cells(const policy::StopRow& row) {
  const policy::StopDocumented& stop = row.record;
  return {{"record", "stop"},
          {"seq", text_of(row.stop)},
          {"recorded_at_utc", chain::format_time(row.documented_at)},
          {"stop", text_of(row.stop)},
          {"hit", text_of(stop.hit)},
          {"raised_at_utc", chain::format_time(stop.facts.raised_at)},
          {"list", std::string(policy::to_text(stop.facts.source))},
          {"list_reason", stop.facts.reason},
          {"match", std::string(policy::to_text(stop.facts.match))},
          {"plate_read", stop.plate_read},
          {"plate_listed", stop.plate_listed},
          {"validation", std::string(policy::to_text(stop.validation))},
          {"clets_confirmed", stop.clets_confirmed ? "yes" : "no"},
          {"action", std::string(policy::to_text(stop.action))},
          {"disposition", std::string(policy::to_text(stop.disposition))},
          {"username", stop.by.username},
          {"member", stop.by.name},
          {"organisation", stop.by.organisation},
          {"case_number", stop.case_number},
          {"responded_at_utc", chain::format_time(stop.responded_at)},
          {"justification", stop.justification},
          {"next_steps", stop.next_steps}};
}

Cells follow_up_cells(Sequence stop, const policy::FollowUp& follow_up) {
  return {{"record", "follow-up"},
          {"seq", text_of(follow_up.event)},
          {"recorded_at_utc", chain::format_time(follow_up.at)},
          {"stop", text_of(stop)},
          {"member", follow_up.by},
          {"next_steps", follow_up.next_steps}};
}

bool add(forms::Sheet& sheet, const Cells& cells) {
  std::vector<std::string> row;
  for (const std::string& column : kColumns) {
    const auto found = cells.find(column);
    row.push_back(found == cells.end() ? "" : found->second);
  }
  return sheet.add(row);
}

// The name and the value stand in the second and third column.
bool add_about(forms::Sheet& sheet, std::string_view name, std::string value) {
  return add(sheet,
             {{"record", "about"}, {"seq", std::string(name)}, {"leaf_hash", std::move(value)}});
}

bool add_end(forms::Sheet& sheet, const StopSheetOf& of) {
  return add_about(sheet, "log", of.checkpoint.origin) &&
         add_about(sheet, "checkpoint_size", chain::decimal(of.checkpoint.size)) &&
         add_about(sheet, "checkpoint_root", chain::hex(of.checkpoint.root)) &&
         add_about(sheet, "documented_from", chain::format_time(of.from)) &&
         add_about(sheet, "documented_before", chain::format_time(of.to)) &&
         add_about(sheet, "stops", std::to_string(of.stops)) &&
         add_about(sheet, "follow_ups", std::to_string(of.follow_ups)) &&
         add_about(sheet, "marking", owner_notice(of.checkpoint.origin));
}

}  // namespace

Result<forms::Sheet> stop_sheet(const StopSheetOf& of, std::span<const policy::StopRow> stops,
                                const LeafOf& leaf_of) {
  forms::Sheet sheet("Stop records", of.made_at, kColumns);
  const auto add_event = [&](Sequence seq, Cells cells) -> Result<bool> {
    const auto leaf = leaf_of(seq);
    if (!leaf) return tl::unexpected(leaf.error());
    cells["leaf_hash"] = chain::hex(*leaf);
    return add(sheet, cells);
  };
  bool fits = true;
  for (const policy::StopRow& row : stops) {
    auto added = add_event(row.stop, stop_cells(row));
    if (!added) return tl::unexpected(added.error());
    fits = fits && *added;
    for (const policy::FollowUp& follow_up : row.follow_ups) {
      added = add_event(follow_up.event, follow_up_cells(row.stop, follow_up));
      if (!added) return tl::unexpected(added.error());
      fits = fits && *added;
    }
  }
  if (!fits || !add_end(sheet, of))
    return fail(ErrorCode::kTooLarge,
                "more than one spreadsheet takes (50,000 rows, 32 MiB): ask for a shorter period");
  return sheet;
}

}  // namespace alpr::api
