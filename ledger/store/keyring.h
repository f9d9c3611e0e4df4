// The bytes of the vault's files: keyrings, the epoch secret, the sealed log key. Pure but for
// random_bytes; any thread. keyring.cc has the layouts.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "ledger/chain/error.h"
#include "ledger/chain/keys.h"
#include "ledger/chain/types.h"
#include "ledger/store/locked_memory.h"
#include "ledger/store/log_seeds.h"
#include "ledger/store/vault.h"

namespace alpr::store {

enum class Keyring : std::uint8_t { kPermanent = 1, kErasable = 2 };
enum class KeyUse : std::uint8_t { kMonth = 1, kHeld = 2, kRegister = 3, kBucket = 4, kBlob = 5 };

struct KeyName {
  KeyUse use = KeyUse::kMonth;
  std::uint64_t id = 0;  // the month, bucket, seq or blob; 0 for the register key
  auto operator<=>(const KeyName&) const = default;
};
using KeyMap =
    std::map<KeyName, SecretKey, std::less<>, LockedAllocator<std::pair<const KeyName, SecretKey>>>;

// New at every destruction of an erasable key; the number ties a keyring file to the secret it was
// sealed under.
struct EpochSecret {
  std::uint64_t number = 0;
  SecretKey secret;
};

inline constexpr std::size_t kKeyringSizeMax = 256U << 20;  // 6.5 million keys

SecretKey random_key();
SecretKey permanent_sealing_key(const SecretKey& master);
SecretKey erasable_sealing_key(const SecretKey& master, const EpochSecret& epoch);

Bytes seal_keyring(Keyring which, std::uint64_t epoch, const KeyMap& keys, const SecretKey& key);
// The epoch that a keyring file names in clear. kMalformed when it is no keyring of this kind.
Result<std::uint64_t> keyring_epoch(Keyring which, BytesView file);
// kMalformed, kCorrupt when it does not open under `key`.
Result<KeyMap> open_keyring(Keyring which, BytesView file, const SecretKey& key);

Bytes encode_epoch_secret(const EpochSecret& epoch);
Result<EpochSecret> decode_epoch_secret(
    BytesView file);  // kMalformed: torn, zeroed or something else

// At most kLogSeedsMax (ALPR_CHECK). open_log_seeds also reads the form with one seed of before
// keys could be rotated.
Bytes seal_log_seeds(const SecretKey& master, const LogSeeds& seeds);
Result<LogSeeds> open_log_seeds(const SecretKey& master, BytesView file);

}  // namespace alpr::store
