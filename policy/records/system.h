// Commands that the order refused.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

struct CommandRefused {
  static constexpr KindSpec kKind{50, "command.refused", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "what the order forbade, with the rules that did (invariant 3); "
                                  "action, rules and slug are open so that "
                                  "refusals can be counted without keys"};
  std::int64_t policy = 0;
  std::string action;
  std::vector<std::string> rules;
  std::string slug;
  std::string reason;
  std::optional<Actor> by;  // absent before login
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("action", action);
    m.open("rules", rules);
    m.open("slug", slug);
    m("reason", reason);
    m("by", by);
  }
};

}  // namespace alpr::policy
