// Where a verifier keeps what it knows from one run to the next: a file that is whole or as before.
// It says what sealed payloads say, so nobody else may read it. Any thread, each on its own path.
#pragma once

#include <filesystem>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::verify {

// Writes PATH.new with mode 0600, syncs it, renames it to PATH, syncs the folder. kNoSpace, kIo.
Result<void> write_state_file(const std::filesystem::path& path, BytesView bytes);

}  // namespace alpr::verify
