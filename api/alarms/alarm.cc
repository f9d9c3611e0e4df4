#include "api/alarms/alarm.h"

#include <algorithm>

#include "policy/records/hotlists.h"
#include "policy/records/reads.h"
#include "policy/records/sessions.h"
#include "policy/records/system.h"

namespace alpr::api {

std::optional<Alarm> alarm_of(std::uint16_t kind) {
  switch (kind) {
    case chain::kind::kPurgeOverdue:
      return Alarm::kPurgeOverdue;
    case policy::HotlistStale::kKind.number:
      return Alarm::kHotlistStale;
    case policy::HotlistImportRefused::kKind.number:
      return Alarm::kImportRefused;
    case policy::HotlistFetchFailed::kKind.number:
      return Alarm::kFetchFailed;
    case policy::AccountLocked::kKind.number:
      return Alarm::kAccountLocked;
    case policy::SessionFlagged::kKind.number:
      return Alarm::kSessionFlagged;
    case policy::WitnessSilent::kKind.number:
      return Alarm::kWitnessSilent;
    case policy::DiskLow::kKind.number:
      return Alarm::kDiskLow;
    case policy::QueueBroken::kKind.number:
      return Alarm::kQueueBroken;
    default:
      return std::nullopt;
  }
}

void take_note(std::vector<Notice>& notices, const chain::Header& header) {
  const auto alarm = alarm_of(header.kind);
  if (!alarm) return;
  auto notice = std::ranges::find(notices, *alarm, &Notice::alarm);
  if (notice == notices.end())
    notice = notices.insert(notice, {*alarm, 0, header.seq, header.seq, header.time, header.time});
  ++notice->count;
  notice->last = header.seq;
  notice->until = header.time;
}

std::string_view what_to_do(Alarm alarm) {
  switch (alarm) {
    case Alarm::kPurgeOverdue:
      return "Reads are kept past their 30 days: see docs/operations/purge-alarms.md.";
    case Alarm::kHotlistStale:
      return "A general hot list is older than a day: load the newest one.";
    case Alarm::kImportRefused:
      return "A hot list was not let in and the one before stays active: check the file and send "
             "it again.";
    case Alarm::kFetchFailed:
      return "A hot list could not be fetched and the one before stays active: see "
             "docs/operations/feeds.md.";
    case Alarm::kAccountLocked:
      return "Too many wrong passwords or codes for one account: ask its holder whether it was "
             "they.";
    case Alarm::kSessionFlagged:
      return "A person's sessions overlap: review it under /v1/session-flags.";
    case Alarm::kWitnessSilent:
      return "A witness has not cosigned for an hour: the server's log says why.";
    case Alarm::kDiskLow:
      return "The disk is nearly full and uploads are refused: make room.";
    case Alarm::kQueueBroken:
      return "A reader's batch does not follow on the one before: reads of its may be missing. See "
             "docs/operations/queue.md.";
  }
  return "";
}

}  // namespace alpr::api
