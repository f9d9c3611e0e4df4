#include "ledger/store/clock.h"

#include <time.h>

#include <fstream>
#include <stdexcept>

#include "ledger/chain/error.h"

namespace alpr::store {
namespace {

TimeUs read_clock(clockid_t which) {
  timespec time{};
  ALPR_CHECK(clock_gettime(which, &time) == 0);
  return {static_cast<std::int64_t>(time.tv_sec) * kSecondUs + time.tv_nsec / 1000};
}

}  // namespace

SystemClock::SystemClock() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, boot_id_);
  if (boot_id_.empty()) {
    throw std::runtime_error(
        "the kernel's boot id cannot be read: without it a set clock could not be told from a "
        "restart");
  }
}

TimeUs SystemClock::now() const { return read_clock(CLOCK_REALTIME); }
TimeUs SystemClock::boot() const { return read_clock(CLOCK_BOOTTIME); }

}  // namespace alpr::store
