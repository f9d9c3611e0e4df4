// The one form of everything that is sealed at rest: nonce[24] || XChaCha20-Poly1305(bytes),
// libsodium's IETF construction, the nonce random. Pure but for random_salt; any thread.
#pragma once

#include <span>
#include <utility>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "ledger/store/secret_key.h"

namespace alpr::store {

inline constexpr std::size_t kBoxNonceSize = 24;
inline constexpr std::size_t kBoxOverhead = kBoxNonceSize + 16;

Bytes seal_box(const SecretKey& key, BytesView associated, BytesView clear);
// The same, into `box`, which has clear.size() + kBoxOverhead bytes.
void seal_box_into(std::span<std::uint8_t> box, const SecretKey& key, BytesView associated,
                   BytesView clear);
// kCorrupt when it does not open: another key, other associated data, or any changed byte.
Result<Bytes> open_box(const SecretKey& key, BytesView associated, BytesView box);
// The same in the box's own memory, for what is long: `box` becomes what was sealed.
Result<void> open_box_in_place(const SecretKey& key, BytesView associated, Bytes& box);

// A buffer with secrets in it, zeroed when it goes. Its capacity must be reserved before it is
// filled.
struct WipedBytes {
  Bytes value;
  WipedBytes() = default;
  explicit WipedBytes(Bytes bytes) : value(std::move(bytes)) {}
  WipedBytes(const WipedBytes&) = delete;
  WipedBytes& operator=(const WipedBytes&) = delete;
  ~WipedBytes() { chain::wipe(value); }
};

}  // namespace alpr::store
