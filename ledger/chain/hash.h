// SHA-256, HMAC-SHA-256 and HKDF, by OpenSSL's low-level functions: for the short messages of a
// ledger (a leaf has 97 bytes) the EVP layer costs as much as the hash (docs/decisions/0022). Any
// thread.
#pragma once

#include <openssl/sha.h>

#include <initializer_list>
#include <string_view>

#include "ledger/chain/types.h"

namespace alpr::chain {

Digest sha256(BytesView data);
Digest sha256(std::initializer_list<BytesView> parts);  // of the concatenation
Digest hmac_sha256(BytesView key, std::initializer_list<BytesView> parts);

// SHA-256 of prefix || a || b where a and b are together 55 to 118 bytes, so that the padded
// message is two blocks: what leaves and nodes of the tree are hashed with.
Digest sha256_two_blocks(std::uint8_t prefix, BytesView a, BytesView b = {});

// HKDF-SHA-256 (RFC 5869), 32 bytes out.
Digest hkdf_sha256(BytesView key, BytesView salt, std::string_view info);

// Incremental SHA-256 for things too large to hold.
class Sha256 {
 public:
  Sha256();
  ~Sha256();  // wipes: what is hashed may be secret
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(BytesView data);
  Digest finish();  // once

 private:
  SHA256_CTX context_;
};

// HMAC-SHA-256 under one key for many messages: the key's two blocks are hashed once. Wiped when it
// goes. Any number of threads may call mac() at a time.
class HmacKey {
 public:
  explicit HmacKey(BytesView key);
  ~HmacKey();
  HmacKey(const HmacKey&) = delete;
  HmacKey& operator=(const HmacKey&) = delete;
  Digest mac(std::initializer_list<BytesView> parts) const;

 private:
  SHA256_CTX inner_;
  SHA256_CTX outer_;
};

}  // namespace alpr::chain
