// Whole files, durably. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::recognition {

// kNotFound, kIo, or kTooLarge when it has more than `size_max` bytes. Not a directory, pipe or
// device.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t size_max);

// Writes beside the target, syncs, renames, syncs the folder: after a crash there is the old file
// or the new one. Mode 0600. kNoSpace or kIo; then the target is as it was.
Result<void> write_file_durably(const std::filesystem::path& path, BytesView bytes);

// Writes over the first bytes of a file that is there, and syncs: for a secret that is to go. kIo.
Result<void> overwrite_file(const std::filesystem::path& path, BytesView bytes);

// Removes or renames, and syncs the folders concerned.
Result<void> remove_file_durably(const std::filesystem::path& path);
Result<void> rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

// Whether the name ends in one of these, whatever its case; they are given in lower case.
bool has_extension(const std::filesystem::path& path,
                   std::initializer_list<std::string_view> extensions);

inline constexpr std::string_view kPartSuffix = ".part";  // an unfinished write; safe to remove

}  // namespace alpr::recognition
