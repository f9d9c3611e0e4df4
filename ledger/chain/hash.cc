#define OPENSSL_SUPPRESS_DEPRECATED  // docs/decisions/0022 says why, and what follows from it
#include "ledger/chain/hash.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>

#include "ledger/chain/error.h"

namespace alpr::chain {
namespace {

constexpr std::size_t kBlockSize = 64;

// These functions fail for no input; their 1 is checked all the same.
void begin(SHA256_CTX& context) { ALPR_CHECK(SHA256_Init(&context) == 1); }

void add(SHA256_CTX& context, BytesView data) {
  ALPR_CHECK(SHA256_Update(&context, data.data(), data.size()) == 1);
}

Digest end(SHA256_CTX& context) {
  Digest digest;
  ALPR_CHECK(SHA256_Final(digest.data(), &context) == 1);
  return digest;
}

}  // namespace

Digest sha256(BytesView data) { return sha256({data}); }

Digest sha256(std::initializer_list<BytesView> parts) {
  SHA256_CTX context;
  begin(context);
  for (const BytesView part : parts) add(context, part);
  return end(context);  // SHA256_Final wipes the context
}

Digest sha256_two_blocks(std::uint8_t prefix, BytesView a, BytesView b) {
  const std::size_t size = 1 + a.size() + b.size();
  // The padding is a one bit and the length in bits, which take nine bytes at least.
  ALPR_CHECK(size > kBlockSize - 9 && size <= 2 * kBlockSize - 9);
  std::array<std::uint8_t, 2 * kBlockSize> message{prefix};
  std::copy(a.begin(), a.end(), message.begin() + 1);
  std::copy(b.begin(), b.end(), message.begin() + 1 + static_cast<std::ptrdiff_t>(a.size()));
  message[size] = 0x80;
  message[126] = static_cast<std::uint8_t>(size * 8 >> 8);
  message[127] = static_cast<std::uint8_t>(size * 8);
  SHA256_CTX context;
  begin(context);
  add(context, message);  // whole blocks are hashed at once, none is left to finish
  Digest digest;
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      digest[4 * i + k] = static_cast<std::uint8_t>(context.h[i] >> (24 - 8 * k));
    }
  }
  return digest;
}

Digest hmac_sha256(BytesView key, std::initializer_list<BytesView> parts) {
  return HmacKey(key).mac(parts);
}

Digest hkdf_sha256(BytesView key, BytesView salt, std::string_view info) {
  const Digest extracted = hmac_sha256(salt, {key});
  const std::uint8_t first_block = 1;
  return hmac_sha256(extracted, {as_bytes(info), BytesView(&first_block, 1)});
}

Sha256::Sha256() { begin(context_); }
Sha256::~Sha256() { OPENSSL_cleanse(&context_, sizeof context_); }
void Sha256::update(BytesView data) { add(context_, data); }
Digest Sha256::finish() { return end(context_); }

HmacKey::HmacKey(BytesView key) {
  std::array<std::uint8_t, kBlockSize> pad{};
  if (key.size() > kBlockSize) {
    const Digest short_key = sha256(key);
    std::copy(short_key.begin(), short_key.end(), pad.begin());
  } else {
    std::copy(key.begin(), key.end(), pad.begin());
  }
  for (auto& byte : pad) byte ^= 0x36;
  begin(inner_);
  add(inner_, pad);
  for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
  begin(outer_);
  add(outer_, pad);
  OPENSSL_cleanse(pad.data(), pad.size());
}

HmacKey::~HmacKey() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

Digest HmacKey::mac(std::initializer_list<BytesView> parts) const {
  SHA256_CTX context = inner_;
  for (const BytesView part : parts) add(context, part);
  const Digest inner = end(context);
  context = outer_;
  add(context, inner);
  return end(context);
}

}  // namespace alpr::chain
