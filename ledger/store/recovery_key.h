// The key that backups are wrapped to: X25519, its secret on paper or in a safe, never on this
// machine. Whoever has the secret and a backup reads everything permanent; nobody needs it to make
// one. Pure but for random bytes; any thread.
//
// The secret is written as one line, `plateledger-recovery+<8 hex>+<base64>`: the first 4 bytes of
// the SHA-256 of the public key, then the 32 secret bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/chain/event.h"
#include "ledger/store/environment.h"
#include "ledger/store/secret_key.h"

namespace alpr::store {

struct RecoverySecret {
  SecretKey secret;
  PublicKey public_key{};  // X25519
};
RecoverySecret make_recovery_secret();
std::string write_recovery_secret(
    const RecoverySecret& secret);  // without a line feed; wiped by the caller
Result<RecoverySecret> parse_recovery_secret(std::string_view line);  // kMalformed

// How it is named where it must not be mistaken: SHA-256 of the public key.
Digest recovery_id(const PublicKey& public_key);

// 32 bytes of a key, boxed for it (libsodium's crypto_box_seal). kMalformed: a public key of small
// order, under which everybody could open the box.
Result<Bytes> wrap_for_recovery(const SecretKey& key, const PublicKey& public_key);
Result<SecretKey> unwrap_with(const RecoverySecret& secret, BytesView box);  // kUnauthenticated
// 32 bytes that can be wrapped for. kMalformed.
Result<PublicKey> checked_recovery_key(BytesView bytes);

// recovery.enrolled, and what the log last said; the row "recovery" of `meta`.
chain::Draft recovery_enrolled(const PublicKey& public_key);
Result<void> fold_recovery_key(const chain::EventView& event, Txn& txn);
Result<std::optional<PublicKey>> read_recovery_key(const Txn& txn);  // kCorrupt

}  // namespace alpr::store
