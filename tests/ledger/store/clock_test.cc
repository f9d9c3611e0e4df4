// Proves what the clocks promise: the system's runs with the wall clock and the boot clock, the
// simulated one only moves when told. The system's is compared with itself and with the kernel's
// own words, never with a fixed time.
#include "ledger/store/clock.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace alpr::store {
namespace {

constexpr std::int64_t kYearUs = 365LL * 86'400 * kSecondUs;

TEST(Clock, SystemClockCountsMicrosecondsSinceTheEpoch) {
  const SystemClock clock;
  EXPECT_GT(clock.now().value, 50 * kYearUs);
  EXPECT_LT(clock.now().value, 300 * kYearUs);
}

TEST(Clock, BootTimeNeverRunsBackwardsAndIsShorterThanTheWallClock) {
  const SystemClock clock;
  const TimeUs first = clock.boot();
  const TimeUs second = clock.boot();
  EXPECT_GT(first.value, 0);
  EXPECT_GE(second, first);
  EXPECT_LT(second, clock.now());
}

TEST(Clock, BootIdIsTheKernels) {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string expected;
  std::getline(file, expected);
  EXPECT_EQ(SystemClock().boot_id(), expected);
  EXPECT_EQ(SystemClock().boot_id(), SystemClock().boot_id());
}

TEST(Clock, SimulatedClockStandsStillUntilAdvanced) {
  SimulatedClock clock({1'000});
  EXPECT_EQ(clock.now(), TimeUs{1'000});
  EXPECT_EQ(clock.boot(), TimeUs{0});
  clock.advance(250);
  EXPECT_EQ(clock.now(), TimeUs{1'250});
  EXPECT_EQ(clock.boot(), TimeUs{250});
}

TEST(Clock, SteppingMovesTheWallClockAlone) {
  SimulatedClock clock({1'000});
  clock.step(-400);
  EXPECT_EQ(clock.now(), TimeUs{600});
  EXPECT_EQ(clock.boot(), TimeUs{0});
  EXPECT_EQ(clock.boot_id(), "simulated");
}

}  // namespace
}  // namespace alpr::store
