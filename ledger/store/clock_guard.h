// Watches the wall clock against the boot clock, so that no step of the former goes into the log
// unseen.
//
// Within a start of the machine the two must run alike from an anchor on: the last commit before
// this process, or the last confirmation. Over a restart of the machine only the wall clock is
// left: it may stand up to a day ahead of the last commit, and up to one step behind it. A
// simulated clock begins anew in every process: there only a step() counts. Owned by the sequencer;
// used on its thread, but for stopped().
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "ledger/chain/error.h"
#include "ledger/store/clock.h"

namespace alpr::store {

struct ClockPoint {
  TimeUs wall;
  TimeUs boot;
  std::string boot_id;
};
ClockPoint read_clock(const Clock& clock);
Bytes encode(const ClockPoint& point);  // be64 wall, be64 boot, boot id
Result<ClockPoint> decode_clock_point(BytesView bytes);

class ClockGuard {
 public:
  ClockGuard(const Clock& clock, const std::optional<ClockPoint>& last_commit,
             std::int64_t step_us);
  // The time as the clocks stand, or kClock; once it said so it does until confirm().
  Result<ClockPoint> read();
  ClockPoint confirm();  // what the clocks say now is right
  bool stopped() const { return stopped_; }

 private:
  const Clock& clock_;
  ClockPoint anchor_;
  std::int64_t step_us_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace alpr::store
