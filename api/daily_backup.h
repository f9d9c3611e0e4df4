// The copies that a server makes by itself: one for each day, dropped when they are over 30 days
// old, since an older one could still open what a released hold let go (I12-G-3). One thread at a
// time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "api/service.h"

namespace alpr::api {

// The name of a copy made now: its UTC time and the log's size, "2026-03-02T080000Z-1234".
std::string backup_name(TimeUs now, std::uint64_t size);

struct DailyBackup {
  std::optional<std::string> made;  // nothing where there is one of today
  std::vector<std::string> dropped;
};
// Errors as of back_up(), and kIo where an old copy cannot be removed.
Result<DailyBackup> daily_backup(Service& service, const std::filesystem::path& folder);

}  // namespace alpr::api
