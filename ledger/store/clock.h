// Where time comes from. The only file beside clock.cc that may ask the system. Any thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "ledger/chain/types.h"

namespace alpr::store {

// now() is the wall clock; boot() the time since boot, which counts suspended time and which nobody
// can set.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeUs now() const = 0;
  virtual TimeUs boot() const = 0;
  virtual std::string boot_id() const = 0;  // changes at every start of the machine
};

class SystemClock final : public Clock {
 public:
  SystemClock();  // throws std::runtime_error where the kernel does not tell its boot id
  TimeUs now() const override;
  TimeUs boot() const override;
  std::string boot_id() const override { return boot_id_; }

 private:
  std::string boot_id_;
};

// For tests and for stores whose genesis says `simulated`. boot() runs along, unless step() is
// used.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(TimeUs start) : now_(start.value), boot_(0) {}
  TimeUs now() const override { return {now_.load()}; }
  TimeUs boot() const override { return {boot_.load()}; }
  std::string boot_id() const override { return "simulated"; }
  void advance(std::int64_t us) {
    now_ += us;
    boot_ += us;
  }
  void step(std::int64_t us) { now_ += us; }  // as if somebody had set the wall clock

 private:
  std::atomic<std::int64_t> now_;
  std::atomic<std::int64_t> boot_;
};

}  // namespace alpr::store
