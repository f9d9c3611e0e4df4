// The line in a file that its owner alone may read: a token, a password, a webhook's secret. Read
// each time it is needed, so that it can be changed while the server runs, and wiped with its
// owner. One thread.
#pragma once

#include <filesystem>

#include "ledger/chain/error.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/types.h"

namespace alpr::api {

inline constexpr std::size_t kSecretLineMax = 4096;  // bytes

class SecretLine {
 public:
  // Without the line's end. kNotFound, kIo, kTooLarge as of store::read_secret_file; kMalformed
  // where it is shorter than `min` bytes.
  static Result<SecretLine> read(const std::filesystem::path& file, std::size_t min);
  SecretLine(SecretLine&&) noexcept = default;
  SecretLine& operator=(SecretLine&&) = delete;
  ~SecretLine() { chain::wipe(bytes_); }
  BytesView bytes() const { return bytes_; }

 private:
  explicit SecretLine(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

}  // namespace alpr::api
