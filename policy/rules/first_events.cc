#include "policy/rules/first_events.h"

#include <fmt/core.h>

#include <array>
#include <set>

#include "ledger/chain/hash.h"
#include "policy/rules/parameters.h"
#include "policy/rules/people.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::array kFirstRoles{Role::kItUnit, Role::kChiefDesignee, Role::kAdministrator,
                                 Role::kTrainingSection};

std::optional<Error> holder_fault(const FirstHolder& holder) {
  if (!valid_username(holder.username)) {
    return Error{
        ErrorCode::kMalformed,
        fmt::format("the user name for {} must be 2 to 32 of a-z 0-9 . _ -", to_text(holder.role))};
  }
  if (auto fault = text_fault("name", holder.name, kShortTextMax)) return fault;
  if (blank(holder.name)) {
    return Error{ErrorCode::kMalformed,
                 fmt::format("the name for {} is blank", to_text(holder.role))};
  }
  if (holder.user_class == UserClass::kAuditor) {
    return Error{ErrorCode::kRefused, "an auditor holds no role of the department (I12-C1-2)"};
  }
  return std::nullopt;
}

std::optional<Error> plan_fault(const InitPlan& plan) {
  if (auto fault = text_fault("department", plan.department, kShortTextMax)) return fault;
  if (blank(plan.department)) return Error{ErrorCode::kMalformed, "the department's name is blank"};
  std::set<Role> roles;
  std::set<std::string> usernames;
  std::set<std::string> names;
  for (const FirstHolder& holder : plan.holders) {
    if (auto fault = holder_fault(holder)) return fault;
    roles.insert(holder.role);
    usernames.insert(holder.username);
    names.insert(person_key(holder.name));
  }
  const bool right_roles = plan.holders.size() == kFirstRoles.size() &&
                           roles == std::set<Role>(kFirstRoles.begin(), kFirstRoles.end());
  if (!right_roles) {
    return Error{ErrorCode::kRefused,
                 "the first holders are one each of IT_UNIT, CHIEF_DESIGNEE, ADMINISTRATOR and "
                 "TRAINING_SECTION (I12-L-2, I12-J-1)"};
  }
  if (usernames.size() != plan.holders.size() || names.size() != plan.holders.size()) {
    return Error{ErrorCode::kRefused,
                 "the four first holders are four different persons (I12-K-1)"};
  }
  return std::nullopt;
}

PolicyAdopted policy_adopted(const InitPlan& plan) {
  PolicyAdopted adopted;
  adopted.version = kFirstPolicyVersion;
  adopted.order = std::string(kOrder);
  adopted.effective = kOrderEffective;
  adopted.department = plan.department;
  adopted.parameters = built_in_parameters(plan.added_rules);
  adopted.parameters_sha256 = chain::sha256(as_bytes(to_json_text(adopted.parameters)));
  return adopted;
}

}  // namespace

Result<std::vector<chain::Draft>> first_events(const InitPlan& plan, const Moment& moment) {
  if (auto fault = plan_fault(plan)) return tl::unexpected(*fault);
  const PolicyAdopted adopted = policy_adopted(plan);
  std::vector<chain::Draft> drafts{to_draft(adopted)};
  for (const FirstHolder& holder : plan.holders) {
    UserEnrolled enrolled;
    enrolled.policy = kFirstPolicyVersion;
    enrolled.user_class = holder.user_class;
    enrolled.first_holder = true;
    enrolled.username = holder.username;
    enrolled.name = holder.name;
    enrolled.organisation = plan.department;
    enrolled.code = holder.code;
    enrolled.code_expires = {moment.now.value +
                             adopted.parameters.activation_code_seconds * kSecondUs};
    drafts.push_back(to_draft(enrolled));

    RoleGranted granted;
    granted.policy = kFirstPolicyVersion;
    granted.role = holder.role;
    granted.from = moment.now;
    granted.username = holder.username;
    drafts.push_back(to_draft(granted));
  }
  return drafts;
}

}  // namespace alpr::policy
