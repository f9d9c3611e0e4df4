// Which events are alarms, and what of them goes out. An alarm is known from an event's header
// alone, so nothing of a payload (a plate, a name, a case number) can be in it. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ledger/chain/event.h"
#include "policy/records/describe.h"

namespace alpr::api {

enum class Alarm {
  kPurgeOverdue,
  kHotlistStale,
  kImportRefused,
  kFetchFailed,
  kAccountLocked,
  kSessionFlagged,
  kWitnessSilent,
  kDiskLow,
  kQueueBroken
};

// All alarms of one kind since the last message: an alarm that is raised again and again is one
// line of it.
struct Notice {
  Alarm alarm{};
  std::int64_t count = 0;
  Sequence first;
  Sequence last;
  TimeUs since;  // of the first
  TimeUs until;  // of the last
};
static_assert(std::is_trivially_copyable_v<Notice>);  // no text

// nullopt: an event of this kind is no alarm.
std::optional<Alarm> alarm_of(std::uint16_t kind);
// Counts the event in, where it is an alarm.
void take_note(std::vector<Notice>& notices, const chain::Header& header);
// One line for whoever gets it.
std::string_view what_to_do(Alarm alarm);

}  // namespace alpr::api

template <>
struct alpr::policy::EnumTexts<alpr::api::Alarm> {
  using Alarm = alpr::api::Alarm;
  static constexpr std::array texts{std::pair{Alarm::kPurgeOverdue, "PURGE_OVERDUE"},
                                    std::pair{Alarm::kHotlistStale, "HOTLIST_STALE"},
                                    std::pair{Alarm::kImportRefused, "IMPORT_REFUSED"},
                                    std::pair{Alarm::kFetchFailed, "FETCH_FAILED"},
                                    std::pair{Alarm::kAccountLocked, "ACCOUNT_LOCKED"},
                                    std::pair{Alarm::kSessionFlagged, "SESSION_FLAGGED"},
                                    std::pair{Alarm::kWitnessSilent, "WITNESS_SILENT"},
                                    std::pair{Alarm::kDiskLow, "DISK_LOW"},
                                    std::pair{Alarm::kQueueBroken, "QUEUE_BROKEN"}};
};
