// The receivers of the configuration, and a thread for each, so that one that is down delays no
// other and never a request.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "api/alarms/receiver.h"
#include "api/alarms/settings.h"

namespace alpr::api {

// A receiver that was not reached for so long shows on /healthz.
inline constexpr std::int64_t kUnreachedUs = 3'600 * kSecondUs;

class Alarms {
 public:
  // `folder` keeps each receiver's place. `settings` as checked() gives them. The secrets are read
  // with each message and not kept; that they can be read is seen here: kNotFound, kIo, kMalformed.
  static Result<std::unique_ptr<Alarms>> open(Service& service, const AlarmSettings& settings,
                                              const std::filesystem::path& folder);
  ~Alarms();  // waits for a message under way, half a minute at most
  Alarms(const Alarms&) = delete;
  Alarms& operator=(const Alarms&) = delete;

  // Each receiver looks for new alarms once a second from here on. Once.
  using Say = std::function<void(const AlarmReceiver::Step&)>;  // any thread
  void start(Say say);
  // How many receivers have failed for over an hour. Any thread.
  std::int64_t unreached() const;
  // For a caller that has its own clock, instead of start().
  std::vector<std::unique_ptr<AlarmReceiver>>& receivers() { return receivers_; }

 private:
  explicit Alarms(Service& service) : service_(service) {}
  void run(AlarmReceiver& receiver);

  Service& service_;
  std::vector<std::unique_ptr<AlarmReceiver>> receivers_;
  Say say_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace alpr::api
