// 32 secret bytes that are zeroed when they go. Any thread, each its own.
#pragma once

#include <array>
#include <string_view>

#include "ledger/chain/keys.h"

namespace alpr::store {

struct SecretKey {
  std::array<std::uint8_t, 32> bytes{};
  SecretKey() = default;
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey() { chain::wipe(bytes); }
  // A key of its own for another use of the same secret, e.g. "evidence", "registers":
  // HKDF-SHA-256, no salt. (keyring.cc)
  SecretKey derive(std::string_view use) const;
};

}  // namespace alpr::store
