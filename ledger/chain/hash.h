// SHA-256, HMAC-SHA-256 and HKDF. OpenSSL behind one fetched EVP_MD; a context per thread, reused.
// Any thread.
#pragma once

#include <initializer_list>
#include <string_view>

#include "ledger/chain/types.h"

namespace alpr::chain {

Digest sha256(BytesView data);
Digest sha256(std::initializer_list<BytesView> parts);  // of the concatenation
Digest hmac_sha256(BytesView key, std::initializer_list<BytesView> parts);

// HKDF-SHA-256 (RFC 5869), 32 bytes out.
Digest hkdf_sha256(BytesView key, BytesView salt, std::string_view info);

// Incremental SHA-256 for things too large to hold.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(BytesView data);
  Digest finish();  // once

 private:
  void* context_;
};

}  // namespace alpr::chain
