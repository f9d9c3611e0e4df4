// The highest (size, root) that was signed, noted outside LMDB: a store that was put back from a
// copy would otherwise sign a second history of the same log. Owned by the vault, which locks; one
// thread at a time.
//
// Two slots of 64 bytes, written in turn, so that a torn write leaves the other one:
//   be64 counter, be64 size, root[32], the first 16 bytes of the SHA-256 of those before.
#pragma once

#include <filesystem>
#include <optional>

#include "ledger/chain/error.h"
#include "ledger/store/files.h"
#include "ledger/store/vault.h"

namespace alpr::store {

class HighWaterFile {
 public:
  static Result<void> create(const std::filesystem::path& path);  // durable, with no mark
  // kNotFound; kCorrupt when neither slot is valid and the file is not as create() left it.
  static Result<HighWaterFile> open(const std::filesystem::path& path);

  // One pwrite, not synced. kRollback when the mark is smaller than the last, or of its size and
  // another root.
  Result<void> note(const Vault::HighWater& mark);
  std::optional<Vault::HighWater> mark() const;

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  std::uint64_t counter_ = 0;  // 0: no mark yet
  Vault::HighWater mark_;
};

}  // namespace alpr::store
