// Who waits for alerts: officers with a stream open, woken when something was committed that is
// news to them.
//
// Nothing of a hit passes through here. A stream that is woken looks into the registers itself,
// records what it is about to show, and shows it (decision record 0028). Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "ledger/chain/event.h"

namespace alpr::api {

struct AlertLimits {
  std::size_t streams_max = 256;
  std::size_t streams_per_user_max = 4;
};

class Alerts {
 public:
  explicit Alerts(const AlertLimits& limits) : limits_(limits) {}
  Alerts(const Alerts&) = delete;
  Alerts& operator=(const Alerts&) = delete;

  // A place among the listeners, for as long as it lives; it must not outlive the Alerts.
  class Place {
   public:
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    // Calls `wake` at news from here on. It is called with a lock held that this takes too: it must
    // return at once and not come back here.
    void listen(std::function<void()> wake);
    void wake();  // as if there were news
    // A newer stream of the same person took the place.
    bool taken() const;

   private:
    friend class Alerts;
    Place(Alerts& alerts, std::string username);
    Alerts& alerts_;
    const std::string username_;
    // Under the lock of the Alerts.
    std::function<void()> wake_;
    bool taken_ = false;
  };
  // Where the person has as many as they may, their oldest place is taken: its connection may be
  // lost without anybody here knowing. nullptr: every place is in use.
  std::unique_ptr<Place> enter(const std::string& username);

  // Wakes everybody where an event is a hit, a list gone stale or the end of a session. On the
  // sequencer's thread; does not block on more than the lock.
  void committed(std::span<const chain::EventView> events);

  std::size_t size() const;  // places in use

 private:
  const AlertLimits limits_;
  mutable std::mutex mutex_;
  std::list<Place*> places_;  // oldest first
};

}  // namespace alpr::api
