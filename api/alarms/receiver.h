// One receiver of alarms: how far in the ledger it was told, what waits for it, when it is tried
// again. The ledger is its queue: a file keeps the place up to which everything was delivered, and
// what comes after it is found again after a restart. Memory is bounded by the number of alarm
// kinds, whatever is down for how long.
//
// step() is called by one thread at a time; failing_since() by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/alarms/message.h"
#include "api/service.h"

namespace alpr::api {

// Between two messages to a receiver that took the first: what comes meanwhile goes together.
inline constexpr std::int64_t kQuietUs = 300 * kSecondUs;

class AlarmReceiver {
 public:
  using Send = std::function<Result<void>(const AlarmMessage& message, TimeUs now)>;
  struct Names {
    std::string name;              // in logs and of its file
    std::filesystem::path folder;  // of its file
    std::string link;              // as in AlarmMessage
  };
  AlarmReceiver(Service& service, Names names, Send send);

  enum class Became { kNothing, kDelivered, kFailed };
  struct Step {
    Became became = Became::kNothing;
    std::string what;  // a line for the operator; empty: it said so the last time already
  };
  // Looks for new alarms, and sends what waits where no back-off runs. A receiver that was never
  // told anything begins with what is recorded from now on.
  Step step();

  // Since when its deliveries have failed; nullopt: the last one did not.
  std::optional<TimeUs> failing_since() const;

 private:
  Result<void> open();
  Result<void> look();
  Result<void> save(std::uint64_t told);
  Result<void> deliver();
  Step failed(const Error& error);

  Service& service_;
  const Names names_;
  const Send send_;
  bool open_ = false;
  std::uint64_t told_ = 0;    // events below are delivered or no alarms; in the file
  std::uint64_t looked_ = 0;  // events below are in notices_ where they are alarms
  std::vector<Notice> notices_;
  int failures_ = 0;  // in a row
  TimeUs not_before_;
  std::string said_;
  std::atomic<std::int64_t> failing_since_us_ = 0;  // 0: not failing
};

}  // namespace alpr::api
