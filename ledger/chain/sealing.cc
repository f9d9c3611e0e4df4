// The construction: subkey = HChaCha20(key, nonce[0..15]); ChaCha20 (RFC 8439) under it with the
// nonce 0^4 || nonce[16..23]; block 0 gives the Poly1305 key, blocks 1... are the key stream; the
// tag is over  associated, 0 to 16, ciphertext, 0 to 16, le64 and le64 of their sizes.
//
// libsodium's vector code takes 512 bytes at a time and is slow at the rest: 332 bytes cost it
// twice what 512 do. So block 0 and the message lie in one buffer of whole 512s, and the key stream
// is made in one call. What is longer is left to OpenSSL, whose vector code takes two thirds of
// libsodium's time at 10 kB and half at 100 kB.
#include "ledger/chain/sealing.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <limits>

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

// ChaCha20-Poly1305's own key and nonce under an XChaCha20 key and nonce. Wiped.
struct Inner {
  std::array<std::uint8_t, crypto_core_hchacha20_OUTPUTBYTES> key;
  std::array<std::uint8_t, crypto_stream_chacha20_ietf_NONCEBYTES> nonce{};

  explicit Inner(const SealKey& with) {
    crypto_core_hchacha20(key.data(), with.nonce.data(), with.key.data(), nullptr);
    std::copy(with.nonce.begin() + 16, with.nonce.end(), nonce.begin() + 4);
  }
  Inner(const Inner&) = delete;
  Inner& operator=(const Inner&) = delete;
  ~Inner() { wipe(key); }
};

// Block 0 and a message, and how much of it is in use. Wiped, but for a ciphertext.
struct Work {
  std::array<std::uint8_t, 4 * kStep> bytes;
  std::size_t used;
  std::size_t ciphertext = 0;  // bytes behind block 0 that are no secret

  explicit Work(BytesView message) : used((kBlock + message.size() + kStep - 1) / kStep * kStep) {
    std::fill_n(bytes.begin(), kBlock, 0);
    std::copy(message.begin(), message.end(), bytes.begin() + kBlock);
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(kBlock + message.size()),
              bytes.begin() + static_cast<std::ptrdiff_t>(used), 0);
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() {
    wipe(std::span(bytes).first(kBlock));
    wipe(std::span(bytes).subspan(kBlock + ciphertext, used - kBlock - ciphertext));
  }

  void apply_key_stream(const SealKey& with) {
    const Inner inner(with);
    crypto_stream_chacha20_ietf_xor(bytes.data(), bytes.data(), used, inner.nonce.data(),
                                    inner.key.data());
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

// OpenSSL's cipher in a context that is made once. Its calls fail for no message of ours but one
// that does not open; what they say is checked all the same.
class LongMessages {
 public:
  static LongMessages& of_this_thread() {
    thread_local LongMessages one;
    return one;
  }

  void seal(const SealKey& with, BytesView associated, BytesView clear,
            std::span<std::uint8_t> out) {
    begin(with, associated, /*sealing=*/true);
    update(out.data(), clear);
    ALPR_CHECK(finish(out.data() + clear.size()));
    const auto tag = out.last(kSealTagSize);
    ALPR_CHECK(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, kTagSize, tag.data()) == 1);
    forget_key();
  }

  bool unseal(const SealKey& with, BytesView associated, BytesView ciphertext, Tag tag,
              std::span<std::uint8_t> out) {
    begin(with, associated, /*sealing=*/false);
    ALPR_CHECK(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1);
    update(out.data(), ciphertext);
    const bool opened = finish(out.data() + out.size());
    forget_key();
    return opened;
  }

 private:
  static constexpr int kTagSize = kSealTagSize;

  LongMessages() : context_(EVP_CIPHER_CTX_new()) {
    static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
    ALPR_CHECK(cipher != nullptr && context_ != nullptr);
    ALPR_CHECK(EVP_EncryptInit_ex2(context_, cipher, nullptr, nullptr, nullptr) == 1);
  }
  LongMessages(const LongMessages&) = delete;
  LongMessages& operator=(const LongMessages&) = delete;
  ~LongMessages() { EVP_CIPHER_CTX_free(context_); }

  void begin(const SealKey& with, BytesView associated, bool sealing) {
    const Inner inner(with);
    ALPR_CHECK(EVP_CipherInit_ex2(context_, nullptr, inner.key.data(), inner.nonce.data(),
                                  sealing ? 1 : 0, nullptr) == 1);
    update(nullptr, associated);
  }
  void update(std::uint8_t* out, BytesView in) {
    ALPR_CHECK(in.size() <= std::numeric_limits<int>::max());
    int written = 0;
    ALPR_CHECK(EVP_CipherUpdate(context_, out, &written, in.data(), static_cast<int>(in.size())) ==
               1);
  }
  bool finish(std::uint8_t* end) {
    int written = 0;
    return EVP_CipherFinal_ex(context_, end, &written) == 1;
  }
  void forget_key() {
    constexpr std::array<std::uint8_t, crypto_core_hchacha20_OUTPUTBYTES> kNone{};
    ALPR_CHECK(EVP_CipherInit_ex2(context_, nullptr, kNone.data(), nullptr, 1, nullptr) == 1);
  }

  EVP_CIPHER_CTX* context_;
};

}  // namespace

void seal(const SealKey& with, BytesView associated, BytesView clear, std::span<std::uint8_t> out) {
  ALPR_CHECK(out.size() == clear.size() + kSealTagSize);
  if (clear.size() > kShortMax) {
    LongMessages::of_this_thread().seal(with, associated, clear, out);
    return;
  }
  Work work(clear);
  work.apply_key_stream(with);
  work.ciphertext = clear.size();
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
    Tag tag;
    std::copy_n(sealed.end() - kSealTagSize, kSealTagSize, tag.begin());
    const bool opened =
        LongMessages::of_this_thread().unseal(with, associated, ciphertext, tag, out);
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
