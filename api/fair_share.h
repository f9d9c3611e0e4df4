// How much of the server one person has at once: so many requests in work, and so many a second on
// average. A hundred queries at once of one account leave the others their turn.
//
// What is turned away never reached a decision, so it is no event. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace alpr::api {

struct FairShareLimits {
  std::size_t in_work_max = 4;
  double requests_a_second = 20;
  double burst = 100;  // what a person who was quiet may ask at once
};

class FairShare {
 public:
  using Clock = std::chrono::steady_clock;

  explicit FairShare(const FairShareLimits& limits) : limits_(limits) {}

  // Stands for a request in work, until it is destroyed. Must not outlive the FairShare.
  class Turn {
   public:
    Turn(FairShare& share, std::string name) : share_(&share), name_(std::move(name)) {}
    Turn(Turn&& other) noexcept : share_(other.share_), name_(std::move(other.name_)) {
      other.share_ = nullptr;
    }
    Turn& operator=(Turn&& other) noexcept {
      std::swap(share_, other.share_);
      std::swap(name_, other.name_);
      return *this;
    }
    ~Turn() {
      if (share_ != nullptr) share_->leave(name_);
    }

   private:
    FairShare* share_;
    std::string name_;
  };

  // nullopt: not now; in a second there will be one.
  std::optional<Turn> enter(const std::string& name, Clock::time_point now = Clock::now());

 private:
  struct Person {
    std::size_t in_work = 0;
    double left = 0;
    Clock::time_point at;
  };
  void leave(const std::string& name);
  void forget_the_quiet(Clock::time_point now);

  const FairShareLimits limits_;
  std::mutex mutex_;
  std::map<std::string, Person> people_;
};

}  // namespace alpr::api
