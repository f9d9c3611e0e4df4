// The time that the device's own clock says. Any thread.
#pragma once

#include <chrono>

#include "ledger/chain/types.h"

namespace alpr::recognition {

inline TimeUs wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

}  // namespace alpr::recognition
