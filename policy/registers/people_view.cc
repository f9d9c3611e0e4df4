#include "policy/registers/people_view.h"

namespace alpr::policy {
namespace {

UserState state_of(const UserRow& user) {
  if (user.deactivated) return UserState::kDeactivated;
  if (user.password_hash) return UserState::kActive;
  if (!user.pending) return UserState::kNoPassword;
  const bool vouched_for = user.pending->first_holder || user.pending->confirmed_by;
  return vouched_for ? UserState::kConfirmed : UserState::kEnrolled;
}

}  // namespace

UserView view_of(const UserRow& user, const PolicyRow& policy, TimeUs now) {
  UserView view;
  view.enrolled = user.enrolled;
  view.username = user.username;
  view.name = user.name;
  view.organisation = user.organisation;
  view.user_class = user.user_class;
  view.state = state_of(user);
  view.renewal_pending = user.password_hash && user.pending;
  if (user.locked_until && now < *user.locked_until) view.locked_until = user.locked_until;
  for (const GrantRow& grant : user.grants)
    if (in_force(grant, now))
      view.roles.push_back({grant.role, grant.grant, grant.from, grant.until});
  view.designation = user.designation;
  view.training = training_in_force(user, now, policy.parameters.retraining_seconds);
  view.trainings = user.trainings;
  view.open_sessions = static_cast<std::int64_t>(user.sessions.size());
  view.second_factor = user.second_factor.has_value();
  if (user.second_factor) {
    view.recovery_codes_left = static_cast<std::int64_t>(user.second_factor->recovery_codes.size() -
                                                         user.second_factor->used.size());
  }
  return view;
}

Result<std::vector<UserView>> view_users(const chain::RegisterReader& rows, TimeUs now) {
  const auto policy = policy_in_force(rows, now);
  if (!policy) return tl::unexpected(policy.error());
  auto users = list_users(rows);
  if (!users) return tl::unexpected(users.error());
  std::vector<UserView> views;
  views.reserve(users->size());
  for (const UserRow& user : *users) views.push_back(view_of(user, *policy, now));
  return views;
}

}  // namespace alpr::policy
