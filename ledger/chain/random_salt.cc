// The generator behind random_salt(). Each refill is 1024 bytes of ChaCha20 under the current key;
// the first 32 become the next key at once, the others are given out and wiped as they go.
#include <pthread.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "ledger/chain/keys.h"

namespace alpr::chain {
namespace {

constexpr std::size_t kKeySize = crypto_stream_chacha20_KEYBYTES;
constexpr std::size_t kRefillSize = 1024;
constexpr std::size_t kRefillsPerKey = 1024;

// A child must not go on with its parent's stream.
std::atomic<std::uint64_t> forks = 0;

void note_forks() {
  static const int registered = pthread_atfork(nullptr, nullptr, [] { ++forks; });
  ALPR_CHECK(registered == 0);
}

class Generator {
 public:
  Generator() { note_forks(); }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  ~Generator() { wipe(bytes_); }

  void give(std::span<std::uint8_t> out) {
    if (forks_ != forks.load(std::memory_order_relaxed)) rekey();
    while (!out.empty()) {
      if (at_ == kRefillSize) refill();
      const auto part = std::span(bytes_).subspan(at_, std::min(out.size(), kRefillSize - at_));
      std::copy(part.begin(), part.end(), out.begin());
      wipe(part);
      at_ += part.size();
      out = out.subspan(part.size());
    }
  }

 private:
  void rekey() {
    forks_ = forks.load(std::memory_order_relaxed);
    random_bytes(std::span(bytes_).first(kKeySize));
    at_ = kRefillSize;  // what is left of the old stream is not used
    refills_left_ = kRefillsPerKey;
  }

  void refill() {
    if (refills_left_ == 0) rekey();
    --refills_left_;
    constexpr std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> kNonce{};
    std::array<std::uint8_t, kKeySize> key;
    std::copy_n(bytes_.begin(), kKeySize, key.begin());
    crypto_stream_chacha20(bytes_.data(), bytes_.size(), kNonce.data(), key.data());
    wipe(key);
    at_ = kKeySize;
  }

  std::array<std::uint8_t, kRefillSize> bytes_{};  // the next key, then what is not given out yet
  std::size_t at_ = kRefillSize;
  std::size_t refills_left_ = 0;
  std::uint64_t forks_ = 0;
};

}  // namespace

void random_salt(std::span<std::uint8_t> out) {
  thread_local Generator generator;
  generator.give(out);
}

}  // namespace alpr::chain
