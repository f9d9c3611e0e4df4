#include "api/alerts.h"

#include <algorithm>

#include "policy/records/hits.h"
#include "policy/records/hotlists.h"
#include "policy/records/sessions.h"

namespace alpr::api {

Alerts::Place::Place(Alerts& alerts, std::string username)
    : alerts_(alerts), username_(std::move(username)) {}

Alerts::Place::~Place() {
  const std::lock_guard lock(alerts_.mutex_);
  alerts_.places_.remove(this);
}

void Alerts::Place::listen(std::function<void()> wake) {
  const std::lock_guard lock(alerts_.mutex_);
  wake_ = std::move(wake);
}

void Alerts::Place::wake() {
  const std::lock_guard lock(alerts_.mutex_);
  if (wake_) wake_();
}

bool Alerts::Place::taken() const {
  const std::lock_guard lock(alerts_.mutex_);
  return taken_;
}

std::unique_ptr<Alerts::Place> Alerts::enter(const std::string& username) {
  const std::lock_guard lock(mutex_);
  if (places_.size() >= limits_.streams_max) return nullptr;
  std::size_t own = 0;
  Place* oldest = nullptr;
  for (Place* place : places_) {
    if (place->username_ != username || place->taken_) continue;
    if (!oldest) oldest = place;
    ++own;
  }
  if (own >= limits_.streams_per_user_max && oldest) {
    oldest->taken_ = true;
    if (oldest->wake_) oldest->wake_();
  }
  std::unique_ptr<Place> place(new Place(*this, username));
  places_.push_back(place.get());
  return place;
}

void Alerts::committed(std::span<const chain::EventView> events) {
  const bool news = std::any_of(events.begin(), events.end(), [](const chain::EventView& event) {
    return event.header.kind == policy::HitRaised::kKind.number ||
           event.header.kind == policy::HotlistStale::kKind.number ||
           event.header.kind == policy::SessionClosed::kKind.number;
  });
  if (!news) return;
  const std::lock_guard lock(mutex_);
  for (Place* place : places_)
    if (place->wake_) place->wake_();
}

std::size_t Alerts::size() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

}  // namespace alpr::api
