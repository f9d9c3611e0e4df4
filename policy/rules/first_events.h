// The first commit of a log: the order and the first holders of the four roles that everything else
// grows from.
#pragma once

#include <string>
#include <vector>

#include "ledger/chain/event.h"
#include "policy/records/people.h"
#include "policy/rules/decision.h"
#include "policy/rules/parameters.h"

namespace alpr::policy {

struct FirstHolder {
  Role role{};
  std::string username;
  std::string name;
  UserClass user_class{};
  CodeDigest code;  // of the one-use code that is printed once, outside
};

struct InitPlan {
  std::string department;
  std::vector<FirstHolder> holders;
  // How many of the added rules the first version names: all but for a log of older software.
  std::size_t added_rules = kAddedRules;
};

// policy.adopted, then user.enrolled and role.granted for the holders of IT_UNIT, CHIEF_DESIGNEE,
// ADMINISTRATOR and TRAINING_SECTION. kRefused when these four are not four different persons, or
// one is an auditor (policy-brief section 10, rule 4); kMalformed for bad names.
Result<std::vector<chain::Draft>> first_events(const InitPlan& plan, const Moment& moment);

}  // namespace alpr::policy
