#include "ledger/chain/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <new>

#include "ledger/chain/error.h"

namespace alpr::chain {
namespace {

constexpr std::size_t kBlockSize = 64;

// Fetched once and kept for the life of the process: a fetch per hash costs more than the hash.
const EVP_MD* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  ALPR_CHECK(method != nullptr);
  return method;
}

EVP_MD_CTX* new_context() {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  if (context == nullptr) throw std::bad_alloc();
  return context;
}

struct ThreadContext {
  EVP_MD_CTX* const context = new_context();
  ThreadContext() = default;
  ThreadContext(const ThreadContext&) = delete;
  ThreadContext& operator=(const ThreadContext&) = delete;
  ~ThreadContext() { EVP_MD_CTX_free(context); }
};

EVP_MD_CTX* begin() {
  thread_local const ThreadContext mine;
  ALPR_CHECK(EVP_DigestInit_ex2(mine.context, sha256_method(), nullptr) == 1);
  return mine.context;
}

void add(EVP_MD_CTX* context, BytesView data) {
  ALPR_CHECK(EVP_DigestUpdate(context, data.data(), data.size()) == 1);
}

Digest end(EVP_MD_CTX* context) {
  Digest digest;
  ALPR_CHECK(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace

Digest sha256(BytesView data) {
  EVP_MD_CTX* const context = begin();
  add(context, data);
  return end(context);
}

Digest sha256(std::initializer_list<BytesView> parts) {
  EVP_MD_CTX* const context = begin();
  for (const BytesView part : parts) add(context, part);
  return end(context);
}

Digest hmac_sha256(BytesView key, std::initializer_list<BytesView> parts) {
  std::array<std::uint8_t, kBlockSize> pad{};
  if (key.size() > kBlockSize) {
    const Digest short_key = sha256(key);
    std::copy(short_key.begin(), short_key.end(), pad.begin());
  } else {
    std::copy(key.begin(), key.end(), pad.begin());
  }
  for (auto& byte : pad) byte ^= 0x36;
  EVP_MD_CTX* context = begin();
  add(context, pad);
  for (const BytesView part : parts) add(context, part);
  const Digest inner = end(context);
  for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
  context = begin();
  add(context, pad);
  add(context, inner);
  OPENSSL_cleanse(pad.data(), pad.size());
  return end(context);
}

Digest hkdf_sha256(BytesView key, BytesView salt, std::string_view info) {
  const Digest extracted = hmac_sha256(salt, {key});
  const std::uint8_t first_block = 1;
  return hmac_sha256(extracted, {as_bytes(info), BytesView(&first_block, 1)});
}

Sha256::Sha256() : context_(new_context()) {
  ALPR_CHECK(EVP_DigestInit_ex2(static_cast<EVP_MD_CTX*>(context_), sha256_method(), nullptr) == 1);
}

Sha256::~Sha256() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }

void Sha256::update(BytesView data) { add(static_cast<EVP_MD_CTX*>(context_), data); }

Digest Sha256::finish() { return end(static_cast<EVP_MD_CTX*>(context_)); }

}  // namespace alpr::chain
