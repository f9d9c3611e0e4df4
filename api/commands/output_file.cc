#include "api/commands/output_file.h"

#include <system_error>

namespace alpr::api {

OutputFile::~OutputFile() {
  if (unfinished_.empty()) return;
  file_.close();
  std::error_code ignored;
  std::filesystem::remove(unfinished_, ignored);
}

Result<void> OutputFile::open(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error))
    return fail(ErrorCode::kConflict, path.string() + " is there already; name a new file");
  path_ = path;
  std::filesystem::path beside = path;
  beside += ".unfinished";
  file_.open(beside, std::ios::binary | std::ios::trunc);
  if (auto opened = written(); !opened) return opened;
  unfinished_ = beside;
  return {};
}

Result<void> OutputFile::append(std::string_view bytes) {
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  size_ += bytes.size();
  return written();
}

Result<void> OutputFile::patch(std::uint64_t at, std::string_view bytes) {
  file_.seekp(static_cast<std::streamoff>(at));
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file_.seekp(0, std::ios::end);
  return written();
}

Result<void> OutputFile::finish() {
  file_.close();
  if (auto done = written(); !done) return done;
  std::error_code error;
  std::filesystem::rename(unfinished_, path_, error);
  if (error) return fail(ErrorCode::kIo, path_.string() + ": " + error.message());
  unfinished_.clear();
  return {};
}

Result<void> OutputFile::written() const {
  if (file_) return {};
  return fail(ErrorCode::kIo, path_.string() + ": it cannot be written");
}

}  // namespace alpr::api
