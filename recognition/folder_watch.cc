#include "recognition/folder_watch.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "recognition/files.h"

namespace alpr::recognition {

Result<std::vector<std::filesystem::path>> photos_of(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error) {
    return fail(
        error == std::errc::no_such_file_or_directory ? ErrorCode::kNotFound : ErrorCode::kIo,
        "can't look into " + folder.string() + ": " + error.message());
  }
  std::vector<std::filesystem::path> photos;
  std::size_t count = 0;
  for (; entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    if (++count > kFolderEntriesMax) {
      return fail(ErrorCode::kTooLarge,
                  folder.string() + " has more than 100,000 entries; read it in parts");
    }
    const std::filesystem::path& path = entries->path();
    const bool hidden = path.filename().string().rfind('.', 0) == 0;
    if (!hidden && has_extension(path, {".jpg", ".jpeg", ".png"})) photos.push_back(path);
  }
  if (error) {
    return fail(ErrorCode::kIo, "can't look into " + folder.string() + ": " + error.message());
  }
  std::sort(photos.begin(), photos.end());
  return photos;
}

Result<FolderWatch> FolderWatch::start(std::filesystem::path folder) {
  FolderWatch watch(std::move(folder));
  const auto there = watch.poll();
  if (!there) return tl::unexpected(there.error());
  for (auto& [path, seen] : watch.seen_) seen.told = true;
  return watch;
}

Result<std::vector<std::filesystem::path>> FolderWatch::poll() {
  const Result<std::vector<std::filesystem::path>> photos = photos_of(folder_);
  if (!photos) return tl::unexpected(photos.error());
  std::map<std::filesystem::path, Seen> now;  // whoever went is forgotten
  std::vector<std::filesystem::path> ready;
  for (const std::filesystem::path& path : *photos) {
    std::error_code error;
    Seen seen;
    seen.bytes = std::filesystem::file_size(path, error);
    if (!error) seen.changed = std::filesystem::last_write_time(path, error);
    if (error) continue;  // gone again, or no file: another poll will see
    const auto before = seen_.find(path);
    const bool same = before != seen_.end() && before->second.bytes == seen.bytes &&
                      before->second.changed == seen.changed;
    if (same) seen.told = before->second.told;
    if (same && !seen.told) {
      ready.push_back(path);
      seen.told = true;
    }
    now.emplace(path, seen);
  }
  seen_ = std::move(now);
  return ready;
}

}  // namespace alpr::recognition
