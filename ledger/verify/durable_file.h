// Files that a crash leaves whole or absent. Any thread, each on its own paths.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "ledger/chain/error.h"

namespace alpr::verify {

inline constexpr std::size_t kTextFileMax = 1 << 20;  // bytes

// Writes PATH.new with this mode, fdatasyncs it, renames it to PATH and syncs the folder: after a
// crash PATH has the old text or the new one. kNoSpace, kIo.
Result<void> write_durably(const std::filesystem::path& path, std::string_view text, mode_t mode);
// kNotFound, kTooLarge, kIo.
Result<std::string> read_text(const std::filesystem::path& path);
// With its parents, mode 0700, and synced in its parent.
Result<void> make_durable_folder(const std::filesystem::path& folder);
Error system_error(std::string_view doing, const std::filesystem::path& path, int error);

}  // namespace alpr::verify
