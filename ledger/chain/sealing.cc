// The construction: subkey = HChaCha20(key, nonce[0..15]); ChaCha20 (RFC 8439) under it with the
// nonce 0^4 || nonce[16..23]; block 0 gives the Poly1305 key, blocks 1... are the key stream; the
// tag is over  associated, 0 to 16, ciphertext, 0 to 16, le64 and le64 of their sizes.
//
// libsodium's vector code takes 512 bytes at a time and is slow at the rest: 332 bytes cost it
// twice what 512 do. So block 0 and the message lie in one buffer of whole 512s, and the key stream
// is made in one call.
#include "ledger/chain/sealing.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "ledger/chain/error.h"
#include "ledger/chain/keys.h"

namespace alpr::chain {
namespace {

static_assert(kSealNonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kSealTagSize == crypto_aead_xchacha20poly1305_ietf_ABYTES);

constexpr std::size_t kBlock = 64;
constexpr std::size_t kStep = 512;
constexpr std::size_t kShortMax = 4 * kStep - kBlock;

using Tag = std::array<std::uint8_t, kSealTagSize>;

// Block 0 and a message, and how much of it is in use. Wiped by its owner.
struct Work {
  std::array<std::uint8_t, 4 * kStep> bytes;
  std::size_t used;

  explicit Work(BytesView message) : used((kBlock + message.size() + kStep - 1) / kStep * kStep) {
    std::fill_n(bytes.begin(), kBlock, 0);
    std::copy(message.begin(), message.end(), bytes.begin() + kBlock);
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(kBlock + message.size()),
              bytes.begin() + static_cast<std::ptrdiff_t>(used), 0);
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() { wipe(std::span(bytes).first(used)); }

  void apply_key_stream(const SealKey& with) {
    std::array<std::uint8_t, crypto_core_hchacha20_OUTPUTBYTES> subkey;
    crypto_core_hchacha20(subkey.data(), with.nonce.data(), with.key.data(), nullptr);
    std::array<std::uint8_t, crypto_stream_chacha20_ietf_NONCEBYTES> nonce{};
    std::copy(with.nonce.begin() + 16, with.nonce.end(), nonce.begin() + 4);
    crypto_stream_chacha20_ietf_xor(bytes.data(), bytes.data(), used, nonce.data(), subkey.data());
    wipe(subkey);
  }
  const std::uint8_t* tag_key() const { return bytes.data(); }
  BytesView message(std::size_t size) const { return BytesView(bytes).subspan(kBlock, size); }
};

Tag tag_of(const std::uint8_t* key, BytesView associated, BytesView ciphertext) {
  constexpr std::array<std::uint8_t, 16> kZeros{};
  crypto_onetimeauth_poly1305_state state;
  crypto_onetimeauth_poly1305_init(&state, key);
  std::array<std::uint8_t, 16> sizes{};
  for (std::size_t i = 0; i < 8; ++i) {
    sizes[i] = static_cast<std::uint8_t>(std::uint64_t{associated.size()} >> (8 * i));
    sizes[8 + i] = static_cast<std::uint8_t>(std::uint64_t{ciphertext.size()} >> (8 * i));
  }
  for (const BytesView part : {associated, ciphertext}) {
    crypto_onetimeauth_poly1305_update(&state, part.data(), part.size());
    crypto_onetimeauth_poly1305_update(&state, kZeros.data(), (16 - part.size() % 16) % 16);
  }
  crypto_onetimeauth_poly1305_update(&state, sizes.data(), sizes.size());
  Tag tag;
  crypto_onetimeauth_poly1305_final(&state, tag.data());
  sodium_memzero(&state, sizeof state);
  return tag;
}

}  // namespace

void seal(const SealKey& with, BytesView associated, BytesView clear, std::span<std::uint8_t> out) {
  ALPR_CHECK(out.size() == clear.size() + kSealTagSize);
  if (clear.size() > kShortMax) {
    ALPR_CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(
                   out.data(), nullptr, clear.data(), clear.size(), associated.data(),
                   associated.size(), nullptr, with.nonce.data(), with.key.data()) == 0);
    return;
  }
  Work work(clear);
  work.apply_key_stream(with);
  const BytesView ciphertext = work.message(clear.size());
  const Tag tag = tag_of(work.tag_key(), associated, ciphertext);
  std::copy(ciphertext.begin(), ciphertext.end(), out.begin());
  std::copy(tag.begin(), tag.end(), out.end() - kSealTagSize);
}

bool unseal(const SealKey& with, BytesView associated, BytesView sealed,
            std::span<std::uint8_t> out) {
  ALPR_CHECK(sealed.size() >= kSealTagSize && out.size() == sealed.size() - kSealTagSize);
  const BytesView ciphertext = sealed.first(out.size());
  if (ciphertext.size() > kShortMax) {
    const bool opened =
        crypto_aead_xchacha20poly1305_ietf_decrypt(
            out.data(), nullptr, nullptr, sealed.data(), sealed.size(), associated.data(),
            associated.size(), with.nonce.data(), with.key.data()) == 0;
    if (!opened) std::fill(out.begin(), out.end(), 0);
    return opened;
  }
  Work work(ciphertext);
  work.apply_key_stream(with);
  const Tag tag = tag_of(work.tag_key(), associated, ciphertext);
  // Nothing leaves before the tag is known to be right.
  if (!equal_constant_time(tag, sealed.last(kSealTagSize))) {
    std::fill(out.begin(), out.end(), 0);
    return false;
  }
  const BytesView clear = work.message(out.size());
  std::copy(clear.begin(), clear.end(), out.begin());
  return true;
}

}  // namespace alpr::chain
