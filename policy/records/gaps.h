// Where the department does not keep the order yet, who sees to it and by when (I12-K-2). Open is
// what the annual report counts by: the rule, the owner's role and the date; in whose words is
// sealed.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

struct GapRecorded {
  static constexpr KindSpec kKind{
      131, "gap.recorded", chain::Retention::kPermanent, chain::Form::kByMember,
      "a row of the order is not kept in full, and a role sees to it by a date (I12-K-2)"};
  std::int64_t policy = 0;
  std::string rule;  // requirement ID
  Role owner{};
  TimeUs due;
  std::string missing;  // what is
  std::string upgrade;  // what is pursued to mend it
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("rule", rule);
    m.open("owner", owner);
    m.open("due", due);
    m("missing", missing);
    m("upgrade", upgrade);
    m("by", by);
  }
};

struct GapClosed {
  static constexpr KindSpec kKind{132, "gap.closed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a row of the order is kept from here on (I12-K-2)"};
  std::int64_t policy = 0;
  Sequence gap;
  std::string how;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("gap", gap);
    m("how", how);
    m("by", by);
  }
};

inline std::vector<chain::Kind> gaps_kinds() {
  return {kind_of<GapRecorded>(), kind_of<GapClosed>()};
}

}  // namespace alpr::policy
