// What is wrong and no event by itself becomes one, so that it is on the record and reaches people
// like every other alarm. One thread at a time.
#pragma once

#include <optional>

#include "api/service.h"

namespace alpr::api {

class Cosigners;

// A witness that is asked is silent after so long without a cosignature; the log grows by a
// heartbeat every ten minutes, so there is always something to cosign.
inline constexpr std::int64_t kSilentUs = 3'600 * kSecondUs;
// A condition that stays is put on the record again after so long, and once more after a restart.
inline constexpr std::int64_t kStillThereUs = 86'400 * kSecondUs;

class Conditions {
 public:
  // `cosigners` outlives this; nullptr: no witness is asked.
  Conditions(Service& service, const Cosigners* cosigners)
      : service_(service), cosigners_(cosigners) {}

  // disk.low and witness.silent.
  Result<void> tick();

 private:
  // Whether it is to be put on the record now.
  bool due(bool there, std::optional<TimeUs>& raised);

  Service& service_;
  const Cosigners* cosigners_;
  std::optional<TimeUs> disk_raised_;
  std::optional<TimeUs> witness_raised_;
};

}  // namespace alpr::api
