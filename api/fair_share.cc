#include "api/fair_share.h"

#include <algorithm>

namespace alpr::api {
namespace {

constexpr std::size_t kRemembered = 4096;  // people, before the quiet ones are forgotten

}  // namespace

std::optional<FairShare::Turn> FairShare::enter(const std::string& name, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (people_.size() >= kRemembered) forget_the_quiet(now);
  const auto [at, is_new] = people_.try_emplace(name, Person{0, limits_.burst, now});
  Person& person = at->second;
  const double passed = std::chrono::duration<double>(now - person.at).count();
  person.left = std::min(limits_.burst, person.left + passed * limits_.requests_a_second);
  person.at = now;
  if (person.in_work >= limits_.in_work_max || person.left < 1) return std::nullopt;
  person.left -= 1;
  ++person.in_work;
  return Turn(*this, name);
}

void FairShare::leave(const std::string& name) {
  const std::lock_guard lock(mutex_);
  --people_.at(name).in_work;
}

// Those who would have their whole burst again.
void FairShare::forget_the_quiet(Clock::time_point now) {
  std::erase_if(people_, [&](const auto& entry) {
    const Person& person = entry.second;
    const double passed = std::chrono::duration<double>(now - person.at).count();
    return person.in_work == 0 && person.left + passed * limits_.requests_a_second >= limits_.burst;
  });
}

}  // namespace alpr::api
