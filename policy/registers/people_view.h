// What may be shown of an account: no password hash, no code's digest. Described, for API answers.
#pragma once

#include <vector>

#include "policy/registers/people.h"
#include "policy/registers/policies.h"

namespace alpr::policy {

enum class UserState {
  kEnrolled,   // waits for a second person's confirmation
  kConfirmed,  // waits for the person's password
  kActive,
  kNoPassword,  // it was withdrawn, and access was not renewed yet
  kDeactivated
};

struct RoleView {
  Role role{};
  Sequence grant;
  TimeUs from;
  std::optional<TimeUs> until;
  template <typename M>
  void members(M& m) {
    m("role", role);
    m("grant", grant);
    m("from", from);
    m("until", until);
  }
};

struct UserView {
  Sequence enrolled;
  std::string username;
  std::string name;
  std::string organisation;
  UserClass user_class{};
  UserState state{};
  bool renewal_pending = false;         // new codes were issued for an active account
  std::optional<TimeUs> locked_until;   // while it is
  std::vector<RoleView> roles;          // in force
  std::optional<Sequence> designation;  // in force
  std::optional<Sequence> training;     // the record that opens the gate (I12-C1-1)
  std::vector<TrainingRow> trainings;   // full history (I12-J-2)
  std::int64_t open_sessions = 0;
  bool second_factor = false;  // log-ins need a code
  std::int64_t recovery_codes_left = 0;
  template <typename M>
  void members(M& m) {
    m("enrolled", enrolled);
    m("username", username);
    m("name", name);
    m("organisation", organisation);
    m("user_class", user_class);
    m("state", state);
    m("renewal_pending", renewal_pending);
    m("locked_until", locked_until);
    m("roles", roles);
    m("designation", designation);
    m("training", training);
    m("trainings", trainings);
    m("open_sessions", open_sessions);
    m("second_factor", second_factor);
    m("recovery_codes_left", recovery_codes_left);
  }
};

UserView view_of(const UserRow& user, const PolicyRow& policy, TimeUs now);
// In the order of enrolment. kCorrupt when a row does not read back.
Result<std::vector<UserView>> view_users(const chain::RegisterReader& rows, TimeUs now);

template <>
struct EnumTexts<UserState> {
  static constexpr std::array texts{
      std::pair{UserState::kEnrolled, "ENROLLED"}, std::pair{UserState::kConfirmed, "CONFIRMED"},
      std::pair{UserState::kActive, "ACTIVE"}, std::pair{UserState::kNoPassword, "NO_PASSWORD"},
      std::pair{UserState::kDeactivated, "DEACTIVATED"}};
};

}  // namespace alpr::policy
