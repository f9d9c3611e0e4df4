// The seeds of the log's Ed25519 keys, as the vault keeps them. Bytes of the file: keyring.cc.
#pragma once

#include <limits>
#include <vector>

#include "ledger/chain/keys.h"
#include "ledger/chain/types.h"
#include "ledger/store/secret_key.h"

namespace alpr::store {

inline constexpr TimeUs kNoEnd{std::numeric_limits<std::int64_t>::max()};

struct LogSeed {
  SecretKey seed;
  TimeUs until = kNoEnd;  // the last header time at which it signs beside a newer one
  chain::SigningKey signing_key() const { return chain::SigningKey::from_seed(seed.bytes); }
  PublicKey public_key() const { return signing_key().public_key(); }
};
using LogSeeds = std::vector<LogSeed>;  // oldest first

// Beside each other: more rotations than this within one overlap are refused.
inline constexpr std::size_t kLogSeedsMax = 8;

}  // namespace alpr::store
