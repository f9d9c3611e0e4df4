#include "api/daily_backup.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/key_custody.h"
#include "ledger/chain/encoding.h"
#include "ledger/store/files.h"

namespace alpr::api {

namespace {

constexpr std::int64_t kKeptUs = 30 * 86'400 * kSecondUs;
constexpr std::size_t kDateSize = 10;  // 2026-03-02
constexpr std::size_t kTimeSize = 18;  // 2026-03-02T080000Z
constexpr std::size_t kCopiesMax = 10'000;

// The time in a copy's name; nullopt for what was not named by us.
std::optional<TimeUs> time_in(const std::string& name) {
  if (name.size() < kTimeSize + 2 || name[kTimeSize] != '-') return std::nullopt;
  if (!chain::parse_decimal(name.substr(kTimeSize + 1))) return std::nullopt;
  std::string text = name.substr(0, kTimeSize);
  text.insert(15, ":");
  text.insert(13, ":");
  const auto time = chain::parse_time(text);
  if (!time) return std::nullopt;
  return *time;
}

}  // namespace

std::string backup_name(TimeUs now, std::uint64_t size) {
  std::string time = chain::format_time({now.value / kSecondUs * kSecondUs});
  time = time.substr(0, 19) + "Z";
  std::erase(time, ':');
  return fmt::format("{}-{}", time, size);
}

Result<DailyBackup> daily_backup(Service& service, const std::filesystem::path& folder) {
  if (const auto made = store::make_folder(folder); !made) return tl::unexpected(made.error());
  DailyBackup done;
  const TimeUs now = service.now();
  const std::string name = backup_name(now, service.store().size());
  std::vector<std::string> copies;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (copies.size() < kCopiesMax) copies.push_back(at->path().filename().string());
  }
  if (error) return tl::unexpected(store::system_error("list", folder, error.value()));
  const bool today = std::any_of(copies.begin(), copies.end(), [&](const std::string& copy) {
    return time_in(copy) && copy.substr(0, kDateSize) == name.substr(0, kDateSize);
  });
  if (!today) {
    const BackedUp backed = back_up(service, std::nullopt, folder / name);
    if (backed.outcome.error) return tl::unexpected(*backed.outcome.error);
    done.made = name;
  }
  for (const std::string& copy : copies) {
    const auto time = time_in(copy);
    if (!time || now.value - time->value <= kKeptUs) continue;
    std::filesystem::remove_all(folder / copy, error);
    if (error) return tl::unexpected(store::system_error("remove", folder / copy, error.value()));
    done.dropped.push_back(copy);
  }
  return done;
}

}  // namespace alpr::api
