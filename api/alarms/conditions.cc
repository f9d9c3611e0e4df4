#include "api/alarms/conditions.h"

#include "api/cosigners.h"
#include "policy/records/system.h"

namespace alpr::api {

bool Conditions::due(bool there, std::optional<TimeUs>& raised) {
  if (!there) {
    raised.reset();
    return false;
  }
  const TimeUs now = service_.now();
  if (raised && now.value - raised->value < kStillThereUs) return false;
  raised = now;
  return true;
}

Result<void> Conditions::tick() {
  const auto silent = cosigners_ ? cosigners_->silent_since() : std::nullopt;
  const bool is_silent = silent && service_.now().value - silent->value > kSilentUs;
  const bool say_disk = due(service_.store().low_disk(), disk_raised_);
  const bool say_witness = due(is_silent, witness_raised_);
  if (!say_disk && !say_witness) return {};
  const Outcome outcome = service_.perform(
      [&](const policy::State&, store::Transaction&, const policy::Moment& moment) {
        policy::Decision decision;
        if (say_disk) decision.then(policy::DiskLow{moment.policy->version});
        if (say_witness) decision.then(policy::WitnessSilent{moment.policy->version, *silent});
        return decision;
      });
  if (!outcome.error) return {};
  // It is tried again with the next tick.
  if (say_disk) disk_raised_.reset();
  if (say_witness) witness_raised_.reset();
  return tl::unexpected(*outcome.error);
}

}  // namespace alpr::api
