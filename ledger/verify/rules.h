// What a finding is measured against: requirement IDs of the order, and the parts of the format's
// description.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "ledger/chain/types.h"

namespace alpr::verify::rule {

inline constexpr std::string_view kStore = "event-format: at rest";
inline constexpr std::string_view kBundle = "event-format: bundle";
inline constexpr std::string_view kHeader = "event-format: header";
inline constexpr std::string_view kChain = "event-format: chain";
inline constexpr std::string_view kKeys = "event-format: keys";
inline constexpr std::string_view kPayload = "event-format: payload";
inline constexpr std::string_view kImage = "event-format: image";
inline constexpr std::string_view kKind = "event-kinds";
inline constexpr std::string_view kTiles = "C2SP tlog-tiles";
inline constexpr std::string_view kCheckpoint = "C2SP tlog-checkpoint";
inline constexpr std::string_view kCosignature = "C2SP tlog-cosignature";
inline constexpr std::string_view kPurge = "I12-G-1";  // purged at 30 days, not before, not later
inline constexpr std::string_view kHold = "I12-G-2";   // retained longer only on a hold
inline constexpr std::string_view kRelease =
    "I12-G-3";  // after the last hold the limit applies again
inline constexpr std::string_view kProcess = "I12-G-4";  // the deletion process exists and is shown

}  // namespace alpr::verify::rule

namespace alpr::verify {

// How long after its due time a payload may still be there: the purge runs by the bucket and every
// half hour (docs/architecture.md, invariant 5: within the hour).
inline constexpr std::int64_t kPurgeGraceUs = 3'600 * kSecondUs;
// How long a tombstone may stand without its keys.destroyed.
inline constexpr std::int64_t kDestroyGraceUs = 300 * kSecondUs;
inline constexpr std::int64_t kReviewUs = 90 * 86'400 * kSecondUs;

// Saturates: a header may hold any time up to 2^63-1.
inline TimeUs plus(TimeUs time, std::int64_t us) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  return {time.value > kMax - us ? kMax : time.value + us};
}
inline TimeUs due(TimeUs uploaded) { return plus(uploaded, kRetentionUs); }

}  // namespace alpr::verify
