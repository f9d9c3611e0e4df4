// The small strong types that every room uses.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alpr {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

using Digest = std::array<std::uint8_t, 32>;  // SHA-256 or HMAC-SHA-256
using Salt = std::array<std::uint8_t, 32>;
using PublicKey = std::array<std::uint8_t, 32>;  // Ed25519
using Signature = std::array<std::uint8_t, 64>;  // Ed25519

// Position of an event in the log, from 0.
struct Sequence {
  std::uint64_t value = 0;
  auto operator<=>(const Sequence&) const = default;
};

// Microseconds since 1970-01-01T00:00:00Z.
struct TimeUs {
  std::int64_t value = 0;
  auto operator<=>(const TimeUs&) const = default;
};

inline constexpr std::int64_t kSecondUs = 1'000'000;
// A thirty-day event is due this long after its header time (I12-G-1, AMB-13: 30 x 86,400 s).
inline constexpr std::int64_t kRetentionUs = 2'592'000 * kSecondUs;
inline constexpr std::int64_t kBucketUs =
    900 * kSecondUs;  // one erasure key per 15 minutes of upload time

// The 15-minute upload bucket that a thirty-day event belongs to: floor(header time / 900 s).
struct Bucket {
  std::uint64_t value = 0;
  auto operator<=>(const Bucket&) const = default;
};
inline Bucket bucket_of(TimeUs time) {
  return {static_cast<std::uint64_t>(time.value / kBucketUs)};
}
inline TimeUs bucket_start(Bucket b) { return {static_cast<std::int64_t>(b.value) * kBucketUs}; }
inline TimeUs bucket_end(Bucket b) { return {static_cast<std::int64_t>(b.value + 1) * kBucketUs}; }
inline TimeUs due_time(TimeUs uploaded) { return {uploaded.value + kRetentionUs}; }

}  // namespace alpr
